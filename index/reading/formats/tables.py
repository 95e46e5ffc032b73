"""Rows of tables as sentences: a row alone tells nobody what its numbers are."""

from collections.abc import Iterable, Iterator, Sequence

_ENDS = (".", "?", "!", "…", ":", ";")


def say_rows(rows: Iterable[Sequence[str]], *, named: bool | None = None) -> Iterator[str]:
    """Give the first row as it is, and each further row with the names of its columns.

    "City: Ankara; Population: 5,747,325."

    Args:
        rows: cells of one line each.
        named: whether the first row names the columns; None: find out.
    """
    table = [tuple(row) for row in rows if any(row)]
    if named is None:
        named = len(table) > 1 and _has_names(table[0])
    for number, row in enumerate(table):
        if named and number and len(row) == len(table[0]):
            yield _say(table[0], row)
        else:
            yield " | ".join(filter(None, row))


def _has_names(first: Sequence[str]) -> bool:
    """Tell whether a first row looks like names: all there, all different, and no numbers."""
    differing = len(first) > 1 and all(first) and len(set(first)) == len(first)
    return differing and not any(character.isdigit() for cell in first for character in cell)


def _say(names: Sequence[str], row: Sequence[str]) -> str:
    cells = zip(names, row, strict=True)
    said = "; ".join(f"{name}: {cell}" if name else cell for name, cell in cells if cell)
    return said if said.endswith(_ENDS) else f"{said}."
