"""Blocking work in threads: so much at a time, each for so long; what is too much is refused."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from starlette.exceptions import HTTPException

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER = {"Retry-After": "1"}

THREADS = 8
"""Calls that run at a time: more would share the same cores and take more memory, and answer no
sooner."""


class Workers:
    """A bounded number of places, of which the first are worked on and the others wait.

    Use from one event loop. Waiting counts into a call's time, and ends with it. A thread cannot
    be stopped: work that has run out of time is answered with 504 and keeps its place until it
    ends, so that there is never more of it than `places`.
    """

    def __init__(self, places: int, seconds: float) -> None:
        self._places = places
        self._seconds = seconds
        self._taken = 0
        self._threads = ThreadPoolExecutor(min(places, THREADS), thread_name_prefix="work")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a thread.

        Raises:
            HTTPException: 503 when every place is taken, 504 when it takes too long.
        """
        if self._taken >= self._places:
            raise HTTPException(503, "The server is busy with other requests.", RETRY_AFTER)
        self._taken += 1
        context = contextvars.copy_context()  # the request's id, for the log
        loop = asyncio.get_running_loop()
        work = self._threads.submit(context.run, lambda: function(*args, **kwargs))
        work.add_done_callback(lambda _: self._give_back(loop))
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(work)
        except TimeoutError:
            if work.done():  # its own, not ours
                raise
            raise HTTPException(504, f"This took longer than {self._seconds:g} s.") from None

    def _give_back(self, loop: asyncio.AbstractEventLoop) -> None:
        def give_back() -> None:
            self._taken -= 1

        with suppress(RuntimeError):  # the loop is closed: nobody counts any more
            loop.call_soon_threadsafe(give_back)

    def close(self) -> None:
        """Wait for nothing: what is under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
