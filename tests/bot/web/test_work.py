import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from bot.web.app import create_app
from bot.web.problems import REQUEST_ID
from bot.web.work import Workers
from index.library import Library
from index.settings import Settings
from tests.bot.serving import problem_of, serving
from tests.bot.web.conftest import ASKED, BRIDGE
from tests.fakes import HeldEncoder

pytestmark = pytest.mark.anyio


@pytest.fixture
def release() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


async def test_work_runs_in_a_thread_with_the_request_s_id() -> None:
    workers = Workers(1, 5)
    REQUEST_ID.set("abc")
    assert await workers.run(lambda: (REQUEST_ID.get(), threading.current_thread().name)) == (
        "abc",
        "work_0",
    )
    with pytest.raises(ZeroDivisionError):
        await workers.run(lambda: 1 // 0)
    workers.close()


async def test_too_much_at_a_time_is_refused_and_places_come_back(
    release: threading.Event,
) -> None:
    workers = Workers(2, 10)
    under_way = [asyncio.create_task(workers.run(release.wait, 10)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(HTTPException) as refused:
        await workers.run(time.time)
    assert (refused.value.status_code, refused.value.headers) == (503, {"Retry-After": "1"})
    release.set()
    await asyncio.gather(*under_way)
    await asyncio.sleep(0.05)
    assert await workers.run(lambda: "again") == "again"
    workers.close()


async def test_what_takes_too_long_is_given_up_but_keeps_its_place(
    release: threading.Event,
) -> None:
    workers = Workers(1, 0.05)
    with pytest.raises(HTTPException) as late:
        await workers.run(release.wait, 10)
    assert late.value.status_code == 504
    with pytest.raises(HTTPException) as refused:
        await workers.run(time.time)
    assert refused.value.status_code == 503
    release.set()
    await asyncio.sleep(0.1)
    assert await workers.run(lambda: "free") == "free"
    workers.close()


def test_over_http_both_are_told(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    settings = Settings(data=tmp_path / "data", concurrency=1, request_seconds=3)
    with Library.open(settings, encoder=encoder) as library:
        encoder.release.set()
        library.add([BRIDGE])
        encoder.release.clear()
        with serving(create_app(library, settings)) as client, ThreadPoolExecutor(1) as pool:
            late = pool.submit(client.post, "/v1/ask", json={"question": ASKED})
            while client.get("/v1/articles").status_code != 503:
                if late.done():  # it found the one place taken by the look at the articles
                    late = pool.submit(client.post, "/v1/ask", json={"question": ASKED})
            busy = client.get("/v1/articles")
            assert client.get("/healthz").status_code == 200
            assert problem_of(late.result()).status == 504
            encoder.release.set()
    assert problem_of(busy).detail == "The server is busy with other requests."
    assert busy.headers["retry-after"] == "1"


async def test_what_comes_in_between_several_calls_has_its_turn() -> None:
    workers = Workers(2, 10, threads=1)
    order: list[str] = []

    def do() -> None:
        time.sleep(0.05)
        order.append("one of several")

    several = asyncio.create_task(workers.run_each([do] * 4))
    await asyncio.sleep(0.02)
    await workers.run(order.append, "in between")
    assert await several == [None] * 4
    assert order.index("in between") == 1
    await asyncio.sleep(0.05)  # both places are free again
    await asyncio.gather(workers.run(time.time), workers.run(time.time))
    assert await workers.run_each([]) == []
    workers.close()


async def test_several_calls_have_their_time_together() -> None:
    workers = Workers(1, 0.3)
    with pytest.raises(HTTPException) as late:
        await workers.run_each([lambda: time.sleep(0.1)] * 5)
    assert late.value.status_code == 504
    workers.close()


async def test_its_own_timeout_is_not_taken_for_ours() -> None:
    def fail() -> None:
        raise TimeoutError("mine")

    workers = Workers(1, 5)
    with pytest.raises(TimeoutError, match="mine"):
        await workers.run(fail)
    workers.close()
