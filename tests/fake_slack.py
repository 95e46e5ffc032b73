"""A stand-in for Slack on the loopback: its Web API, Socket Mode, and the events it sends.

One aiohttp server: `/api/{method}` records each call and gives scripted replies, `/link/` is the
websocket that `apps.connections.open` leads to. Tokens, text and blocks are checked as Slack does.
"""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web
from slack_sdk.signature import SignatureVerifier

BOT_TOKEN = "xoxb-stand-in"
APP_TOKEN = "xapp-stand-in"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
BOT_USER = "UBOT"
BOT_ID = "BBOT"
WAIT_SECONDS = 10.0

_event_ids = itertools.count(1)


@dataclass(frozen=True)
class Call:
    """A call of the Web API."""

    method: str
    token: str
    args: dict[str, Any]
    ok: bool


@dataclass(frozen=True)
class Reply:
    """What the API says to a call, instead of what it would say by itself."""

    body: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


RATE_LIMITED = Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "0"})


class FakeSlack:
    """Slack, as far as the bot sees it. An asynchronous context manager."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.acknowledged: list[str] = []
        self.links = 0
        """Websockets opened so far."""
        self._scripted: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._sockets: list[web.WebSocketResponse] = []
        self._changed = asyncio.Condition()
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_get("/link/", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for socket in self._sockets:
            await socket.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://{self._address}/api/"

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The messages that were posted: arguments of `chat.postMessage`."""
        return [c.args for c in self.calls if c.method == "chat.postMessage" and c.ok]

    def script(self, method: str, *replies: Reply) -> None:
        """Give these replies to the next calls of a method."""
        self._scripted[method].extend(replies)

    async def until(self, met: Callable[[], object]) -> None:
        """Wait until a condition on this object holds; `TimeoutError` when it does not."""
        async with asyncio.timeout(WAIT_SECONDS), self._changed:
            await self._changed.wait_for(lambda: bool(met()))

    async def deliver(self, body: Mapping[str, Any], retry: int = 0) -> str:
        """Send an event through the newest websocket; gives the envelope's id."""
        await self.until(lambda: self._sockets and not self._sockets[-1].closed)
        envelope = f"envelope-{next(_event_ids)}"
        await self._sockets[-1].send_json(
            {
                "envelope_id": envelope,
                "type": "events_api",
                "payload": body,
                "accepts_response_payload": False,
                "retry_attempt": retry,
                "retry_reason": "timeout" if retry else "",
            }
        )
        return envelope

    async def refresh(self) -> None:
        """Ask the newest websocket's client to connect anew, as Slack does every few hours."""
        await self._sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})

    async def drop(self) -> None:
        """Close the newest websocket without a warning."""
        await self._sockets[-1].close()

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        args = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        scripted = self._scripted[method]
        reply = scripted.popleft() if scripted else self._reply(method, token, args)
        async with self._changed:
            self.calls.append(Call(method, token, args, bool(reply.body.get("ok"))))
            self._changed.notify_all()
        return web.json_response(dict(reply.body), status=reply.status, headers=reply.headers)

    def _reply(self, method: str, token: str, args: Mapping[str, Any]) -> Reply:
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return Reply({"ok": False, "error": "invalid_auth"})
        if method == "auth.test":
            return Reply(
                {"ok": True, "team_id": "T1", "user_id": BOT_USER, "bot_id": BOT_ID, "user": "bot"}
            )
        if method == "apps.connections.open":
            return Reply({"ok": True, "url": f"ws://{self._address}/link/?ticket={self.links}"})
        if method == "chat.postMessage":
            if refusal := _refusal(args):
                return Reply({"ok": False, "error": refusal})
            return Reply({"ok": True, "channel": args["channel"], "ts": f"{time.time():.6f}"})
        return Reply({"ok": False, "error": "unknown_method"})

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        async with self._changed:
            self._sockets.append(socket)
            self.links += 1
            self._changed.notify_all()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                async with self._changed:
                    self.acknowledged.append(json.loads(message.data)["envelope_id"])
                    self._changed.notify_all()
        return socket


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        args: dict[str, Any] = await request.json()
        return args
    return {**request.query, **await request.post()}


def _refusal(args: Mapping[str, Any]) -> str | None:
    blocks = args.get("blocks") or []
    if not args.get("channel"):
        return "channel_not_found"
    if not args.get("text") and not blocks:
        return "no_text"
    if len(blocks) > 50 or any(part.get("text") == "" for part in text_parts(blocks)):
        return "invalid_blocks"
    return "msg_blocks_too_long" if len(json.dumps(blocks, ensure_ascii=False)) > 13_000 else None


def text_parts(blocks: Any) -> list[dict[str, Any]]:
    """Give the innermost elements of blocks: those without elements of their own."""
    if isinstance(blocks, list):
        return [part for block in blocks for part in text_parts(block)]
    return text_parts(blocks["elements"]) if "elements" in blocks else [blocks]


def shown(post: Mapping[str, Any]) -> str:
    """Give what a person reads in a posted message."""
    return "".join(part["text"] for part in text_parts(post["blocks"]))


def event_body(event: Mapping[str, Any], event_id: str | None = None) -> dict[str, Any]:
    """Give an event in the wrapping that Slack delivers it in."""
    return {
        "token": "unused",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": dict(event),
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_event_ids):06}",
        "event_time": int(time.time()),
        "authorizations": [
            {"team_id": "T1", "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
        ],
    }


def mention(text: str, ts: str = "100.000001", **more: Any) -> dict[str, Any]:
    """Give the event of a mention in the channel C1; `text` follows the bot's name."""
    return {
        "type": "app_mention",
        "user": "U1",
        "text": f"<@{BOT_USER}> {text}",
        "ts": ts,
        "channel": "C1",
        "event_ts": ts,
        **more,
    }


def message(text: str, ts: str = "100.000001", kind: str = "im", **more: Any) -> dict[str, Any]:
    """Give the event of a message: in the DM D1, or for another `kind` in the channel C1."""
    return {
        "type": "message",
        "user": "U1",
        "text": text,
        "ts": ts,
        "channel": "D1" if kind == "im" else "C1",
        "channel_type": kind,
        "event_ts": ts,
        **more,
    }


def signed(body: bytes, *, secret: str = SIGNING_SECRET, age: float = 0.0) -> dict[str, str]:
    """Give the headers with which Slack sends a body; `age` in seconds."""
    timestamp = str(int(time.time() - age))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }
