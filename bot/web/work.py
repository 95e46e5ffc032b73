"""Blocking work in threads: so much at a time, each for so long; what is too much is refused."""

import asyncio
import contextvars
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from starlette.exceptions import HTTPException

from index.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER = {"Retry-After": "1"}

WAITING = 8
"""Calls that run at a time where the articles are in a database, for which they mostly wait."""


def count_threads(settings: Settings) -> int:
    """Give the number of calls that run at a time.

    On local articles they only compute. More threads than cores then wait for each other's turn of
    the interpreter: on two cores eight of them answer 143 questions a second, two answer 185.
    """
    return WAITING if settings.store else max(2, os.cpu_count() or 1)


class Workers:
    """A bounded number of places, of which the first are worked on and the others wait.

    Use from one event loop. Waiting counts into a call's time, and ends with it. A thread cannot
    be stopped: work that has run out of time, or whose client has gone, keeps its place until it
    ends, so that there is never more of it than `places`.
    """

    def __init__(self, places: int, seconds: float, threads: int = WAITING) -> None:
        self._places = places
        self._seconds = seconds
        self._taken = 0
        self._threads = ThreadPoolExecutor(min(places, threads), thread_name_prefix="work")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a thread.

        Raises:
            HTTPException: 503 when every place is taken, 504 when it takes too long.
        """
        results = await self.run_each([lambda: function(*args, **kwargs)])
        if not results:
            raise self.late()
        return results[0]

    async def run_each(self, calls: Iterable[Callable[[], T]]) -> list[T]:
        """Make calls one after the other; others have their turns between them.

        Returns:
            What was done in time: fewer results than calls where they took too long together.

        Raises:
            HTTPException: 503 when every place is taken.
        """
        if self._taken >= self._places:
            raise HTTPException(503, "The server is busy with other requests.", RETRY_AFTER)
        self._taken += 1
        context = contextvars.copy_context()  # the request's id, for the log
        loop = asyncio.get_running_loop()
        results: list[T] = []
        work: Future[T] | None = None
        try:
            async with asyncio.timeout(self._seconds) as limit:
                for call in calls:
                    work = self._threads.submit(context.run, call)
                    results.append(await asyncio.wrap_future(work))
        except TimeoutError:
            if not limit.expired():  # the call's own, not ours
                raise
        finally:
            if work is None or work.done():
                self._taken -= 1
            else:
                work.add_done_callback(lambda _: self._give_back(loop))
        return results

    def late(self) -> HTTPException:
        """Give what is told of work that was not done in time."""
        detail = f"This took longer than {self._seconds:g} s."
        return HTTPException(504, detail, RETRY_AFTER)

    def _give_back(self, loop: asyncio.AbstractEventLoop) -> None:
        def give_back() -> None:
            self._taken -= 1

        with suppress(RuntimeError):  # the loop is closed: nobody counts any more
            loop.call_soon_threadsafe(give_back)

    def close(self) -> None:
        """Wait for nothing: what is under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
