"""Plain text, in any character set, with or without front matter."""

from collections.abc import Iterator

from index.reading.formats.document import Document
from index.reading.formats.drawn import read_tables
from index.reading.formats.front_matter import split_front_matter


def read(text: str, name: str) -> Iterator[Document]:
    """Give the text as it is without its front matter; tables drawn in it are read by rows."""
    about, body, warnings = split_front_matter(text)
    blocks = tuple(read_tables(body))
    yield Document("" if blocks else body, about, blocks=blocks, warnings=warnings)
