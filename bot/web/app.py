"""The application: its parts put together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from bot.middleware import BodyLimit, RequestLog
from bot.openapi import DescribedAPI
from bot.problems import install_handlers
from bot.slack.tokens import find_missing
from bot.web import articles, ask, chat, health, jobs, page, records, session
from bot.web.service import make_service
from bot.web.session import STATIC
from index.library import Library
from index.settings import Settings

MAX_BODY = 64 * 1024
"""Largest request body, in bytes: room for the longest question however it is escaped."""
WARM_UP_SECONDS = 1.0
"""How long a load under way is waited for at shutdown."""
SLACK_EVENTS = "/slack/events"
UPLOADS = "/v1/articles"

logger = logging.getLogger(__name__)


def create_app(library: Library, settings: Settings) -> FastAPI:
    """Make the application over a library, which stays the caller's to close.

    While the application runs, a thread warms the library up (see `/readyz`). Slack's signed
    events join when the bot token and the signing secret are set.
    """
    service = make_service(library, settings)
    slack = None
    if settings.slack_signing_secret and (settings.slack_bot_token or settings.slack_client_id):
        from bot.slack.app import http_events  # only now: it needs more than the others

        slack = http_events(library, settings, service.metrics.registry)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if missing := find_missing(settings):
            logger.warning("Nothing is answered in Slack: %s", missing)
        service.readiness.start()
        service.jobs.start()
        if slack:
            slack.start()
        try:
            yield
            if slack:
                await slack.drain()
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
    others = {SLACK_EVENTS: None, UPLOADS: settings.upload_mb * 1024 * 1024 + MAX_BODY}
    app.add_middleware(BodyLimit, limit=MAX_BODY, others=others)
    app.add_middleware(
        RequestLog, observe=service.metrics.count_request
    )  # added last, so outermost
    for part in (health, ask, records, articles, jobs, chat, page, session):
        app.include_router(part.make_router(service))
    session.install_sign_in(app)
    if slack:
        app.include_router(slack.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app
