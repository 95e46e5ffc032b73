"""The pages that a feed has only teasers of, read in place of these."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from index.article import Article, is_url
from index.errors import SourceError
from index.reading.formats.document import Metadata
from index.reading.formats.feed import NoTextError

MOST_FOLLOWED = 200
"""Pages of one feed."""

Articles = Iterator[Article | SourceError]


def follow_links(articles: Articles, read: Callable[[str, Metadata], Articles]) -> Articles:
    """Give the articles, and for a teaser, or an entry without any text, what its page has.

    Where that cannot be read, what the feed has is given, with a warning.

    Args:
        articles: as they are read, errors among them.
        read: gives what is at an address; what the feed says about it goes before what it says.
    """
    left = MOST_FOLLOWED
    for article in articles:
        if left and isinstance(article, NoTextError) and is_url(article.link):
            left -= 1
            page = _only(read(article.link, article.about))
            yield page if isinstance(page, Article) else article
        elif left and isinstance(article, Article) and article.excerpt and is_url(article.source):
            left -= 1
            yield _follow(article, read)
        else:
            yield article


def _follow(teaser: Article, read: Callable[[str, Metadata], Articles]) -> Article:
    about = (teaser.title, teaser.author, teaser.published, None, teaser.language)
    page = _only(read(teaser.source, Metadata(*about)))
    if isinstance(page, Article):
        return page
    warning = f"only the feed's teaser was read: {page}"
    return replace(teaser, warnings=(*teaser.warnings, warning))


def _only(articles: Articles) -> Article | str:
    """Give the one article, or say why there is none."""
    found = list(articles)
    if len(found) == 1 and isinstance(found[0], Article):
        return found[0]
    errors = (each.what for each in found if isinstance(each, SourceError))
    return next(errors, "its page holds several articles")
