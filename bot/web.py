"""The HTTP edge: `articlebot serve`. It translates; every answer comes from `bot.answer.ask`."""

import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import uvicorn
from anyio import CapacityLimiter, to_thread
from fastapi import Body, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from bot.answer import Answer, IndexInfo, Query, ask
from bot.middleware import BodyLimit, RequestLog, add_request_id
from bot.openapi import ASK_EXAMPLES, DescribedAPI, problems
from bot.problems import error_response, install_handlers
from bot.reader import page_response
from bot.readiness import Readiness
from index.article import ArticleSummary, Paragraph
from index.errors import EmptyLibraryError, SettingsError
from index.library import Library
from index.settings import Settings

MAX_BODY = 64 * 1024
"""Largest request body, in bytes: room for the longest question however it is escaped."""
SHUTDOWN_SECONDS = 8
"""How long requests may take to finish at shutdown: container engines kill after 10."""
WARM_UP_SECONDS = 1.0
"""How long a load under way is waited for at shutdown."""
SLACK_EVENTS = "/slack/events"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"

logger = logging.getLogger(__name__)


class Health(BaseModel):
    """The process serves requests."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The model is loaded and there are articles to search."""

    status: Literal["ready"] = "ready"
    index: IndexInfo


class ArticleList(BaseModel):
    """The articles of the library."""

    articles: list[ArticleSummary]


class ArticleView(BaseModel):
    """An article with its structure. Offsets are in code points of `text`, end not included."""

    id: str
    title: str
    source: str
    published: date | None
    text: str
    text_sha256: str = Field(description="SHA-256 of `text` in UTF-8; citations carry it too.")
    paragraphs: tuple[Paragraph, ...]


def create_app(library: Library, settings: Settings) -> FastAPI:
    """Make the application over a library, which stays the caller's to close.

    While the application runs, a thread warms the library up (see `/readyz`). Slack's signed
    events join when the bot token and the signing secret are set.
    """
    readiness = Readiness(library)
    slack = None
    if settings.slack_bot_token and settings.slack_signing_secret:
        from bot.slack import http_events  # only now: it needs more than the others

        slack = http_events(library, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        readiness.start()
        try:
            yield
            if slack:
                await slack.drain()
        finally:
            await to_thread.run_sync(readiness.stop, WARM_UP_SECONDS)

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
    app.add_middleware(BodyLimit, limit=MAX_BODY, exempt=frozenset({SLACK_EVENTS}))
    app.add_middleware(RequestLog)  # added last, so outermost
    _add_health(app, library, settings, readiness)
    _add_answers(app, library)
    _add_articles(app, library)
    if slack:
        app.include_router(slack.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
    return app


def _add_health(app: FastAPI, library: Library, settings: Settings, readiness: Readiness) -> None:
    # A place of its own, so that a probe need not queue behind questions.
    limiter = CapacityLimiter(1)

    @app.get("/healthz", tags=["health"], responses=problems())
    async def read_health() -> Health:
        """Is the process alive? Answers at once, also while the model is still being loaded."""
        return Health()

    @app.get("/readyz", tags=["health"], response_model=Ready, responses=problems(503))
    async def read_readiness() -> Ready | Response:
        """Can questions be answered? 503 with the reason until the index and the model are open."""
        if missing := readiness.missing:
            return error_response(missing, settings)
        info = await to_thread.run_sync(library.info, limiter=limiter)
        if not info.articles:
            empty = EmptyLibraryError(
                "there is no article to search", "index some with `articlebot index PATH`"
            )
            return error_response(empty, settings)
        index = IndexInfo(
            fingerprint=info.fingerprint, articles=info.articles, sentences=info.sentences
        )
        return Ready(index=index)


def _add_answers(app: FastAPI, library: Library) -> None:
    @app.post(
        "/v1/ask",
        tags=["answers"],
        dependencies=[Depends(_require_json)],
        responses=problems(404, 413, 415, 422, 503),
    )
    def answer_question(query: Annotated[Query, Body(openapi_examples=ASK_EXAMPLES)]) -> Answer:
        """Answer a question with the passages that answer it, each with its citation.

        A question that the articles do not answer is no error: `found` is false then, and
        `closest` holds the nearest passages.
        """
        return ask(library, query)


def _add_articles(app: FastAPI, library: Library) -> None:
    @app.get("/v1/articles", tags=["articles"], responses=problems(503))
    def list_articles() -> ArticleList:
        """List the articles."""
        return ArticleList(articles=library.articles())

    @app.get(
        "/v1/articles/{article_id}",
        tags=["articles"],
        response_model=ArticleView,
        responses=problems(404, 503) | {304: {"description": "Unchanged since `If-None-Match`"}},
    )
    def read_article(article_id: str, request: Request, response: Response) -> object:
        """Give an article's text, paragraphs and metadata; the ETag is the text's SHA-256."""
        parsed = library.article(article_id)
        article = parsed.article
        headers = {"ETag": f'"{article.text_sha256}"', "Cache-Control": "no-cache"}
        if _matches(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return ArticleView(
            id=article.id,
            title=article.title,
            source=article.source,
            published=article.published,
            text=article.text,
            text_sha256=article.text_sha256,
            paragraphs=parsed.paragraphs,
        )

    @app.api_route("/articles/{article_id}", methods=["GET", "HEAD"], include_in_schema=False)
    def show_article(article_id: str) -> HTMLResponse:
        """Show the reader page of an article."""
        return page_response(library.article(article_id))


async def _require_json(request: Request) -> None:
    # Strict, so that no other site's page can make a browser post here without asking first.
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "The body must be JSON: send it as application/json.")


def _matches(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; requests under way then finish before the library closes.

    Raises:
        SettingsError: the address cannot be listened on.
        LibraryError: the data directory cannot be used.
    """
    with Library.open(settings) as library:
        run_app(create_app(library, settings), settings, host, port)


def run_app(app: FastAPI, settings: Settings, host: str, port: int) -> None:
    """Run an application on an address (port 0: any free one, named in the log); see `serve`."""
    listener = _listen(host, port)
    handler = logging.StreamHandler()
    handler.addFilter(add_request_id)
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT, handlers=[handler], force=True)
    logger.info("Serving on http://%s:%d", _shown(host), listener.getsockname()[1])
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # RequestLog writes the line, with the request's id
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    # uvicorn shuts down gracefully at a signal and then raises it again for what was there
    # before: this makes the process leave through the callers' `with`, as a success.
    previous = signal.signal(signal.SIGTERM, _exit)
    try:
        with listener, suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        signal.signal(signal.SIGTERM, previous)


def _exit(*_: object) -> NoReturn:
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason = "ports go from 0 to 65535"
    if 0 <= port <= 65535:
        try:
            return socket.create_server((host, port), family=family, backlog=2048)
        except OSError as error:
            # What Python adds repeats the address.
            reason = str(error.strerror or error).partition(" (while")[0]
    raise SettingsError(
        f"the server cannot listen on {_shown(host)}:{port}",
        f"{reason}; choose another with --host or --port",
    )


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
