"""What would be read of a file, an address or a text, shown before it is added."""

from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from bot.failures import Failure, describe_error
from bot.web.intake import BODY, read_intake
from bot.web.openapi import problems
from bot.web.service import Service
from index.article import Kind, ParsedArticle
from index.errors import SourceError
from index.reading.frames import Item
from index.reading.split import parse_article
from index.settings import Settings

MOST_ARTICLES = 20
MOST_PARAGRAPHS = 200
"""Of each article."""
LONGEST = 2000
"""Characters of a paragraph that are shown."""


class Part(BaseModel):
    """A paragraph as it would be read."""

    kind: Kind = Field(description="What it is; furniture never answers.")
    level: int = Field(description="Of a heading: 1 is the highest; 0: it has none.")
    text: str = Field(description=f"Its first {LONGEST:,} characters.")


class PreviewedArticle(BaseModel):
    """An article as it would be read."""

    title: str
    source: str
    author: str | None
    published: date | None
    language: str | None
    warnings: tuple[str, ...] = Field(description="What would be left out of it, or looks wrong.")
    sentences: int = Field(description="Sentences that could be quoted.")
    paragraphs: tuple[Part, ...]
    more: int = Field(description="Paragraphs after these that are not shown.")


class Preview(BaseModel):
    """What would be added."""

    articles: tuple[PreviewedArticle, ...]
    more: int = Field(description="Articles after these that are not shown.")
    failed: tuple[Failure, ...] = Field(description="What could not be read, and why.")


def make_router(service: Service) -> APIRouter:
    """Give the endpoint that shows what would be read."""
    router = APIRouter(prefix="/v1", tags=["articles"])
    library, run = service.library, service.workers.run

    @router.post(
        "/preview",
        dependencies=[Depends(service.gate.may_write)],
        openapi_extra={"requestBody": BODY},
        responses=problems(400, 401, 403, 413, 415, 422, 429, 503, 504),
    )
    async def preview_article(request: Request) -> Preview:
        """Show what would be read of what is sent, paragraph by paragraph; nothing is stored.

        It takes what `POST /v1/articles` takes.
        """
        source, how = await read_intake(request, service.settings)
        return await run(_preview, await run(library.read, source, how), service.settings)

    return router


def _preview(items: list[Item], settings: Settings) -> Preview:
    errors = [each for each in items if isinstance(each, SourceError)]
    articles = [each for each in items if not isinstance(each, SourceError)]
    if errors and not articles:
        raise errors[0]
    shown = (
        each if isinstance(each, ParsedArticle) else parse_article(each)
        for each in articles[:MOST_ARTICLES]
    )
    return Preview(
        articles=tuple(map(_view, shown)),
        more=max(len(articles) - MOST_ARTICLES, 0),
        failed=tuple(describe_error(error, settings) for error in errors[:MOST_ARTICLES]),
    )


def _view(parsed: ParsedArticle) -> PreviewedArticle:
    article = parsed.article
    return PreviewedArticle(
        title=article.title,
        source=article.source,
        author=article.author,
        published=article.published,
        language=article.language,
        warnings=article.warnings,
        sentences=len(parsed.sentences),
        paragraphs=tuple(
            Part(kind=p.kind, level=p.level, text=article.text[p.start : p.end][:LONGEST])
            for p in parsed.paragraphs[:MOST_PARAGRAPHS]
        ),
        more=max(len(parsed.paragraphs) - MOST_PARAGRAPHS, 0),
    )
