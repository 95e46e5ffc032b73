"""Articles over HTTP: listed, read, added, removed."""

import hashlib
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from bot.article_view import ArticleView, view_article
from bot.web.intake import BODY, read_intake
from bot.web.job import Job, Task
from bot.web.openapi import ETAG, problems
from bot.web.problems import problem_response
from bot.web.service import Service
from index.article import ArticleSummary

PATIENCE_SECONDS = 1.0
"""How long a request waits for its job before it is told where to look."""


class ArticleList(BaseModel):
    """The articles of the library."""

    articles: list[ArticleSummary]


def make_router(service: Service) -> APIRouter:
    """Give the endpoints that list, read, add and remove articles."""
    router = APIRouter(prefix="/v1/articles", tags=["articles"])
    gate, library, run = service.gate, service.library, service.workers.run
    reading, writing = [Depends(gate.may_read)], [Depends(gate.may_write)]
    later: dict[int | str, dict[str, Any]] = {
        202: {"model": Job, "description": "It takes longer: see the job at `Location`"}
    }

    @router.get("", dependencies=reading, responses=problems(401, 403, 429, 503, 504))
    async def list_articles() -> ArticleList:
        """List the articles."""
        return ArticleList(articles=await run(library.articles))

    @router.get(
        "/{article_id}",
        dependencies=reading,
        response_model=ArticleView,
        responses=problems(401, 403, 404, 429, 503, 504)
        | {
            200: {"headers": ETAG},
            304: {"description": "Unchanged since `If-None-Match`", "headers": ETAG},
        },
    )
    async def read_article(article_id: str, request: Request, response: Response) -> object:
        """Give an article's text, paragraphs and metadata."""
        view = view_article(await run(library.article, article_id))
        digest = hashlib.sha256(view.model_dump_json().encode()).hexdigest()
        headers = {"ETag": f'"{digest}"', "Cache-Control": "no-cache"}
        if _matches(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return view

    @router.post(
        "",
        status_code=201,
        dependencies=writing,
        response_model=Job,
        openapi_extra={"requestBody": BODY},
        responses=problems(400, 401, 403, 413, 415, 422, 429, 503) | later,
    )
    async def add_article(request: Request) -> Response:
        """Add an article: a file, a text with its title, or the address of a web page.

        What takes longer than a second becomes a job (202). A file may hold several articles;
        the same file replaces what was read from it before.
        """
        source, how = await read_intake(request, service.settings)
        task = Task(source=source, reading=how)
        return _tell(await service.jobs.run(task, PATIENCE_SECONDS), 201)

    @router.delete(
        "/{article_id}",
        status_code=204,
        dependencies=writing,
        response_class=Response,
        responses=problems(401, 403, 404, 429, 503) | later,
    )
    async def remove_article(article_id: str) -> Response:
        """Remove an article. What takes longer than a second becomes a job (202)."""
        task = Task(removed=article_id)
        return _tell(await service.jobs.run(task, PATIENCE_SECONDS), 204)

    return router


def _tell(job: Job, done: int) -> Response:
    """Answer with the outcome, or with the place where it is going to be found."""
    if job.state == "failed":  # unforeseen: foreseen errors have been raised
        assert job.problem
        return problem_response(500, job.problem.detail, name="unexpected")
    if not job.ended:
        headers = {"Location": f"/v1/jobs/{job.id}", "Retry-After": "1"}
        return Response(job.model_dump_json(), 202, headers, "application/json")
    if done == 204:
        return Response(status_code=204)
    return Response(job.model_dump_json(), done, media_type="application/json")


def _matches(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags
