import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from bot.web.app import create_app
from bot.web.problems import REQUEST_ID
from bot.web.work import Workers, count_threads
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


async def test_several_calls_have_their_time_together_and_what_was_done_is_given() -> None:
    workers = Workers(1, 0.3)
    assert 1 <= len(await workers.run_each([lambda: time.sleep(0.1)] * 5)) < 5
    workers.close()


async def test_what_has_waited_too_long_is_late_too(release: threading.Event) -> None:
    workers = Workers(2, 0.1, threads=1)
    both = [workers.run(release.wait, 10) for _ in range(2)]
    for late in await asyncio.gather(*both, return_exceptions=True):
        assert isinstance(late, HTTPException)
        assert (late.status_code, late.headers) == (504, {"Retry-After": "1"})
    workers.close()


def test_a_batch_gives_what_was_answered_in_time(tmp_path: Path) -> None:
    encoder = HeldEncoder("HOLD")
    settings = Settings(data=tmp_path / "data", request_seconds=2)
    with Library.open(settings, encoder=encoder) as library:
        library.add([BRIDGE])
        with serving(create_app(library, settings)) as client:
            questions = [
                {"question": ASKED},
                {"question": " "},
                {"question": "Who?", "article": "x"},
            ]
            answers = client.post("/v1/ask/batch", json={"questions": questions}).json()["answers"]
            assert [each["status"] for each in answers] == [200, 422, 404]
            questions = [{"question": ASKED}, {"question": "HOLD this?"}, {"question": ASKED}]
            partly = client.post("/v1/ask/batch", json={"questions": questions})
            none = client.post("/v1/ask/batch", json={"questions": questions[1:]})
            encoder.release.set()
    assert partly.status_code == 200
    answers = partly.json()["answers"]
    assert [each["status"] for each in answers] == [200, 504, 504]
    assert answers[0]["answer"]["found"]
    assert answers[1]["problem"]["detail"] == "This took longer than 2 s."
    assert problem_of(none).status == 504
    assert none.headers["retry-after"] == "1"


def test_what_waits_is_given_up_when_its_client_goes(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    settings = Settings(data=tmp_path / "data", concurrency=8, request_seconds=20)
    with Library.open(settings, encoder=encoder) as library:
        encoder.release.set()
        library.add([BRIDGE])
        encoder.release.clear()
        with serving(create_app(library, settings)) as client:
            came = encoder.came
            body = json.dumps({"question": ASKED}).encode()
            head = f"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            request = f"{head}Content-Type: application/json\r\n\r\n".encode() + body
            port = client.base_url.port
            waiting = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
            for each in waiting:
                each.sendall(request)
            while client.get("/v1/articles").status_code != 503:  # every place is taken
                time.sleep(0.05)
            for each in waiting:
                each.close()
            deadline = time.monotonic() + 5
            while client.get("/metrics").status_code == 503 and time.monotonic() < deadline:
                time.sleep(0.05)
            encoder.release.set()
            assert client.post("/v1/ask", json={"question": ASKED}).status_code == 200
            # Those that had begun went on; the others were never made.
            assert encoder.came - came <= count_threads(settings) + 1


async def test_its_own_timeout_is_not_taken_for_ours() -> None:
    def fail() -> None:
        raise TimeoutError("mine")

    workers = Workers(1, 5)
    with pytest.raises(TimeoutError, match="mine"):
        await workers.run(fail)
    workers.close()
