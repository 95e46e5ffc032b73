"""Rows of tables as sentences: a row alone tells nobody what its numbers are."""

import re
from collections.abc import Iterable, Iterator, Sequence

_LONGEST_NAME = 100
"""Characters of the name of a column that is said in each of its rows."""
_SAMPLE = 50
"""Rows by which columns of numbers are told."""
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?:[/–-]\d{2,4})?")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"[^\w]{0,3}[\d][\d.,'\s\u00a0\u202f]*[^\w]{0,2}")
_ENDS = (".", "?", "!", "…", ":", ";")


def say_rows(
    rows: Iterable[Sequence[str]], *, named: bool | None = None, ragged: bool = False
) -> Iterator[str]:
    """Give the first row as it is, and each further row with the names of its columns.

    "City: Ankara; Population: 5,747,325."

    Args:
        rows: cells of one line each.
        named: whether the first row names the columns; None: find out.
        ragged: whether a row may leave out its last cells; else fewer cells are merged ones.
    """
    table = [tuple(row) for row in rows if any(row)]
    if named is None:
        named = len(table) > 1 and _has_names(table)
    for number, row in enumerate(table):
        fits = len(row) <= len(table[0]) if ragged else len(row) == len(table[0])
        if named and number and fits:
            yield _say(table[0], row)
        else:
            yield " | ".join(filter(None, row))


def _has_names(table: Sequence[Sequence[str]]) -> bool:
    """Tell whether a first row looks like names: all there, all different, and no numbers.

    A name may have a number in it, and a year may be one, where numbers stand below it.
    """
    first = table[0]
    if len(first) < 2 or not all(first[1:]) or len(set(first)) < len(first):
        return False
    numbered = [i for i, cell in enumerate(first) if any(each.isdigit() for each in cell)]
    if not numbered:
        return bool(first[0]) or _is_number(table[1][0])
    may_name = all(_YEAR.fullmatch(first[i]) or _LETTER.search(first[i]) for i in numbered)
    return may_name and len(numbered) < len(first) and any(_has_numbers(table, i) for i in numbered)


def _has_numbers(table: Sequence[Sequence[str]], column: int) -> bool:
    below = [row[column] for row in table[1 : _SAMPLE + 1] if column < len(row) and row[column]]
    return bool(below) and all(map(_is_number, below))


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell))


def _say(names: Sequence[str], row: Sequence[str]) -> str:
    cells = zip(names, row, strict=False)
    said = "; ".join(
        f"{name}: {cell}" if 0 < len(name) <= _LONGEST_NAME else cell
        for name, cell in cells
        if cell
    )
    return said if said.endswith(_ENDS) else f"{said}."
