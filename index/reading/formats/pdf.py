"""PDF files: their pages, read as a person reads them."""

import logging
import re
from collections.abc import Iterator

import pypdfium2

from index.article import canonical
from index.errors import SourceError
from index.reading.formats.document import Document, Metadata
from index.reading.paper.glyphs import PDFIUM, Glyphs, read_glyphs
from index.reading.paper.pages import read_pages
from index.reading.paper.paragraphs import Block

log = logging.getLogger(__name__)

MOST_PAGES = 3000
MOST_TEXT = 20_000_000
"""Characters; more is not an article, however small its file."""
_MOST_UNKNOWN = 0.25
"""Share of the words of a page that may be of unknown characters."""
_PROGRAM_TITLE = re.compile(
    r"(?:microsoft|openoffice|libreoffice|adobe)\s.*[-–]\s.*|"
    r".*\.(?:docx?|pdf|txt|xlsx?|pptx?|od[tsp]|rtf|tex|dvi|indd|qxd|ps|eps|html?|p65|pmd|cdr|fm)|"
    r"(?:untitled|document|dokument|book|binder|layout|model|presentation|powerpoint presentation|"
    r"slide|folie|sheet|mappe|page|print|scan|new document|title|blank|none|null|test|draft)"
    r"[\s_-]*\d*|\W*|[\d\W]+|(?:https?|file):\S+|[a-z]:\\.*|/\S+/\S+",
    re.IGNORECASE,
)
"""Titles that programs give: names of files, or of nothing."""


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the text, a form feed after each page but the last.

    Raises:
        SourceError: the file is encrypted, damaged, or holds no text that can be known.
    """
    with PDFIUM:
        pages, title, author = _read_file(data, name)
    words = sum(page.words for page in pages)
    if not words:
        raise SourceError(f"{name} holds no text, only pictures", "give it with recognised text")
    known = [page if page.unknown <= _MOST_UNKNOWN * page.words else _without_text(page) for page in pages]
    if not any(page.pieces for page in known):
        raise SourceError(
            f"{name} does not say which characters its fonts draw", "give it with recognised text"
        )
    blocks = read_pages(known)
    if title and _PROGRAM_TITLE.fullmatch(title):
        title = None
    yield Document(_join(blocks, len(pages)), Metadata(title=title or _find_title(blocks), author=author))


def _read_file(data: bytes, name: str) -> tuple[list[Glyphs], str | None, str | None]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError(f"{name} is encrypted", "save a copy without a password") from None
        raise SourceError(f"{name} is a damaged PDF ({_reason(error)})", "save or export it again") from None
    try:
        if len(document) > MOST_PAGES:
            raise SourceError(f"{name} has {len(document)} pages", f"give at most {MOST_PAGES}")
        pages = []
        length = 0
        for page in document:
            pages.append(read_glyphs(page))
            page.close()
            length += sum(len(piece.text) for piece in pages[-1].pieces)
            if length > MOST_TEXT:
                raise SourceError(f"{name} holds far more text than an article", "split it")
        title, author = (
            " ".join(canonical(document.get_metadata_value(key)).replace("\0", " ").split()) or None
            for key in ("Title", "Author")
        )
        return pages, title, author
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"{name} is a damaged PDF ({_reason(error)})", "save or export it again") from None
    finally:
        document.close()


def _reason(error: Exception) -> str:
    return str(error).split("\n")[0][:100] or type(error).__name__


def _without_text(page: Glyphs) -> Glyphs:
    return Glyphs((), (), page.turn, page.words, page.unknown)


def _find_title(blocks: list[Block]) -> str | None:
    """Give the heading in the largest type of the first page that has any."""
    headings = [block for block in blocks if block.kind == "heading"]
    if not headings:
        return None
    first = [block for block in headings if block.page == headings[0].page]
    return max(first, key=lambda block: block.size).text


def _join(blocks: list[Block], pages: int) -> str:
    texts: list[list[str]] = [[] for _ in range(pages)]
    for block in blocks:
        texts[block.page].append(block.text)
    return "\n\f".join("\n\n".join(page) + "\n" for page in texts)
