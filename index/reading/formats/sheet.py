"""Tables in files of their own: rows separated by commas, semicolons, tabs or bars (CSV, TSV)."""

import csv
import io
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from index.article import Kind
from index.errors import SourceError
from index.reading.formats.blocks import limit_text
from index.reading.formats.document import Block, Document
from index.reading.formats.tables import say_rows

DELIMITERS = ",;\t|"
_SAMPLE = 20_000
"""Characters by which the delimiter is found."""
_LONGEST_FIELD = 1_000_000


def read(text: str, name: str, suffix: str = "") -> Iterator[Document]:
    """Give the rows with the names of their columns.

    Raises:
        SourceError: a quoted field has no end.
    """
    delimiter = "\t" if suffix in (".tsv", ".tab") else find_delimiter(text)
    csv.field_size_limit(_LONGEST_FIELD)
    lines = io.StringIO(text, newline="")
    try:
        rows = list(csv.reader(lines, delimiter=delimiter or ",", skipinitialspace=True))
    except csv.Error as error:
        raise SourceError(f"{name} is a damaged table ({error})", "save it again") from None
    yield Document(blocks=tuple(limit_text(read_rows(rows), name)))


def find_delimiter(text: str) -> str | None:
    """Find what parts the cells of each line into the same number, more than one; None: nothing."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample.rpartition("\n")[0]
    best: tuple[float, int, str] = (0, 0, "")
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if any(row))
        if widths and (found := widths.most_common(1)[0])[0] > 1:
            best = max(best, (found[1] / widths.total(), found[0], delimiter))
    return best[2] or None


def is_table(text: str) -> bool:
    """Tell whether a text without a telling name is a table: tabs part all its lines alike."""
    lines = [line for line in text[:_SAMPLE].splitlines() if line.strip()]
    if len(text) > _SAMPLE:
        lines = lines[:-1]
    tabs = {line.count("\t") for line in lines}
    return len(lines) > 2 and len(tabs) == 1 and tabs.pop() > 0


def read_rows(rows: Iterable[Sequence[str]]) -> Iterator[Block]:
    """Give the rows of a sheet: titles as they stand, and tables apart by empty rows."""
    table: list[list[str]] = []
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            table.append(cells)
        elif table:
            yield from _say_table(table)
            table = []
    yield from _say_table(table)


def _say_table(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    """Give the lines over a table, then its rows without the columns that are all empty."""
    top = 0
    width = max((sum(map(bool, row)) for row in rows), default=0)
    while width > 1 and top < len(rows) - 1 and sum(map(bool, rows[top])) == 1:
        yield Block(next(filter(None, rows[top])), "caption")
        top += 1
    kept = rows[top:]
    if width == 1:
        kind: Kind = "body" if len(kept) > 1 else "caption"
        yield from (Block(next(filter(None, row)), kind) for row in kept)
        return
    columns = sorted({i for row in kept for i, cell in enumerate(row) if cell})
    narrowed = ([row[i] for i in columns[: bisect(columns, len(row) - 1)]] for row in kept)
    yield from (Block(said, "table") for said in say_rows(narrowed, ragged=True))
