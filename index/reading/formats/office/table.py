"""Tables of documents: rows said with the names of their columns, and what stands in cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.reading.formats.document import Block
from index.reading.formats.tables import say_rows

_LAYOUT = 400
"""Characters of a cell of several paragraphs, from which on its table only places them."""


@dataclass(slots=True)
class Row:
    """A row of a table."""

    cells: list[list[Block]]
    """What stands in each."""
    after: list[Block] = field(default_factory=list)
    """What belongs below it, such as footnotes."""


def say_table(rows: Iterable[Row], *, named: bool | None = None) -> list[Block]:
    """Give rows with the names of their columns, nested tables after the row that has them.

    A row of one cell, and one whose cells hold several long paragraphs, is given as these: such
    a table only places them.

    Args:
        rows: in their order.
        named: whether the first row names the columns; None: find out.
    """
    blocks: list[Block] = []
    table: list[Row] = []
    for row in rows:
        if len(row.cells) == 1 or any(map(_is_layout, row.cells)):
            blocks += _say(table, named)
            table, named = [], None
            blocks += [each for cell in row.cells for each in cell] + row.after
        else:
            table.append(row)
    return blocks + _say(table, named)


def _say(rows: Sequence[Row], named: bool | None) -> list[Block]:
    texts = [
        [" ".join(b.text for b in cell if b.kind != "table") for cell in r.cells] for r in rows
    ]
    said = iter(say_rows(texts, named=named))
    blocks: list[Block] = []
    for row, cells in zip(rows, texts, strict=True):
        if any(cells):
            blocks.append(Block(next(said), "table"))
        blocks += [each for cell in row.cells for each in cell if each.kind == "table"]
        blocks += row.after
    return blocks


def _text(cell: Sequence[Block]) -> str:
    return " ".join(block.text for block in cell if block.kind != "table")


def _is_layout(cell: Sequence[Block]) -> bool:
    own = [block for block in cell if block.kind != "table"]
    return len(own) > 1 and sum(len(block.text) for block in own) > _LAYOUT
