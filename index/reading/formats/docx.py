"""Word documents (DOCX)."""

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all parts together."""
MOST_PARTS = 5000
MOST_MARKS = 5_000_000
"""Beginnings of elements and values of attributes in all parts: each takes a hundred bytes of
memory or more, however few it has in the file. A thousand pages have less than half of them."""
MOST_BLOCKS = 200_000
"""Paragraphs and cells, empty ones too: a book has some ten thousand."""
MOST_COLUMNS = 63
"""Of a table, as in Word; more than that no cell spans."""
MOST_TEXT = 20_000_000
"""Characters; more is not an article, however small its file. A cell may be in many rows."""
_PIECE = 1024 * 1024
_HEADING = re.compile(r"Heading (\d)")


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the paragraphs, headings marked as in Markdown, and the rows of tables.

    Raises:
        SourceError: the file is damaged, or an archive that unpacks without end.
    """
    check_archive(data, name)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        if _count_blocks(document) > MOST_BLOCKS:
            what = f"{name} has more than {MOST_BLOCKS:,} paragraphs and cells"
            raise SourceError(what, "give the article alone")
        blocks = []
        length = 0
        for block in _blocks(document):
            blocks.append(block)
            length += len(block)
            if length > MOST_TEXT:
                raise SourceError(f"{name} holds far more text than an article", "split it")
        about = document.core_properties
        title, author, language = about.title, about.author, about.language
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - python-docx raises whatever a damaged file leads to
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(
            f"{name} is a damaged Word document ({reason})", "save it again as DOCX"
        ) from None
    headings = [b.lstrip("# ") for b in blocks if b.startswith("# ")]
    if author == "python-docx":
        author = ""
    yield Document(
        "\n\n".join(blocks),
        Metadata(
            title=" ".join(title.split()) or next(iter(headings), None),
            author=" ".join(author.split()) or None,
            language=language.split("-")[0].lower() or None,
        ),
    )


def check_archive(data: bytes, name: str) -> None:
    """Refuse an archive that is damaged, encrypted, or would unpack to far too much.

    Python's unpacking stops at the sizes that the archive's directory states, so their sum is
    a bound.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise SourceError(f"{name} is a damaged archive", "save it again") from None
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise SourceError(f"{name} is encrypted", "save a copy without a password")
    if not any(part.filename == "word/document.xml" for part in parts):
        raise SourceError(f"{name} is an archive, not an article", "unpack it and give its files")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SourceError(
            f"{name} unpacks to more than {MOST_UNPACKED // 2**20} MB", "give the article alone"
        )
    marks = 0
    for part in parts:
        for count in _count_marks(archive, part):
            marks += count
            if marks > MOST_MARKS:
                raise SourceError(f"{name} has far more parts than an article", "split it")


def _count_marks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[int]:
    """Count what takes memory once a part is parsed, piece by piece; pictures have few of these."""
    try:
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                yield piece.count(b"<") + piece.count(b"=")
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
        return  # whoever needs the part says it


def _count_blocks(document: "WordDocument") -> int:
    from docx.oxml.ns import qn

    found = document.element.body.iter(qn("w:p"), qn("w:tc"))
    return sum(1 for _ in itertools.islice(found, MOST_BLOCKS + 1))


def _blocks(document: "WordDocument") -> Iterator[str]:
    from docx.table import Table

    styles: dict[str | None, str] = {}
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            yield from say_rows(_rows(item))
        elif text := " ".join(item.text.split()):
            key = item._p.style  # noqa: SLF001 - looking it up takes longer than all the rest
            if key not in styles:
                styles[key] = (item.style.name if item.style else None) or ""
            style = styles[key]
            heading = _HEADING.match(style)
            if heading or style == "Title":
                text = f"{'#' * (int(heading.group(1)) if heading else 1)} {text}"
            elif style.startswith("List"):
                text = f"- {text}"
            yield text


def _rows(table: "Table") -> Iterator[list[str]]:
    """Give the texts of the cells of each row; one over several rows is in each of them.

    python-docx would give a cell once for each column that it says it spans, and look for those
    that go on from above from the first row on.
    """
    from docx.table import _Cell

    above: dict[int, str] = {}
    for row in table._tbl.tr_lst:  # noqa: SLF001
        column, texts, here = 0, [], {}
        for cell in row.tc_lst[:MOST_COLUMNS]:
            text = above.get(column) if cell.vMerge == "continue" else None
            if text is None:
                text = " ".join(_Cell(cell, table).text.split())
            here[column] = text
            texts.append(text)
            column += min(max(cell.grid_span, 1), MOST_COLUMNS)
        above = here
        yield texts
