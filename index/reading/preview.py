"""What would be read of a source, without storing anything."""

from collections.abc import Iterator

from index.article import Article, ParsedArticle
from index.errors import SourceError
from index.reading.intake import Intake
from index.reading.limits import DEFAULT, Limits
from index.reading.read import Reading, Source
from index.reading.split import parse_article


def preview(
    source: Source, reading: Reading, limits: Limits = DEFAULT
) -> Iterator[ParsedArticle | SourceError]:
    """Give the articles of a source with their paragraphs as `index` would read them."""
    for item in Intake([source], reading, limits):
        yield parse_article(item) if isinstance(item, Article) else item
