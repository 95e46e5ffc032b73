"""Find the format of a file by what is in it, and read it."""

import json
import re
from collections.abc import Iterator

from index.errors import SourceError
from index.reading.formats.document import Document

SUFFIXES = frozenset(
    {
        *(".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf", ".docx"),
        *(".jsonl", ".ndjson", ".rss", ".atom", ".xml"),
    }
)
"""What a folder is searched for; a file that is named itself may have any suffix."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main)[\s>]", re.IGNORECASE)
_FRAGMENT = re.compile(r"\s*<(?:p|div|section|h[1-6]|title|meta|!--)[\s>]", re.IGNORECASE)
_PROLOGUE = 4096


def read(
    data: bytes, name: str, suffix: str = "", charset: str | None = None
) -> Iterator[Document | SourceError]:
    """Read a file of any format; its suffix decides only between kinds of text.

    Args:
        data: the whole file.
        name: what it is called in errors.
        suffix: with its dot, in lower case.
        charset: what the server that sent it said; what the text itself says comes first.

    Raises:
        SourceError: it cannot be read; the errors of single articles are among what is given.
    """
    if data.lstrip()[:5] == b"%PDF-":
        from index.reading.formats import pdf

        return pdf.read(data, name)
    if data.startswith(b"PK\x03\x04"):
        from index.reading.formats import docx

        return docx.read(data, name)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise SourceError(f"{name} is encrypted", "save a copy without a password")
        raise SourceError(f"{name} is a document of an old kind", "save it as DOCX or PDF")
    from index.reading.formats.characters import decode

    text = decode(data, name, charset)
    if text.lstrip().startswith("<"):
        return _read_markup(data, text, name)
    return _read_plain(text, name, suffix)


def _read_markup(data: bytes, text: str, name: str) -> Iterator[Document | SourceError]:
    from index.reading.formats import feed, html
    from index.reading.formats import text as plain

    top = text.lstrip()[:_PROLOGUE]
    if _HTML.search(top) or _FRAGMENT.match(top):
        return html.read(text, name)
    if _FEED.search(top):
        return feed.read(data, name)
    if top.startswith("<?xml"):
        raise SourceError(f"{name} is XML, but neither a page nor a feed", "give it as text")
    return plain.read(text, name)


def _read_plain(text: str, name: str, suffix: str) -> Iterator[Document | SourceError]:
    from index.reading.formats import jsonl, markdown
    from index.reading.formats import text as plain

    if suffix in (".jsonl", ".ndjson") or _is_article_line(text.lstrip()[:_PROLOGUE]):
        return jsonl.read(text, name)
    if suffix in (".md", ".markdown"):
        return markdown.read(text, name)
    return plain.read(text, name)


def _is_article_line(top: str) -> bool:
    """Tell whether the first line is a JSON object with a text."""
    line = top.split("\n", 1)[0]
    if not line.startswith("{"):
        return False
    if len(line) == _PROLOGUE:  # cut
        return bool(re.search(r'"text"\s*:\s*"', line))
    try:
        return "text" in json.loads(line)
    except (ValueError, RecursionError):
        return False
