"""Articles over HTTP."""

from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from bot.openapi import problems
from bot.web.service import Service
from index.article import ArticleSummary, Paragraph


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


def make_router(service: Service) -> APIRouter:
    """Give the endpoints that list and read articles."""
    router = APIRouter(prefix="/v1/articles", tags=["articles"])
    library, run = service.library, service.workers.run

    @router.get("", responses=problems(503, 504))
    async def list_articles() -> ArticleList:
        """List the articles."""
        return ArticleList(articles=await run(library.articles))

    @router.get(
        "/{article_id}",
        response_model=ArticleView,
        responses=problems(404, 503, 504)
        | {304: {"description": "Unchanged since `If-None-Match`"}},
    )
    async def read_article(article_id: str, request: Request, response: Response) -> object:
        """Give an article's text, paragraphs and metadata; the ETag is the text's SHA-256."""
        parsed = await run(library.article, article_id)
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

    return router


def _matches(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags
