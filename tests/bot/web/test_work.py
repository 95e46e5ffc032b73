import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException

from bot.problems import REQUEST_ID
from bot.web.work import Workers

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


async def test_its_own_timeout_is_not_taken_for_ours() -> None:
    def fail() -> None:
        raise TimeoutError("mine")

    workers = Workers(1, 5)
    with pytest.raises(TimeoutError, match="mine"):
        await workers.run(fail)
    workers.close()
