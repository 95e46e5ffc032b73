"""Lines of a column to paragraphs, and paragraphs over the ends of columns and pages."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.article import HEADINGS, Kind
from index.reading.paper.columns import Region
from index.reading.paper.lines import Box, Line, is_unspaced

_ENDS = re.compile(r"[.?!:…。！？؟۔]['\"”’»)\]」』]*(?:\s?\[?\d{1,3}\]?)?$")
"""The end of a sentence, the number of a footnote after it included."""
_MARK = re.compile(r"(?:[•‣◦▪●■–—*·-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_HYPHEN = re.compile(r"[^\W\d_]-$")
_SAME = 0.06
"""Share by which sizes of one type may differ."""
_FAR = 2.5
"""Of the size of the type: the distance of lines from which on they have nothing in common."""
_RECENT = 4
"""Paragraphs back from which one may go on: a box or a note may stand between."""
_LOOSE = 1.3
"""Of the usual distance of lines: from here on it is the gap between paragraphs."""


@dataclass(slots=True)
class Block:
    """Lines that are read as one paragraph."""

    lines: list[Line]
    page: int
    """From 0."""
    kind: Kind = "body"
    level: int = 0
    to_left: bool = False
    pages: list[int] = field(default_factory=list)
    """Of each line."""
    open_end: bool = False
    """Whether its last line is full, so that it may go on in the next column."""

    size: float = 0.0
    """Of the type of its longest line, before it was joined to others."""

    def __post_init__(self) -> None:
        self.pages = self.pages or [self.page] * len(self.lines)
        self.size = max(self.lines, key=lambda line: len(line.text)).size

    @property
    def box(self) -> Box:
        box = self.lines[0].box
        for line in self.lines[1:]:
            box = box.around(line.box)
        return box

    def append(self, rest: "Block") -> None:
        """Add what a paragraph goes on with elsewhere."""
        self.lines += rest.lines
        self.pages += rest.pages
        self.open_end = rest.open_end

    @property
    def text(self) -> str:
        return "".join(part for line in self.glued() for part in line)

    def glued(self) -> list[tuple[str, str]]:
        """Give the text of each line, with what stands between it and the next."""
        lines = [line.text for line in self.lines]
        if self.kind == "code":
            return [*((line, "\n") for line in lines[:-1]), (lines[-1], "")]
        return glue_lines(lines)

    @property
    def mono(self) -> bool:
        return all(line.mono for line in self.lines)


def glue_lines(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Give each line as it is joined, with what stands between it and the next.

    A hyphen at the end of one goes where the word goes on in small letters.
    """
    glued: list[tuple[str, str]] = []
    for line in lines:
        if glued:
            glued[-1] = _glue(glued[-1][0], line)
        glued.append((line, ""))
    return glued


def _glue(before: str, after: str) -> tuple[str, str]:
    if _HYPHEN.search(before[-2:]) and after[:1].islower():
        return before[:-1], ""
    if before[-1:] == "-" and before[-2:-1].isalnum():
        return before, ""
    return before, "" if is_unspaced(before[-1:]) and is_unspaced(after[:1]) else " "


def find_blocks(region: Region, page: int) -> Iterator[Block]:
    """Give the paragraphs of a column.

    One ends where the lines stand further apart, the type changes, the next line is indented or
    begins with the mark of a list, or the first word of the next line would have had room.
    """
    for lines in _stretches(region.lines):
        usual = _usual_distance(lines)
        edges = min(line.box.left for line in lines), max(line.box.right for line in lines)
        block = [lines[0]]
        for before, line in pairwise(lines):
            if _ends(before, line, usual, edges, to_left=region.to_left):
                yield _block(block, page, region, edges)
                block = []
            block.append(line)
        yield _block(block, page, region, edges)


def _stretches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Give lines that are set alike and near each other: how wide they are says what is full."""
    stretch: list[Line] = []
    for line in lines:
        if stretch:
            before = stretch[-1]
            distance = before.box.bottom - line.box.bottom
            if abs(before.size - line.size) > _SAME * line.size or distance > _FAR * line.size:
                yield stretch
                stretch = []
        stretch.append(line)
    if stretch:
        yield stretch


def _block(lines: list[Line], page: int, region: Region, edges: tuple[float, float]) -> Block:
    room = _room(lines[-1], edges, to_left=region.to_left)
    return Block(lines, page, to_left=region.to_left, open_end=room < 4 * lines[-1].size)


def _usual_distance(lines: Sequence[Line]) -> float:
    """Give the distance of most lines."""
    near = [a.box.bottom - b.box.bottom for a, b in pairwise(lines)]
    return median(near) if near else 1.5 * lines[0].size


def _room(line: Line, edges: tuple[float, float], *, to_left: bool) -> float:
    return line.box.left - edges[0] if to_left else edges[1] - line.box.right


def _ends(
    before: Line, line: Line, usual: float, edges: tuple[float, float], *, to_left: bool
) -> bool:
    """Tell whether a paragraph ends between two lines."""
    distance = before.box.bottom - line.box.bottom
    if distance > max(usual, line.size) * _LOOSE:
        return True
    if before.mono and line.mono:
        return False
    if before.bold != line.bold or before.mono != line.mono or _MARK.match(line.text):
        return True
    indent, indent_before = (
        edges[1] - each.box.right if to_left else each.box.left - edges[0]
        for each in (line, before)
    )
    if indent > indent_before + 0.7 * line.size and indent < 4 * line.size:
        return not _MARK.match(before.text)  # what hangs below its mark goes on
    room = _room(before, edges, to_left=to_left)
    return room > _first_word(line) + (0.5 if _ENDS.search(before.text) else 2.0) * line.size


def _first_word(line: Line) -> float:
    """Give about how wide the first word of a line is."""
    word = line.text.split(maxsplit=1)[0]
    if any(map(is_unspaced, word)):
        return line.size
    return line.box.width * (len(word) + 1) / max(1, len(line.text))


def join_blocks(blocks: Sequence[Block]) -> list[Block]:
    """Join paragraphs that go on in the next column or on the next page.

    Furniture, captions and tables between the parts stay between; what is joined stands where
    its first part does.
    """
    joined: list[Block] = []
    recent: deque[Block] = deque(maxlen=_RECENT)
    for block in blocks:
        alike = (each for each in reversed(recent) if _is_alike(each, block))
        before = next(alike, None) if block.kind == "body" else None
        if before and goes_on(before, block):
            before.append(block)
            continue
        joined.append(block)
        if block.kind in ("body", "item"):
            recent.append(block)
        elif block.kind in HEADINGS:
            recent.clear()
    return joined


def _is_alike(one: Block, other: Block) -> bool:
    return abs(one.size - other.size) <= _SAME * other.size


def goes_on(before: Block, after: Block) -> bool:
    """Tell whether a paragraph is the rest of the one before it."""
    if not _is_alike(before, after) or _MARK.match(after.lines[0].text):
        return False
    first, second = before.lines[-1], after.lines[0]
    above = before.pages[-1] == after.page and first.box.bottom > second.box.top
    beside = first.box.left < second.box.right and second.box.left < first.box.right
    if above and beside:  # they stand below each other in one column: they were parted for a reason
        return second.text[:1].islower() and not _ENDS.search(first.text)
    if _ENDS.search(first.text):
        return False
    begins = second.text[:1]
    return begins.islower() or bool(_HYPHEN.search(first.text)) or before.open_end
