"""Workbooks (XLSX): each sheet a section, each row read with the names of its columns."""

import io
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from index.errors import SourceError
from index.reading.formats.archive import open_archive
from index.reading.formats.blocks import count_left_out, limit_text
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.office.numbers import write_number
from index.reading.formats.sheet import read_rows

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

MOST_CELLS = 1_000_000
"""Reading them takes some ten seconds."""
WIDEST = 1000
"""Columns that are read."""


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the sheets that are shown, with the values of formulas as they were last worked out.

    Raises:
        SourceError: the file is damaged, or holds far more than an article.
    """
    archive = open_archive(data, name)
    comments = sum(
        archive.read(part).count(b"<comment ") for part in archive.namelist() if "comments" in part
    )
    import openpyxl

    left_out = Counter(comment=comments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a sheet has that no reader sees
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            blocks = tuple(limit_text(_read_book(book, name, left_out), name))
        about = _read_about(book)
        book.close()
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever a damaged file leads to
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(
            f"{name} is a damaged workbook ({reason})", "save it again as XLSX"
        ) from None
    yield Document(about=about, blocks=blocks, warnings=count_left_out(left_out))


def _read_book(book: "Workbook", name: str, left_out: Counter[str]) -> Iterator[Block]:
    cells = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            left_out["hidden sheet"] += 1
            continue
        sheet.reset_dimensions()  # what a sheet says of its size need not be so
        rows: list[list[str]] = []
        for row in sheet.iter_rows():
            cells += len(row) or 1
            if cells > MOST_CELLS:
                what = f"{name} holds more than {MOST_CELLS:,} cells"
                raise SourceError(what, "give the sheets that are to be read alone")
            rows.append([_write(cell) for cell in row[:WIDEST]])
        said = list(read_rows(rows))
        if said:
            yield Block(sheet.title, "heading", 1)
            yield from said


def _read_about(book: "Workbook") -> Metadata:
    about = book.properties
    author = " ".join((about.creator or "").split())
    return Metadata(
        title=" ".join((about.title or "").split()) or None,
        author=None if author in ("openpyxl", "") else author,
        language=(about.language or "").split("-")[0].lower() or None,
    )


def _write(cell: Any) -> str:
    """Give a cell's value as the sheet shows it, as far as that can be told."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return write_number(value, cell.number_format or "")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return str(value)
    return " ".join(str(value).split())
