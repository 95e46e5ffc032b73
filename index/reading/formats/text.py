"""Plain text, in any character set, with or without front matter."""

import codecs
import logging
import re
from collections.abc import Iterator
from typing import Any

from charset_normalizer import from_bytes

from index.errors import SourceError
from index.reading.formats.document import NOTHING, Document, Metadata, parse_date

log = logging.getLogger(__name__)

_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*\r?\n(.{1,10000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""")
_PLAIN = (str, int, float)
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_NO_CHARSET = frozenset(("punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"))
"""What Python decodes and no text is sent in; to decode Punycode takes the square of its length."""
MOST_BRACKETS = 200
"""In front matter; each level of them takes time at every mark that comes after it."""
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


def decode(data: bytes, name: str, charset: str | None = None) -> str:
    """Decode by the mark at the beginning, as UTF-8, as is declared, or as fits best.

    Raises:
        SourceError: it is no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" not in data:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        declared = _DECLARED.search(data[:2048]) if data.lstrip()[:1] == b"<" else None
        for named in (charset, declared and declared.group(1).decode()):
            try:
                if codecs.lookup(named or "").name not in _NO_CHARSET:
                    return data.decode(named or "")
            except (LookupError, ValueError):
                continue
        if best := from_bytes(data[:100_000]).best():
            return data.decode(best.encoding, "replace")
    raise SourceError(f"{name} is a binary file", "give it as plain text (UTF-8 is best)")


def read(text: str, name: str) -> Iterator[Document]:
    """Give the text as it is, without its front matter."""
    about, body = split_front_matter(text, name)
    yield Document(body, about)


def split_front_matter(text: str, name: str) -> tuple[Metadata, str]:
    """Split a text into what the YAML between two lines of dashes at its top says, and the rest.

    Dashes around anything else are a part of the text; the name is for what is told of the file.
    """
    match = _FRONT_MATTER.match(text)
    if not match or sum(map(match.group(1).count, "[{")) > MOST_BRACKETS:
        return NOTHING, text
    import yaml

    try:
        # Leaves all values as they are written: a date, number or switch that is none would
        # refuse all the rest.
        fields = yaml.load(match.group(1), yaml.BaseLoader)  # noqa: S506 - makes text alone
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
            said = [" ".join(name.split()) for name in plain[:MOST_NAMES]]
            if joined := ", ".join(name for name in said if name not in _NOTHING):
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
