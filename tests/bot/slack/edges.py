"""A running bot and its Slack, joined over HTTP or over Socket Mode."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from bot.answer import Answer, Query
from bot.slack.app import serve_socket_mode
from bot.slack.desk import Desk
from bot.slack.http import SlackEvents
from index.settings import Settings
from tests.bot.slack.test_blocks import answer, passage
from tests.fake_slack import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    FakeSlack,
    signed,
)


class Answers:
    """Answers each question with itself, and keeps what it was asked."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def __call__(self, query: Query) -> Answer:
        self.questions.append(query.question)
        return answer(passage("They say: ", query.question, " So it is."))


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
    stop: Callable[[], Awaitable[None]]


OpenEdge = Callable[[Callable[[Query], Answer]], AbstractAsyncContextManager[Edge]]


def slack_settings(slack_api_url: str, **more: Any) -> Settings:
    return Settings(
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_signing_secret=SecretStr(SIGNING_SECRET),
        slack_api_url=slack_api_url,
        **more,
    )


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
        yield
        await events.drain()

    app = FastAPI(lifespan=lifespan)
    app.include_router(events.router)
    return app


@asynccontextmanager
async def http_edge(answers: Callable[[Query], Answer]) -> AsyncIterator[Edge]:
    async with FakeSlack() as slack:
        events = SlackEvents(Desk(answers), slack_settings(slack.api_url))
        async with (
            served(events_app(events)) as (url, stop),
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):

            async def deliver(body: Mapping[str, Any], retry: int = 0) -> bool:
                raw = json.dumps(body).encode()
                headers = signed(raw)
                if retry:
                    headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "timeout"}
                reply = await client.post("/slack/events", content=raw, headers=headers)
                return reply.status_code == 200

            yield Edge(slack, deliver, stop)


@asynccontextmanager
async def socket_edge(answers: Callable[[Query], Answer]) -> AsyncIterator[Edge]:
    async with FakeSlack() as slack:
        stopping = asyncio.Event()
        settings = slack_settings(slack.api_url)
        running = asyncio.create_task(serve_socket_mode(Desk(answers), settings, stopping))

        async def deliver(body: Mapping[str, Any], retry: int = 0) -> bool:
            envelope = await slack.deliver(body, retry)
            await slack.until(lambda: envelope in slack.acknowledged)
            return True

        async def stop() -> None:
            stopping.set()
            await running

        try:
            yield Edge(slack, deliver, stop)
        finally:
            await stop()
