"""The pages that a feed has only teasers of, read in place of these."""

from collections.abc import Iterable
from dataclasses import replace

from index.article import Article, ParsedArticle, is_url
from index.errors import SourceError
from index.reading.formats.document import NOTHING, Metadata
from index.reading.formats.feed import NoTextError

MOST_FOLLOWED = 200
"""Pages of one run."""

Item = Article | ParsedArticle | SourceError


def find_link(item: Item) -> str:
    """Give the address of the page that may have more than a feed has; empty: there is none."""
    if isinstance(item, NoTextError):
        return item.link if is_url(item.link) else ""
    if isinstance(item, SourceError):
        return ""
    article = _article(item)
    return article.source if article.excerpt and is_url(article.source) else ""


def known_of(teaser: Item) -> Metadata:
    """Give what a feed says about an entry; it goes before what its page says."""
    if isinstance(teaser, SourceError):
        return teaser.about if isinstance(teaser, NoTextError) else NOTHING
    article = _article(teaser)
    return Metadata(article.title, article.author, article.published, None, article.language)


def take_page(teaser: Item, found: Iterable[Item]) -> Item:
    """Give the article on a page in place of its teaser, or this with a warning.

    Args:
        teaser: what a feed has.
        found: what has been read of the page, errors among it.
    """
    items = list(found)
    if len(items) == 1 and not isinstance(items[0], SourceError):
        return items[0]
    if isinstance(teaser, SourceError):
        return teaser
    errors = (each.what for each in items if isinstance(each, SourceError))
    reason = next(errors, "its page holds several articles")
    article = _article(teaser)
    told = replace(
        article, warnings=(*article.warnings, f"only the feed's teaser was read: {reason}")
    )
    return told if isinstance(teaser, Article) else replace(teaser, article=told)


def _article(item: Article | ParsedArticle) -> Article:
    return item.article if isinstance(item, ParsedArticle) else item
