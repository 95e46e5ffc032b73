"""What would be read of a source, without storing anything."""

from collections.abc import Iterator

from index.article import ParsedArticle
from index.errors import SourceError
from index.reading.read import Reading, Source, find_sources, read_source
from index.reading.split import parse_article


def preview(source: Source, reading: Reading) -> Iterator[ParsedArticle | SourceError]:
    """Give the articles of a source with their paragraphs as `index` would read them."""
    for found in find_sources([source], reading.glob):
        if isinstance(found, SourceError):
            yield found
            continue
        for article in read_source(found, reading):
            yield article if isinstance(article, SourceError) else parse_article(article)
