"""PDF files: their pages, read as a person reads them."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

import pypdfium2

from index.article import canonical
from index.errors import SourceError
from index.patterns import AtMost
from index.reading.formats.document import Block, Document, Metadata
from index.reading.paper.glyphs import PDFIUM, Glyphs, read_glyphs
from index.reading.paper.pages import read_pages
from index.reading.paper.paragraphs import Block as Paragraph

MOST_PAGES = 3000
MOST_TEXT = 20_000_000
"""Characters; more is not an article, however small its file."""
_MOST_UNKNOWN = 0.25
"""Share of the words of a page that may be of unknown characters."""
_NOBODY = frozenset(("anonymous", "unknown", "user", "admin", "administrator", "owner", "author"))
"""Authors that programs name."""
_TEXT = 120
"""Characters of a paragraph from which on it is text, and no byline or date."""
_SHOWN = 8
"""Numbers of pages that a warning names."""
LONGEST_TITLE = 300
"""Characters; what is longer was written by somebody."""
_PROGRAM_TITLE: Annotated[re.Pattern[str], AtMost(LONGEST_TITLE)] = re.compile(
    r"(?:microsoft|openoffice|libreoffice|adobe)\s.*[-–]\s.*|"
    r".*\.(?:docx?|pdf|txt|xlsx?|pptx?|od[tsp]|rtf|tex|dvi|indd|qxd|ps|eps|html?|p65|pmd|cdr|fm)|"
    r"(?:untitled|document|dokument|book|binder|layout|model|presentation|powerpoint presentation|"
    r"slide|folie|sheet|mappe|page|print|scan|new document|title|blank|none|null|test|draft)"
    r"[\s_-]*\d*|\W*|[\d\W]+|(?:https?|file):\S+|[a-z]:\\.*|/\S+/\S+",
    re.IGNORECASE,
)
"""Titles that programs give: names of files, or of nothing."""


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the paragraphs of the pages.

    Raises:
        SourceError: the file is encrypted, damaged, or holds no text that can be known.
    """
    with PDFIUM:
        pages, title, author = _read_file(data, name)
    if not any(page.words for page in pages):
        raise SourceError(f"{name} holds no text, only pictures", "give it with recognised text")
    readable = [page.unknown <= _MOST_UNKNOWN * page.words for page in pages]
    if not any(page.words and can for page, can in zip(pages, readable, strict=True)):
        raise SourceError(
            f"{name} does not say which characters its fonts draw", "give it with recognised text"
        )
    blocks = read_pages(
        [page if can else _without_text(page) for page, can in zip(pages, readable, strict=True)]
    )
    if author and author.casefold() in _NOBODY:
        author = None
    if title and len(title) <= LONGEST_TITLE and _PROGRAM_TITLE.fullmatch(title):
        title = None
    yield Document(
        about=Metadata(title=title or _find_title(blocks), author=author),
        blocks=tuple(Block(b.text, b.kind, b.level, b.page + 1) for b in blocks),
        warnings=tuple(_warn(pages, readable)),
    )


def _warn(pages: Sequence[Glyphs], readable: Sequence[bool]) -> Iterator[str]:
    """Tell of pages that are not read."""
    pictures = [number for number, page in enumerate(pages, 1) if not page.words]
    unknown = [number for number, can in enumerate(readable, 1) if not can]
    for numbers, what in (
        (pictures, "hold no text"),
        (unknown, "do not say which characters their fonts draw, and are left out"),
    ):
        if numbers:
            shown = ", ".join(map(str, numbers[:_SHOWN])) + (", …" if len(numbers) > _SHOWN else "")
            yield f"{len(numbers)} of {len(pages)} pages {what}: {shown}"


def _read_file(data: bytes, name: str) -> tuple[list[Glyphs], str | None, str | None]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError(f"{name} is encrypted", "save a copy without a password") from None
        raise _damaged(name, error) from None
    try:
        if len(document) > MOST_PAGES:
            raise SourceError(f"{name} has {len(document)} pages", f"give at most {MOST_PAGES}")
        pages = []
        length = 0
        for page in document:
            try:
                pages.append(read_glyphs(page))
            finally:
                page.close()
            length += sum(len(piece.text) for piece in pages[-1].pieces)
            if length > MOST_TEXT:
                raise SourceError(f"{name} holds far more text than an article", "split it")
        return pages, _read_about(document, "Title"), _read_about(document, "Author")
    except pypdfium2.PdfiumError as error:
        raise _damaged(name, error) from None
    finally:
        document.close()


def _read_about(document: pypdfium2.PdfDocument, key: str) -> str | None:
    value = canonical(document.get_metadata_value(key)).replace("\0", " ")
    return " ".join(value.split()) or None


def _damaged(name: str, error: Exception) -> SourceError:
    reason = str(error).split("\n")[0][:100] or type(error).__name__
    return SourceError(f"{name} is a damaged PDF ({reason})", "save or export it again")


def _without_text(page: Glyphs) -> Glyphs:
    return Glyphs((), (), page.turn, page.words, page.unknown)


def _find_title(blocks: Sequence[Paragraph]) -> str | None:
    """Give the heading in the largest type of those that stand before the text."""
    text = (n for n, b in enumerate(blocks) if b.kind == "body" and len(b.text) >= _TEXT)
    before = blocks[: next(text, len(blocks))]
    headings = [block for block in before if block.kind == "heading" and block.page == 0]
    return max(headings, key=lambda block: block.size).text if headings else None
