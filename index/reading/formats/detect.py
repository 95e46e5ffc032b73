"""Find the format of a file by what is in it, and read it."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial

from index.errors import SourceError
from index.reading.formats.document import Document
from index.reading.formats.inside import Inside

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMMENTS = re.compile(
    r"\s*(?:<\?(?:[^?]|\?(?!>))*\?>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE\s[^<>\[]*(?:\[[^\]]*\]\s*)?>)"
)
_FEED = re.compile(r"<(?:rss|(?:\w+:)?feed|(?:rdf|RDF):RDF)[\s>]")
_BLANK = re.compile(r"\s*")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main)[\s>]", re.IGNORECASE)
_FRAGMENT = re.compile(r"\s*<(?:p|div|section|h[1-6]|title|meta|!--)[\s>]", re.IGNORECASE)
_PROLOGUE = 4096

Found = Iterator[Document | SourceError]


def read(data: bytes, name: str, suffix: str = "", charset: str | None = None) -> Found:
    """Read a file of any format; its suffix decides only where its content does not.

    Args:
        data: the whole file.
        name: what it is called in errors.
        suffix: with its dot, in lower case.
        charset: what the server that sent it said; what the text itself says comes first.

    Raises:
        SourceError: it cannot be read; the errors of single articles are among what is given.
    """
    return _read(data, name, suffix, Inside(_read), charset)


def _read(data: bytes, name: str, suffix: str, inside: Inside, charset: str | None = None) -> Found:
    if data.lstrip()[:5] == b"%PDF-":
        from index.reading.formats import pdf

        return pdf.read(data, name)
    if data.startswith(_ZIP):
        return _read_archive(data, name, inside)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise SourceError(f"{name} is encrypted", "save a copy without a password")
        raise SourceError(f"{name} is a document of an old kind", "save it as DOCX or PDF")
    from index.reading.formats.mail import mailbox

    if mailbox.is_mail(data):
        return mailbox.read(data, name, inside)
    from index.reading.formats.characters import decode

    text = decode(data, name, charset)
    if text.lstrip().startswith("<"):
        return _read_markup(text, name)
    return _read_plain(text, name, suffix)


def _read_archive(data: bytes, name: str, inside: Inside) -> Found:
    from index.reading.formats.archive import open_archive

    with open_archive(data, name) as archive:
        parts = frozenset(archive.namelist())
        kind = archive.read("mimetype")[:100] if "mimetype" in parts else b""
    return _reader(parts, kind, inside)(data, name)


def _reader(parts: frozenset[str], kind: bytes, inside: Inside) -> Callable[[bytes, str], Found]:
    """Give what reads an archive with these parts, of the kind that it states."""
    if "[Content_Types].xml" in parts:
        folders = {part.partition("/")[0] for part in parts}
        if "word" in folders:
            from index.reading.formats.office import docx

            return docx.read
        if "ppt" in folders:
            from index.reading.formats.office import pptx

            return pptx.read
        if "xl" in folders:
            from index.reading.formats.office import xlsx

            return xlsx.read
    if kind.startswith(b"application/vnd.oasis.opendocument") and "content.xml" in parts:
        from index.reading.formats.office import odf

        return odf.read
    if kind.startswith(b"application/epub") or "META-INF/container.xml" in parts:
        from index.reading.formats import epub

        return epub.read
    from index.reading.formats import bundle

    return partial(bundle.read, inside=inside)


def _read_markup(text: str, name: str) -> Found:
    from index.reading.formats import feed, html
    from index.reading.formats import text as plain

    start = 0
    while match := _COMMENTS.match(text, start):
        start = match.end()
    blank = _BLANK.match(text, start)
    if blank and _FEED.match(text, blank.end()):
        return feed.read(text[blank.end() :], name)
    if _HTML.search(text.lstrip()[:_PROLOGUE]) or _FRAGMENT.match(text, start):
        return html.read(text, name)
    if begins := _FEED.search(text[: 4 * _PROLOGUE]):  # what is before it is no comment
        return feed.read(text[begins.start() :], name)
    if text.lstrip().startswith("<?xml"):
        raise SourceError(f"{name} is XML, but neither a page nor a feed", "give it as text")
    return plain.read(text, name)


def _read_plain(text: str, name: str, suffix: str) -> Found:
    from index.reading.formats import jsonl, markdown, sheet, subtitles
    from index.reading.formats import text as plain

    if subtitles.is_subtitles(text):
        return subtitles.read(text, name)
    if suffix in (".jsonl", ".ndjson") or _is_article_line(text.lstrip()[:_PROLOGUE]):
        return jsonl.read(text, name)
    if suffix in (".md", ".markdown"):
        return markdown.read(text, name)
    if suffix in (".rst", ".rest"):
        from index.reading.formats import rst

        return rst.read(text, name)
    if suffix in (".csv", ".tsv", ".tab") or sheet.is_table(text):
        return sheet.read(text, name, suffix)
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
