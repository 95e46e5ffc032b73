"""A running bot and its Slack, joined over HTTP or over Socket Mode."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from bot.answering.answer import Answer
from bot.answering.query import Query
from bot.slack.app import serve_socket_mode
from bot.slack.http import SlackEvents
from bot.slack.staff import Staff
from index.library import Library
from index.settings import Settings
from tests.bot.slack.answers import answer, passage
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.bot.slack.payloads import signed
from tests.fakes import FakeEncoder


class Answers:
    """Answers each question with itself, and keeps what it was asked."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def __call__(self, query: Query) -> Answer:
        self.questions.append(query.question)
        asked = {"question": query.question, "resolved_question": query.question}
        return answer(passage("They say: ", query.question, " So it is.")).model_copy(update=asked)


class Held(Answers):
    """Answers once `release` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.started = threading.Event()
        self.release = threading.Event()

    def __call__(self, query: Query) -> Answer:
        self.started.set()
        assert self.release.wait(10)
        return super().__call__(query)


@dataclass(frozen=True)
class Edge:
    """A running bot: how Slack reaches it, and how it is shut down."""

    slack: FakeSlack
    deliver: Callable[..., Awaitable[bool]]
    """Sends `(body, retry)`; whether the bot acknowledged it."""
    act: Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
    """Sends the payload of a button, a shortcut or a modal; what the bot acknowledges it with."""
    command: Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]
    """Sends a slash command likewise."""
    stop: Callable[[], Awaitable[None]]


OpenEdge = Callable[..., AbstractAsyncContextManager[Edge]]
"""Takes what answers, and the library, if it is to be another than an empty one."""


@contextmanager
def some_library(library: Library | None) -> Iterator[Library]:
    """Give the library, or an empty one of its own."""
    if library is not None:
        yield library
        return
    with TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with Library.open(settings, encoder=FakeEncoder()) as empty:
            yield empty


def slack_settings(slack_api_url: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "slack_bot_token": SecretStr(BOT_TOKEN),
        "slack_app_token": SecretStr(APP_TOKEN),
        "slack_signing_secret": SecretStr(SIGNING_SECRET),
        "slack_api_url": slack_api_url,
    }
    return Settings(**(given | more))


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[tuple[str, Callable[[], Awaitable[None]]]]:
    """Serve an app on a free port: its address, and how to stop it."""
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", 0, ws="none", log_config=None, lifespan="on")
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.01)

    async def stop() -> None:
        server.should_exit = True
        await running

    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", stop
    finally:
        await stop()


def events_app(events: SlackEvents) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        events.start()
        yield
        await events.drain()

    app = FastAPI(lifespan=lifespan)
    app.include_router(events.router)
    return app


@asynccontextmanager
async def http_edge(
    answers: Callable[[Query], Answer] | None = None, library: Library | None = None, **more: Any
) -> AsyncIterator[Edge]:
    async with FakeSlack() as slack:
        with some_library(library) as lib:
            settings = slack_settings(slack.api_url, **more)
            events = SlackEvents(Staff(lib, answers, settings=settings), settings)
            async with (
                served(events_app(events)) as (url, stop),
                httpx.AsyncClient(base_url=url, trust_env=False) as client,
            ):
                yield Edge(slack, *_senders(client), stop)


def _senders(client: httpx.AsyncClient) -> tuple[Any, Any, Any]:
    async def deliver(body: Mapping[str, Any], retry: int = 0) -> bool:
        raw = json.dumps(body).encode()
        headers = signed(raw)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "timeout"}
        reply = await client.post("/slack/events", content=raw, headers=headers)
        return reply.status_code == 200

    async def command(fields: Mapping[str, str]) -> dict[str, Any]:
        raw = urlencode(fields).encode()
        headers = signed(raw, kind="application/x-www-form-urlencoded")
        reply = await client.post("/slack/events", content=raw, headers=headers)
        assert reply.status_code == 200, reply.text
        given: dict[str, Any] = json.loads(reply.text or "{}")
        return given

    async def act(payload: Mapping[str, Any]) -> dict[str, Any]:
        return await command({"payload": json.dumps(payload)})

    return deliver, act, command


@asynccontextmanager
async def socket_edge(
    answers: Callable[[Query], Answer] | None = None, library: Library | None = None, **more: Any
) -> AsyncIterator[Edge]:
    async with FakeSlack() as slack:
        with some_library(library) as lib:
            stopping = asyncio.Event()
            settings = slack_settings(slack.api_url, **more)
            staff = Staff(lib, answers, settings=settings)
            running = asyncio.create_task(serve_socket_mode(staff, settings, stopping))

            async def send(
                body: Mapping[str, Any], kind: str = "events_api", retry: int = 0
            ) -> dict[str, Any]:
                envelope = await slack.deliver(body, retry, kind)
                await slack.until(lambda: envelope in slack.acknowledged)
                return slack.responses[envelope]

            async def deliver(body: Mapping[str, Any], retry: int = 0) -> bool:
                await send(body, retry=retry)
                return True

            async def stop() -> None:
                stopping.set()
                await running

            try:
                yield Edge(
                    slack,
                    deliver,
                    partial(send, kind="interactive"),
                    partial(send, kind="slash_commands"),
                    stop,
                )
            finally:
                await stop()
