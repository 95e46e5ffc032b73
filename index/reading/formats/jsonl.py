"""JSON Lines: an article a line, `{"title", "text", "url", "published", "author", "language"}`."""

import json
from collections.abc import Iterator

from index.errors import SourceError
from index.reading.formats.document import Document
from index.reading.formats.front_matter import read_fields

_FORM = 'give {"title": …, "text": …} on each line'


def read(text: str, name: str) -> Iterator[Document | SourceError]:
    """Give the articles; a line that holds none is given as the error that says so."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"line {number} of {name}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield SourceError(f"{place} is not JSON", _FORM)
            continue
        body = row.get("text") if isinstance(row, dict) else None
        if not isinstance(body, str) or not body.strip():
            yield SourceError(f"{place} has no text", _FORM)
            continue
        about, warnings = read_fields(row)
        given = row.get("id")
        own = given if isinstance(given, (str, int, float)) else None
        key = str(own or about.source or about.title or f"line {number}")
        yield Document(body, about, key=key, warnings=warnings)
