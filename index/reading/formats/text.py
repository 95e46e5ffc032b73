"""Plain text, in any character set, with or without front matter."""

import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from index.errors import SourceError
from index.reading.formats.document import Document
from index.reading.formats.drawn import read_tables
from index.reading.formats.front_matter import split_front_matter

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""")


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
                return data.decode(named or "")
            except (LookupError, ValueError):
                continue
        if best := from_bytes(data[:100_000]).best():
            return data.decode(best.encoding, "replace")
    raise SourceError(f"{name} is a binary file", "give it as plain text (UTF-8 is best)")


def read(text: str, name: str) -> Iterator[Document]:
    """Give the text as it is without its front matter; tables drawn in it are read by rows."""
    about, body, warnings = split_front_matter(text)
    blocks = tuple(read_tables(body))
    yield Document("" if blocks else body, about, blocks=blocks, warnings=warnings)
