"""A stand-in for Slack on the loopback: its Web API, Socket Mode, and what it sends.

One aiohttp server: `/api/{method}` records each call and gives scripted replies, `/link/` is the
websocket that `apps.connections.open` leads to, `/hook/{id}` the response_url of a command or a
button. Tokens, scopes, text and blocks are checked as Slack does; a message that was posted can be
updated and deleted.
"""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

BOT_TOKEN = "xoxb-stand-in"
APP_TOKEN = "xapp-stand-in"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
BOT_USER = "UBOT"
BOT_ID = "BBOT"
WAIT_SECONDS = 10.0

_envelope_ids = itertools.count(1)


@dataclass(frozen=True)
class Call:
    """A call of the Web API."""

    method: str
    token: str
    args: dict[str, Any]
    ok: bool
    at: float = 0.0
    """When it came, in seconds of the event loop's clock."""


@dataclass(frozen=True)
class Reply:
    """What the API says to a call, instead of what it would say by itself."""

    body: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


SCOPES = {
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "files:read",
    "im:history",
    "channels:history",
    "groups:history",
}
NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
}
RATE_LIMITED = Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "0"})


class FakeSlack:
    """Slack, as far as the bot sees it. An asynchronous context manager."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.responses: dict[str, dict[str, Any]] = {}
        """What the bot acknowledged over Socket Mode, and with what."""
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        """The messages that stand in channels now, by channel and ts."""
        self.hooked: list[tuple[str, dict[str, Any]]] = []
        """What was sent to a response_url."""
        self.views: dict[str, dict[str, Any]] = {}
        """The modals as they are shown now, by id; a Home tab by its user."""
        self.scopes = set(SCOPES)
        self.tokens = {BOT_TOKEN: "T1"}
        """The workspaces of bot tokens."""
        self.files: dict[str, tuple[bytes, str]] = {}
        """Files to download, with their media types."""
        self.links = 0
        """Websockets opened so far."""
        self._scripted: defaultdict[str, deque[Reply]] = defaultdict(deque)
        self._sockets: list[web.WebSocketResponse] = []
        self._changed = asyncio.Condition()
        app = web.Application()
        app.router.add_post("/api/{method}", self._api)
        app.router.add_get("/link/", self._link)
        app.router.add_post("/hook/{id}", self._hook)
        app.router.add_get("/files/{name}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://{self._address}/api/"

    @property
    def acknowledged(self) -> list[str]:
        """The ids of the envelopes that the bot acknowledged."""
        return [*self.responses]

    def url(self, path: str) -> str:
        return f"http://{self._address}/{path}"

    def made(self, method: str) -> list[dict[str, Any]]:
        """Give the arguments of the successful calls of a method."""
        return [c.args for c in self.calls if c.method == method and c.ok]

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The messages that were posted: arguments of `chat.postMessage`."""
        return [c.args for c in self.calls if c.method == "chat.postMessage" and c.ok]

    def script(self, method: str, *replies: Reply) -> None:
        """Give these replies to the next calls of a method."""
        self._scripted[method].extend(replies)

    async def until(self, met: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Wait until a condition on this object holds; `TimeoutError` when it does not."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(met()))

    async def deliver(
        self, body: Mapping[str, Any], retry: int = 0, kind: str = "events_api"
    ) -> str:
        """Send something through the newest websocket; gives the envelope's id."""
        await self.until(lambda: self._sockets and not self._sockets[-1].closed)
        envelope = f"envelope-{next(_envelope_ids)}"
        await self._sockets[-1].send_json(
            {
                "envelope_id": envelope,
                "type": kind,
                "payload": body,
                "accepts_response_payload": kind != "events_api",
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
            now = asyncio.get_running_loop().time()
            self.calls.append(Call(method, token, args, bool(reply.body.get("ok")), now))
            self._changed.notify_all()
        headers = {"x-oauth-scopes": ",".join(sorted(self.scopes)), **reply.headers}
        return web.json_response(dict(reply.body), status=reply.status, headers=headers)

    def _reply(self, method: str, token: str, args: Mapping[str, Any]) -> Reply:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                return _refused("invalid_auth")
            return Reply({"ok": True, "url": f"ws://{self._address}/link/?ticket={self.links}"})
        if method == "oauth.v2.access":
            return self._install(args)
        if token not in self.tokens:
            return _refused("invalid_auth")
        if NEEDED.get(method, "chat:write") not in self.scopes:
            return _refused("missing_scope")
        if method == "auth.test":
            team = self.tokens[token]
            bot = {"user_id": BOT_USER, "bot_id": BOT_ID, "user": "bot", "team": f"Team {team}"}
            return Reply({"ok": True, "team_id": team, "url": "https://t.slack.example/", **bot})
        if method.startswith("chat."):
            return self._message(method, args)
        if method.startswith("views."):
            return self._view(method, args)
        if method in NEEDED:
            return Reply({"ok": True})
        return _refused("unknown_method")

    def _install(self, args: Mapping[str, Any]) -> Reply:
        """Give a token for a code, which here is the id of the workspace that agreed."""
        team, token = args["code"], f"xoxb-{args['code']}"
        self.tokens[token] = team
        return Reply(
            {
                "ok": True,
                "access_token": token,
                "token_type": "bot",
                "scope": ",".join(sorted(self.scopes)),
                "bot_user_id": BOT_USER,
                "app_id": "A1",
                "team": {"name": f"Team {team}", "id": team},
                "enterprise": None,
                "is_enterprise_install": False,
                "authed_user": {"id": "U1"},
            }
        )

    def _message(self, method: str, args: Mapping[str, Any]) -> Reply:
        refusal = None if method == "chat.delete" else _refusal(args)
        if refusal:
            return _refused(refusal)
        if method == "chat.postMessage":
            ts = f"{time.time():.0f}.{len(self.calls):06}"
        else:
            ts = args["ts"]
            if (args["channel"], ts) not in self.messages:
                return _refused("message_not_found")
        if method == "chat.delete":
            del self.messages[args["channel"], ts]
        else:
            self.messages[args["channel"], ts] = dict(args)
        return Reply({"ok": True, "channel": args["channel"], "ts": ts})

    def _view(self, method: str, args: Mapping[str, Any]) -> Reply:
        view = args["view"] if isinstance(args["view"], dict) else json.loads(args["view"])
        if refusal := _refused_view(view):
            return _refused(refusal)
        if method in ("views.open", "views.push") and not args.get("trigger_id"):
            return _refused("invalid_trigger_id")
        view_id = args.get("view_id") or args.get("user_id") or f"V{len(self.views) + 1}"
        if method == "views.update" and view_id not in self.views:
            return _refused("not_found")
        self.views[view_id] = view
        return Reply({"ok": True, "view": {"id": view_id, **view}})

    async def _hook(self, request: web.Request) -> web.Response:
        async with self._changed:
            self.hooked.append((request.match_info["id"], await request.json()))
            self._changed.notify_all()
        return web.Response(text="ok")

    async def _file(self, request: web.Request) -> web.Response:
        data, kind = self.files[request.match_info["name"]]
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            data, kind = b"<html>Sign in to Slack</html>", "text/html"
        return web.Response(body=data, content_type=kind)

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
                    said = json.loads(message.data)
                    self.responses[said["envelope_id"]] = said.get("payload") or {}
                    self._changed.notify_all()
        return socket


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        args: dict[str, Any] = await request.json()
        return args
    return {**request.query, **await request.post()}


def _refused(error: str) -> Reply:
    return Reply({"ok": False, "error": error})


def _refused_view(view: Mapping[str, Any]) -> str | None:
    title = (view.get("title") or {}).get("text", "-")
    wrong = (
        len(view["blocks"]) > 100
        or not 0 < len(title) <= 24
        or len(view.get("private_metadata") or "") > 3000
        or any(part.get("text") == "" for part in text_parts(view["blocks"]))
        or len(json.dumps(view)) > 250_000
        or any(block["type"] == "context_actions" for block in view["blocks"])  # for messages alone
    )
    return "invalid_arguments" if wrong else None


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
