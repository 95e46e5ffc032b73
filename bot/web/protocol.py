"""HTTP as uvicorn speaks it, with a bound on connections and on how slowly a request may come."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 20.0
"""For the head of a request, and for each pause in its body."""
BYTES_A_SECOND = 8 * 1024
"""What arrives of a body at this rate or faster has all the time it needs."""

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class BoundedProtocol(H11Protocol):
    """Closes connections over a number, and those whose request does not come."""

    def __init__(self, *args: Any, most: int, **options: Any) -> None:
        """Take what uvicorn gives, and the number of connections at a time."""
        super().__init__(*args, **options)
        self._most = most
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        super().connection_made(transport)
        if len(self.connections) > self._most:
            transport.write(_FULL)
            transport.close()
            return
        self._expect()

    def data_received(self, data: bytes) -> None:
        if self._timer is None and self.conn.their_state is h11.IDLE:
            self._expect()
        self._deadline += len(data) / BYTES_A_SECOND
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def _expect(self) -> None:
        """Give a request the time that it may take."""
        self._deadline = self.loop.time() + SECONDS
        self._timer = self.loop.call_later(SECONDS, self._check)

    def _check(self) -> None:
        """Close the connection of a request that is late; one that has come is left alone."""
        self._timer = None
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            return
        if self.flow.read_paused:  # it is the server that has not read on
            self._deadline = self.loop.time() + SECONDS
        left = self._deadline - self.loop.time()
        if left <= 0:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(min(left, SECONDS), self._check)
