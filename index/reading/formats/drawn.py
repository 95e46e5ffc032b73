"""Tables that are drawn in plain text, with bars, rules or tabs: read row by row."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from index.reading.clean import find_paragraphs
from index.reading.formats.document import Block
from index.reading.formats.tables import say_rows

_LINE = re.compile(r"[^\n]*\n?")
_RULE = re.compile(r"[-=:|+ \t]+$")
_COLUMN = re.compile(r"[-=]{2,}")
_CELL = re.compile(r"\S+(?: \S+)*")


def read_tables(text: str) -> Iterator[Block]:
    """Give the blocks of a text in which tables are drawn; none where there is no table."""
    lines = _LINE.findall(text)
    tables = list(_find_tables(lines))
    before = 0
    for start, end, rows, named in tables:
        yield from _read_text("".join(lines[before:start]))
        yield from (Block(row, "table") for row in say_rows(rows, named=named))
        before = end
    if tables:
        yield from _read_text("".join(lines[before:]))


def _read_text(text: str) -> Iterator[Block]:
    for paragraph in find_paragraphs(text):
        said = " ".join(text[paragraph.start : paragraph.end].split())
        yield Block(said, paragraph.kind)


_Table = tuple[int, int, list[list[str]], bool | None]
"""Its first line, the line after its last, its rows, and whether the first names the columns."""


def _find_tables(lines: Sequence[str]) -> Iterator[_Table]:
    """Find runs of lines, apart by empty ones, that are a table each."""
    number = 0
    for empty, run in groupby(lines, lambda line: not line.strip()):
        block = [line.rstrip() for line in run]
        if not empty:
            for read in (_read_bars, _read_tabs, _read_ruled, _read_aligned):
                if found := read(block):
                    rows, named = found
                    yield number, number + len(block), rows, named
                    break
        number += len(block)


def _read_bars(lines: Sequence[str]) -> tuple[list[list[str]], bool | None] | None:
    """Read `| a | b |`, with or without rules between the rows."""
    rows: list[list[str]] = []
    rules: list[int] = []
    for line in lines:
        if _is_rule(line) and ("|" in line or "+" in line):
            rules.append(len(rows))
        elif line.count("|") > (line.lstrip().startswith("|")):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        else:
            return None
    same = len({len(row) for row in rows}) == 1
    barred = all(line.lstrip()[:1] in ("|", "+") for line in lines)
    if len(rows) < 2 or not same or not (rules or (barred and len(rows) > 2)):
        return None
    grid = sum(line.lstrip().startswith("+") for line in lines) > 2
    if grid and len(rules) < len(rows):  # rows of several lines, a rule after each
        rows = [_merge(rows[a:b]) for a, b in pairwise(rules) if b > a]
    return rows, 1 in rules or (True if grid and rules and rules[0] == 0 else None)


def _merge(lines: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(filter(None, cells)) for cells in zip(*lines, strict=True)]


def _read_tabs(lines: Sequence[str]) -> tuple[list[list[str]], bool | None] | None:
    """Read lines that tabs part into the same number of cells."""
    rows = [[cell.strip() for cell in line.strip().split("\t")] for line in lines]
    widths = {len(row) for row in rows}
    return (rows, None) if len(rows) > 2 and len(widths) == 1 and widths.pop() > 1 else None


def _read_ruled(lines: Sequence[str]) -> tuple[list[list[str]], bool | None] | None:
    """Read columns that a rule of several dashes below their names tells: `----  ----`."""
    rules = [i for i, line in enumerate(lines) if _is_rule(line) and len(line.split()) > 1]
    top = next((i for i in rules if i > 0), None)
    if top is None or top > 2 or len(lines) < top + 2:
        return None
    columns = [match.start() for match in _COLUMN.finditer(lines[top])]
    kept = [line for i, line in enumerate(lines) if i not in rules]
    ends = [*columns[1:], None]
    rows = [
        [line[a:b].strip() for a, b in zip(columns, ends, strict=True)]
        for line in (each.expandtabs() for each in kept)
    ]
    return (rows, True) if all(row[0] or any(row) for row in rows) else None


def _read_aligned(lines: Sequence[str]) -> tuple[list[list[str]], bool | None] | None:
    """Read columns that stand under each other, by their left or their right edges."""
    cells = [list(_CELL.finditer(line.expandtabs())) for line in lines]
    widths = {len(row) for row in cells}
    if len(cells) < 3 or len(widths) != 1 or widths.pop() < 2:
        return None
    for column in zip(*cells, strict=True):
        if len({cell.start() for cell in column}) > 1 and len({cell.end() for cell in column}) > 1:
            return None
    return [[cell.group() for cell in row] for row in cells], None


def _is_rule(line: str) -> bool:
    return ("--" in line or "==" in line) and bool(_RULE.match(line))
