"""Word documents (DOCX)."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all parts together."""
MOST_PARTS = 5000
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
        blocks = list(_blocks(document))
        about = document.core_properties
        title, author, language = about.title, about.author, about.language
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
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise SourceError(f"{name} is a damaged archive", "save it again") from None
    if any(part.flag_bits & 1 for part in parts):
        raise SourceError(f"{name} is encrypted", "save a copy without a password")
    if not any(part.filename == "word/document.xml" for part in parts):
        raise SourceError(f"{name} is an archive, not an article", "unpack it and give its files")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SourceError(
            f"{name} unpacks to more than {MOST_UNPACKED // 2**20} MB", "give the article alone"
        )


def _blocks(document: "WordDocument") -> Iterator[str]:
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            # Merged cells are one element, given once for each column that they span.
            rows = ({cell._tc: cell.text for cell in row.cells} for row in item.rows)  # noqa: SLF001
            yield from say_rows([" ".join(text.split()) for text in row.values()] for row in rows)
        elif text := " ".join(item.text.split()):
            style = (item.style.name if item.style else None) or ""
            heading = _HEADING.match(style)
            if heading or style == "Title":
                text = f"{'#' * (int(heading.group(1)) if heading else 1)} {text}"
            elif style.startswith("List"):
                text = f"- {text}"
            yield text
