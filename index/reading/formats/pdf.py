"""PDF files: the text of their pages, its lines joined to paragraphs again."""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata

MOST_PAGES = 3000
MOST_TEXT = 20_000_000
"""Characters; more is not an article, however small its file."""
_FULL = 0.8
"""A line is full from this part of the widest line of its page on; the text goes on in the next."""
_ENDS = re.compile(r"[.?!:…。！？][\"'”’»)\]]*$")
_NUMBER = re.compile(r"\d+")


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the text, a form feed after each page but the last.

    Raises:
        SourceError: the file is encrypted, damaged, or holds pictures of text alone.
    """
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # repairs that concern nobody here
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError(f"{name} is encrypted", "save a copy without a password")
        if len(reader.pages) > MOST_PAGES:
            raise SourceError(f"{name} has {len(reader.pages)} pages", f"give at most {MOST_PAGES}")
        pages = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > MOST_TEXT:
                raise SourceError(f"{name} holds far more text than an article", "split it")
        title, author = _read_about(reader)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - pypdf raises whatever a damaged file leads it to
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(
            f"{name} is a damaged PDF ({reason})", "save or export it again"
        ) from None
    text = join_pages([page.splitlines() for page in pages])
    if not text.strip():
        raise SourceError(f"{name} holds no text, only pictures", "give it with recognised text")
    yield Document(text, Metadata(title=title, author=author))


def _read_about(reader: "object") -> tuple[str | None, str | None]:
    about = getattr(reader, "metadata", None)
    title, author = (
        " ".join(str(getattr(about, field, None) or "").split()) for field in ("title", "author")
    )
    return title or None, author or None


def join_pages(pages: Sequence[Sequence[str]]) -> str:
    """Join the lines of each page to paragraphs, and a paragraph that goes on over the page."""
    texts: list[list[str]] = []
    running = _running_lines(pages)
    for lines in pages:
        paragraphs = join_lines([" ".join(line.split()) for line in lines], running)
        text = [p for p in paragraphs if _shape(p) not in running]
        before = next((page for page in reversed(texts) if page), None)
        if before and text and text[0][:1].islower() and not _ENDS.search(before[-1]):
            before[-1] = _glue(before[-1], text[0])
            paragraphs.remove(text[0])
        texts.append(paragraphs)
    return "\n\f".join("\n\n".join(page) + "\n" for page in texts)


def join_lines(lines: Sequence[str], running: frozenset[str]) -> list[str]:
    """Join lines to paragraphs: one ends with a line that ends a sentence and is not full."""
    widest = max(map(len, lines), default=0)
    paragraphs: list[str] = []
    going_on = False
    for line in lines:
        if not line or _shape(line) in running:
            going_on = False
        if going_on:
            paragraphs[-1] = _glue(paragraphs[-1], line)
        elif line:
            paragraphs.append(line)
        full = len(line) >= widest * _FULL
        going_on = bool(line) and _shape(line) not in running and full
    return paragraphs


def _glue(first: str, second: str) -> str:
    if first.endswith("-") and first[-2:-1].isalpha() and second[:1].islower():
        return first[:-1] + second
    return f"{first} {second}"


def _running_lines(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """Find headers and footers: the same, numbers apart, on three pages and half of all."""
    edges = Counter(
        shape for lines in pages for shape in {_shape(x) for x in (*lines[:2], *lines[-2:])}
    )
    often = max(3, len(pages) / 2)
    return frozenset(shape for shape, count in edges.items() if shape and count >= often)


def _shape(line: str) -> str:
    return _NUMBER.sub("0", " ".join(line.split()))
