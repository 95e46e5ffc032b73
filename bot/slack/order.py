"""First come, first served: one at a time for each thread, in the order of what was said."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Queues:
    """For each name a queue of those who wait for their turn. For use in one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[float, int, asyncio.Future[None]]]] = {}
        self._numbers = itertools.count()

    @asynccontextmanager
    async def turn(self, name: str, order: float) -> AsyncIterator[None]:
        """Hold a name's one turn; of those who wait, who has the least `order` is next."""
        if name in self._waiting:
            ready = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting[name], (order, next(self._numbers), ready))
            try:
                await ready
            except asyncio.CancelledError:
                if ready.done() and not ready.cancelled():
                    self._pass_on(name)
                raise
        else:
            self._waiting[name] = []
        try:
            yield
        finally:
            self._pass_on(name)

    def _pass_on(self, name: str) -> None:
        waiting = self._waiting[name]
        while waiting:
            ready = heapq.heappop(waiting)[2]
            if not ready.done():
                ready.set_result(None)
                return
        del self._waiting[name]


class Pace:
    """Lets things happen no faster than one in `seconds` for each name."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next: dict[str, float] = {}
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Let everything happen at once from now on, also what waits."""
        self._hurried.set()

    async def wait(self, name: str) -> None:
        """Wait until it may happen once more."""
        now = asyncio.get_running_loop().time()
        if len(self._next) > 1000:
            self._next = {key: at for key, at in self._next.items() if at > now}
        at = max(now, self._next.get(name, now))
        self._next[name] = at + self._seconds
        if at > now:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurried.wait(), at - now)
