"""The page for people: a question, its answers, the articles to read."""

import threading
from pathlib import Path
from string import Template
from typing import Annotated
from urllib.parse import quote_plus

from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import HTMLResponse

from bot.answer import Query as Question
from bot.examples import find_examples
from bot.html import escape_text, render_turn
from bot.reader import page_response
from bot.web.ask import AnswerId, answer_and_keep, read_kept, require_json
from bot.web.service import Service
from index.errors import ArticlebotError
from index.library import Library

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATIC = Path(__file__).parents[1] / "static"


class Examples:
    """Example questions, made anew when the articles have changed. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._made: tuple[str, list[str]] = ("", [])

    def read(self) -> list[str]:
        """Give the examples; none while others make them, or where the library cannot answer."""
        if not self._lock.acquire(blocking=False):
            return []
        try:
            fingerprint = self._library.info().fingerprint
            if fingerprint != self._made[0]:
                self._made = (fingerprint, find_examples(self._library))
            return self._made[1]
        except ArticlebotError:
            return []
        finally:
            self._lock.release()


def make_router(service: Service) -> APIRouter:
    """Give the pages; the API's document leaves them out."""
    router = APIRouter(include_in_schema=False)
    library, run = service.library, service.workers.run
    examples = Examples(library)

    def show(turn: str = "", title: str = "articlebot") -> HTMLResponse:
        count = library.info().articles
        questions = [] if turn or service.readiness.missing else examples.read()
        return page_response_of(title, count, questions, turn)

    @router.get("/")
    async def show_page(q: Annotated[str, Query()] = "") -> HTMLResponse:
        """Show the page, and the answer to `q`: what its form asks for without a script."""

        def answer() -> HTMLResponse:
            if not q.strip():
                return show()
            answer = answer_and_keep(library, Question(question=q))
            return show(render_turn(answer, answer.id), f"{q} - articlebot")

        return await run(answer)

    @router.post("/ask", dependencies=[Depends(require_json)])
    async def ask_from_page(question: Annotated[Question, Body()]) -> HTMLResponse:
        """Give the answer to a question as a part of the page."""

        def answer() -> HTMLResponse:
            answer = answer_and_keep(library, question)
            return HTMLResponse(render_turn(answer, answer.id))

        return await run(answer)

    @router.get("/answers/{answer_id}")
    async def show_answer(answer_id: AnswerId) -> HTMLResponse:
        """Show an answer as it was given."""

        def read() -> HTMLResponse:
            answer = read_kept(library, answer_id)
            return show(render_turn(answer, answer.id), f"{answer.question} - articlebot")

        return await run(read)

    @router.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
    async def show_article(article_id: str) -> HTMLResponse:
        """Show the reader page of an article."""
        return page_response(await run(library.article, article_id))

    return router


def page_response_of(title: str, count: int, questions: list[str], turn: str) -> HTMLResponse:
    """Give the page as a response that may load nothing but the bot's own files."""
    links = "".join(
        f'<li><a href="/?q={quote_plus(each)}" data-question>{escape_text(each)}</a></li>'
        for each in questions
    )
    examples = f'<ul class="examples" aria-label="Example questions">{links}</ul>'
    page = Template((STATIC / "page.html").read_text("utf-8")).substitute(
        title=escape_text(" ".join(title.split())),
        count=count,
        articles="one article" if count == 1 else f"{count} articles" if count else "your articles",
        examples=examples if links else "",
        hello_hidden=" hidden" if turn else "",
        turns=turn,
        session="",
    )
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(page, headers=headers)
