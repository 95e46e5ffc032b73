"""Plain text, in any character set, with or without front matter."""

import logging
import re
from collections.abc import Iterator
from typing import Any

from index.reading.formats.document import NOTHING, Document, Metadata, parse_date

log = logging.getLogger(__name__)

_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*\r?\n(.{1,10000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_PLAIN = (str, int, float)
MOST_NAMES = 50
"""Authors of an article, at most."""
_NAMES = {
    "title": ("title",),
    "author": ("author", "authors", "by"),
    "published": ("published", "date", "pubdate", "publishdate"),
    "source": ("source", "url", "link", "canonical"),
    "language": ("language", "lang"),
}
_USUAL = {name for names in _NAMES.values() for name in names}


def read(text: str, name: str) -> Iterator[Document]:
    """Give the text as it is, without its front matter."""
    about, body = split_front_matter(text, name)
    yield Document(body, about)


def split_front_matter(text: str, name: str) -> tuple[Metadata, str]:
    """Split a text into what the YAML between two lines of dashes at its top says, and the rest.

    Dashes around anything else are a part of the text; the name is for what is told of the file.
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return NOTHING, text
    import yaml

    class Loader(yaml.SafeLoader):
        """Leaves dates as they are written: one that is none would refuse all the rest."""

    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    try:
        fields = yaml.load(match.group(1), Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return NOTHING, text
    if not isinstance(fields, dict) or _USUAL.isdisjoint(str(key).lower() for key in fields):
        return NOTHING, text
    return read_fields(fields, name), text[match.end() :]


def read_fields(fields: dict[Any, Any], name: str) -> Metadata:
    """Find what is known of an article among values by the usual names.

    A date that is none, or could be two, is unknown, which is told of the file of this name.
    """
    lowered = {str(key).lower(): value for key, value in fields.items()}

    def find(field: str) -> str | None:
        for value in filter(None, map(lowered.get, _NAMES[field])):
            parts = value if isinstance(value, list) else [value]
            names = [p.get("name") if isinstance(p, dict) else p for p in parts]
            # Only what is plain: YAML's references can make a nested value endless.
            plain = [str(name) for name in names if name and isinstance(name, _PLAIN)]
            if joined := ", ".join(" ".join(name.split()) for name in plain[:MOST_NAMES]):
                return joined
        return None

    stated = find("published")
    published = parse_date(stated)
    if stated and not published:
        log.warning("%r: the date %r is not clear and stays unknown", name, stated[:60])
    return Metadata(
        find("title"),
        find("author"),
        published,
        find("source"),
        find("language"),
    )
