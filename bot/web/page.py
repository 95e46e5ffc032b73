"""The page for people: a question, its answers, the articles to read."""

from collections.abc import Callable
from string import Template
from typing import Annotated
from urllib.parse import quote_plus

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import HTMLResponse

from bot.answering.answer import title_copies
from bot.answering.query import Query as Question
from bot.failures import describe_error
from bot.question import MAX_QUESTION
from bot.web.ask import KeptAnswer, answer_and_keep, require_json
from bot.web.gate import COOKIE, is_from_another_site
from bot.web.html import escape_text, render_error, render_turn
from bot.web.problems import classify
from bot.web.reader import page_response
from bot.web.records import AnswerId, read_kept
from bot.web.service import Service
from bot.web.session import SIGN_OUT, STATIC, sign_in_form
from index.errors import ArticlebotError
from index.library import Library

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PROMISE = "Every answer is quoted word for word, with a citation that leads to the very sentence."
NO_ARTICLE = "No article yet. Add one under Articles, or with <code>articlebot index</code>."

Shown = tuple[str, str]
"""A turn as HTML, and the page's title."""


def make_router(service: Service) -> APIRouter:
    """Give the pages; the API's document leaves them out."""
    router = APIRouter(include_in_schema=False)
    gate, library, run = service.gate, service.library, service.workers.run
    may_see, may_read = [Depends(gate.may_see)], [Depends(gate.may_read), Depends(require_json)]

    def show(
        request: Request, make_turn: Callable[[], Shown] | None, question: str = ""
    ) -> HTMLResponse:
        return _show(service, request, make_turn, question)

    def render(answer: KeptAnswer, *, dated: bool = False) -> str:
        return render_turn(answer, answer.id, title_copies(library, answer), dated=dated)

    @router.api_route("/", methods=["GET", "HEAD"], dependencies=may_see)
    async def show_page(request: Request, q: Annotated[str, Query()] = "") -> HTMLResponse:
        """Show the page, and the answer to `q`: what its form asks for without a script.

        From another site's page the question comes into its field, to be asked by the visitor.
        """

        def answer() -> Shown:
            answer = answer_and_keep(service, Question(question=q))
            return render(answer), q

        asks = q.strip() and not is_from_another_site(request)
        return await run(show, request, *((answer,) if asks else (None, q[:MAX_QUESTION])))

    @router.post("/ask", dependencies=may_read)
    async def ask_from_page(question: Annotated[Question, Body()]) -> HTMLResponse:
        """Give the answer to a question as a part of the page."""

        def answer() -> HTMLResponse:
            answer = answer_and_keep(service, question)
            dated = question.dates and not (question.since or question.until or question.article)
            return HTMLResponse(render(answer, dated=dated))

        return await run(answer)

    @router.get("/answers/{answer_id}", dependencies=may_see)
    async def show_answer(request: Request, answer_id: AnswerId) -> HTMLResponse:
        """Show an answer as it was given."""

        def read() -> Shown:
            answer = read_kept(library, answer_id)
            return render(answer), answer.question

        return await run(show, request, read)

    @router.api_route("/articles/{article_id}", methods=["GET", "HEAD"], dependencies=may_see)
    async def show_article(article_id: str) -> HTMLResponse:
        """Show the reader page of an article."""
        return page_response(await run(library.article, article_id))

    return router


def _show(
    service: Service,
    request: Request,
    make_turn: Callable[[], Shown] | None,
    question: str,
) -> HTMLResponse:
    """Give the page with a turn, or with a question to be asked; errors take the turn's place."""
    shown, status = ("", "articlebot"), 200
    try:
        if make_turn:
            shown = make_turn()
    except ArticlebotError as error:
        status = classify(error)[0]
        shown = render_error(describe_error(error, service.settings)), "articlebot"
    asks = bool(make_turn) or service.readiness.missing
    questions = [] if asks else service.examples.read()
    panel = _panel(request, service)
    panel["question"] = escape_text(question)
    return _page(shown, _count(service.library), questions, panel, status)


def _count(library: Library) -> int:
    try:
        return library.info().articles
    except ArticlebotError:
        return 0


def _panel(request: Request, service: Service) -> dict[str, str]:
    """Give what the articles panel offers: adding, web addresses, signing in or out."""
    adding, session = _session(request, service)
    fetches = service.settings.fetch_urls
    return {"adding_hidden": adding, "session": session, "url_hidden": "" if fetches else " hidden"}


def _session(request: Request, service: Service) -> tuple[str, str]:
    """Give whether adding is hidden, and what the articles panel says about the key."""
    gate = service.gate
    hidden = "" if gate.may_change(request) else " hidden"
    if not gate.has_keys:
        return hidden, '<p class="quiet">Articles are added on the server.</p>' if hidden else ""
    leave = SIGN_OUT if request.cookies.get(COOKIE) else ""
    if not hidden:
        return hidden, leave
    note = '<p class="quiet">To add and remove articles, sign in with a key that may write.</p>'
    return hidden, note + sign_in_form("/") + leave


def _page(
    shown: Shown,
    count: int,
    questions: list[str],
    panel: dict[str, str],
    status: int,
) -> HTMLResponse:
    """Give the page as a response that may load nothing but the bot's own files."""
    turn, title = shown
    links = "".join(
        f'<li><a href="/?q={quote_plus(each)}" data-question>{escape_text(each)}</a></li>'
        for each in questions
    )
    examples = f'<ul class="examples" aria-label="Example questions">{links}</ul>'
    page = Template((STATIC / "page.html").read_text("utf-8")).substitute(
        title=escape_text(" ".join(title.split())),
        count=count,
        promise=PROMISE if count else NO_ARTICLE,
        examples=examples if links else "",
        hello_hidden=" hidden" if turn else "",
        turns=turn,
        **panel,
    )
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(page, status, headers)
