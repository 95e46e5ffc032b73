"""An article as it is read from elsewhere: over HTTP and by agents."""

from datetime import date

from pydantic import BaseModel, Field

from index.article import Paragraph, ParsedArticle


class ArticleView(BaseModel):
    """An article with its structure. Offsets are in code points of `text`, end not included."""

    id: str
    title: str
    source: str
    author: str | None
    published: date | None
    language: str | None = Field(description='ISO 639 code, such as "en".')
    text: str
    text_sha256: str = Field(description="SHA-256 of `text` in UTF-8; citations carry it too.")
    paragraphs: tuple[Paragraph, ...]
    warnings: tuple[str, ...] = Field(description="What was left out of it, or looks wrong.")


def view_article(parsed: ParsedArticle) -> ArticleView:
    """Give an article as it is read over the API."""
    article = parsed.article
    return ArticleView(
        id=article.id,
        title=article.title,
        source=article.source,
        author=article.author,
        published=article.published,
        language=article.language,
        text=article.text,
        text_sha256=article.text_sha256,
        paragraphs=parsed.paragraphs,
        warnings=article.warnings,
    )
