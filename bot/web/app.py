"""The application: its parts put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry

from bot.web import articles, ask, chat, health, jobs, page, preview, records, session, sheet
from bot.web.middleware import BodyLimit, RequestLog
from bot.web.openapi import DescribedAPI
from bot.web.presence import Presence
from bot.web.problems import install_handlers
from bot.web.service import make_service
from bot.web.session import STATIC
from index.library import Library
from index.settings import Settings

MAX_BODY = 64 * 1024
"""Largest request body, in bytes: room for the longest question however it is escaped."""
WARM_UP_SECONDS = 1.0
"""How long a load under way is waited for at shutdown."""
SLACK_EVENTS = "/slack/events"
UPLOADS = ("/v1/articles", "/v1/preview")


class Edge(Protocol):
    """Another front end that is reached over HTTP: Slack's events."""

    router: APIRouter

    def start(self) -> None:
        """Begin, in the running event loop."""
        ...

    async def drain(self) -> None:
        """Finish what was accepted."""
        ...


Join = Callable[[Library, Settings, CollectorRegistry], Edge | None]
"""Gives the front end that joins, or None where the settings want none."""


def create_app(library: Library, settings: Settings, join: Join | None = None) -> FastAPI:
    """Make the application over a library, which stays the caller's to close.

    While the application runs, a thread warms the library up (see `/readyz`).

    Args:
        library: what is asked.
        settings: keys, limits and addresses.
        join: gives a front end that is served beside this one.

    Raises:
        SettingsError: the keys cannot be used, or what the front end that joins needs.
    """
    service = make_service(library, settings)
    joined = join(library, settings, service.metrics.registry) if join else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.readiness.start()
        service.jobs.start()
        if joined:
            joined.start()
        try:
            yield
            if joined:
                await joined.drain()
        finally:
            service.jobs.close()
            service.workers.close()
            await to_thread.run_sync(service.readiness.stop, WARM_UP_SECONDS)

    app = DescribedAPI(
        title="articlebot",
        version="1",
        summary="Answers questions with quotes from articles, each with a checked citation.",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,  # these two load their scripts from elsewhere
        redoc_url=None,
    )
    install_handlers(app, settings)
    largest = settings.upload_mb * 1024 * 1024 + MAX_BODY
    others = {SLACK_EVENTS: None, **dict.fromkeys(UPLOADS, largest)}
    app.add_middleware(BodyLimit, limit=MAX_BODY, others=others)
    app.add_middleware(Presence)
    app.add_middleware(
        RequestLog, observe=service.metrics.count_request
    )  # added last, so outermost
    for part in (health, ask, records, articles, preview, jobs, chat, page, sheet, session):
        app.include_router(part.make_router(service))
    session.install_sign_in(app)
    if joined:
        app.include_router(joined.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app
