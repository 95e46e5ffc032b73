"""Rows of tables among the lines of a column."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.reading.paper.lines import Line, Piece

_ROWS = 3
"""Fewer may be lines whose words stand far apart."""
_APART = 1.0
"""Of the size of the type: the white between cells, at least."""
_CORRIDOR = 0.7
"""The same, for the white that cells below each other have in common on one side."""
_ALIKE = 0.5
"""Of the size of the type: how far edges of cells below each other may be apart."""


def find_tables(lines: Sequence[Line]) -> Iterator[tuple[bool, tuple[Line, ...]]]:
    """Part lines into those of tables and others, in their order; tell which are which.

    Rows have cells that begin or end below each other, with white between them.
    """
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and _below(lines[end - 1], lines[end]):
            end += 1
        is_table = end - start >= _ROWS
        if not is_table:
            end = start + 1
        yield is_table, tuple(lines[start:end])
        start = end


def cells(line: Line) -> list[str]:
    """Give the texts of a row's cells."""
    return [" ".join(piece.text for piece in cell) for cell in _cells(line)]


def has_names(rows: Sequence[Sequence[str]], *, bold: bool) -> bool:
    """Tell whether the first row names the columns: bold, or capitals above numbers."""
    first, *others = rows
    if any(any(map(str.isdigit, cell)) for cell in first):
        return False
    numbers = any(
        all(any(map(str.isdigit, row[column])) for row in others) for column in range(len(first))
    )
    return bold or (numbers and all(cell[:1].isupper() for cell in first))


def _cells(line: Line) -> list[list[Piece]]:
    found: list[list[Piece]] = []
    for piece in line.pieces:
        last = found[-1][-1] if found else None
        gap = 0.0
        if last:
            gap = max(piece.box.left - last.box.right, last.box.left - piece.box.right)
        if last and gap < _APART * line.size:
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def _below(first: Line, second: Line) -> bool:
    """Tell whether two lines are rows of one table."""
    above, below = _cells(first), _cells(second)
    if len(above) < 2 or len(above) != len(below):
        return False
    if first.box.bottom - second.box.bottom > 3.5 * second.size:
        return False
    return all(map(_are_aligned, above, below)) and all(
        min(one[0].box.left, other[0].box.left)
        - max(before[-1].box.right, other_before[-1].box.right)
        > _CORRIDOR * second.size
        for (before, one), (other_before, other) in zip(
            pairwise(above), pairwise(below), strict=True
        )
    )


def _are_aligned(above: Sequence[Piece], below: Sequence[Piece]) -> bool:
    near = _ALIKE * min(above[0].size, below[0].size)
    left = abs(above[0].box.left - below[0].box.left)
    right = abs(above[-1].box.right - below[-1].box.right)
    middles = [(cell[0].box.left + cell[-1].box.right) / 2 for cell in (above, below)]
    return min(left, right, abs(middles[0] - middles[1])) <= near
