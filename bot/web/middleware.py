"""What every HTTP request passes through: an id, a size limit, safe headers, a line in the log."""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

from anyio import move_on_after
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.problems import REQUEST_ID, problem_response, unexpected_response

Observe = Callable[[str, str, int, float], None]
"""Takes a request's method, its route (no path of a client's own making), status, seconds."""

logger = logging.getLogger(__name__)

GONE = 499
"""Stands in the log where the client went before it was answered; nothing like it is ever sent."""
DISCARD_BYTES = 1024 * 1024
DISCARD_SECONDS = 2.0
DEFAULT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class RequestLog:
    """Gives each request an id, logs its outcome, and answers what nobody caught with a 500.

    The id stands in the response's `X-Request-ID`, in each log record of the request
    (see `add_request_id`) and as the reference of a 5xx problem. Neither the query string nor
    any body is logged.
    """

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        """Wrap an application; `observe` is told each request's outcome."""
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        token = REQUEST_ID.set(request_id)
        began = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            logger.exception("Unexpected error")
            if status:  # too late for another response: the server cuts the connection
                raise
            await unexpected_response()(scope, receive, send_with_headers)
        finally:
            status = status or GONE
            seconds = time.perf_counter() - began
            method, path, took_ms = quote(scope["method"]), quote(scope["path"]), seconds * 1000
            facts = {"method": method, "path": path, "status": status, "took_ms": round(took_ms, 1)}
            logger.info("%s %s %d %.1f ms", *facts.values(), extra={"facts": facts})
            self.observe(method, getattr(scope.get("route"), "path", "other"), status, seconds)
            REQUEST_ID.reset(token)


class BodyLimit:
    """Refuses a request body over `limit` bytes with 413, whether its length is announced or not.

    Paths in `others` have a limit of their own; None: they see to it themselves.
    """

    def __init__(self, app: ASGIApp, limit: int, others: Mapping[str, int | None]) -> None:
        self.app = app
        self.limit = limit
        self.others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self.others.get(scope["path"], self.limit) if scope["type"] == "http" else None
        if limit is None:
            await self.app(scope, receive, send)
            return
        detail = f"The request body is over {limit // 1024} kB."
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            if "expect" not in headers:  # who asks before sending has not sent anything
                await _discard(receive, limit)
            response = problem_response(413, detail, headers={"Connection": "close"})
            await response(scope, receive, send)
            return
        seen = 0

        async def receive_limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                if message.get("more_body"):
                    await _discard(receive, limit)
                raise HTTPException(413, detail, headers={"Connection": "close"})
            return message

        await self.app(scope, receive_limited, send)


async def _discard(receive: Receive, limit: int) -> None:
    """Read on for a while: a connection closed on unread bytes loses the response as well."""
    left = max(DISCARD_BYTES, 2 * limit)
    with move_on_after(DISCARD_SECONDS):
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body"):
                return


def add_request_id(record: logging.LogRecord) -> bool:
    """Put the id of the request being handled on a log record, as `request_id`."""
    record.request_id = REQUEST_ID.get()
    return True
