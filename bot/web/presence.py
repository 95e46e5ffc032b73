"""Work for clients that are still there: what waits for one that has gone is given up."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Presence:
    """Cancels the handling of a request whose client goes before the response begins.

    A call that waits for a thread is then never made; one that has begun ends by itself. Streams
    see to it on their own: once a response has begun, nothing is cancelled here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        watch = _Watch(receive, send)
        handling = asyncio.ensure_future(self.app(scope, watch.receive, watch.send))
        watch.handling = handling
        headers = Headers(scope=scope)
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            watch.begin()
        try:
            await handling
        except asyncio.CancelledError:
            handling.cancel()
            if not watch.has_gone:
                raise  # the server's own doing
        finally:
            watch.end()


class _Watch:
    """Receives and sends for a request, and from the end of its body on looks for its client."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.handling: asyncio.Future[None] | None = None
        self.has_gone = False
        self._receive, self._send = receive, send
        self._read_ahead: list[Message] = []
        self._watching: asyncio.Task[None] | None = None

    def begin(self) -> None:
        if self._watching is None:
            self._watching = asyncio.create_task(self._look())

    def end(self) -> None:
        if self._watching:
            self._watching.cancel()

    async def _look(self) -> None:
        while (message := await self._receive())["type"] != "http.disconnect":
            self._read_ahead.append(message)  # the empty body of a request without one
        self.has_gone = True
        if self.handling:
            self.handling.cancel()

    async def receive(self) -> Message:
        if self._read_ahead:
            return self._read_ahead.pop(0)
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            self.begin()
        return message

    async def send(self, message: Message) -> None:
        self.end()
        await self._send(message)
