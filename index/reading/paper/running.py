"""What is no text of a page: running heads, page numbers; and what stands below it, footnotes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from index.patterns import AtMost
from index.reading.paper.lines import Line
from index.reading.paper.paragraphs import Block

_NUMBER = re.compile(r"\d+")
_LONGEST_NUMBER = 40
_PAGE_NUMBER: Annotated[re.Pattern[str], AtMost(_LONGEST_NUMBER)] = re.compile(
    r"(?:(?:page|seite|pagina|página|p\.|s\.)\s*)?[-–—\s|]*(?:\d{1,4}|[ivxlc]{1,7})[-–—\s|]*"
    r"(?:(?:of|von|de|/)\s*\d{1,4})?",
    re.IGNORECASE,
)
_EDGE = 3
"""Blocks at the top and at the bottom of a page among which running ones are."""
_SMALL = 0.85
"""Of the size of most of the text: type that is used for what stands around it."""
_FULL = 0.75
"""Share of the widest line's width that lines of a text mostly have."""
_NEAR = 6.0
"""Points by which the heights of the same running line may differ."""
_NOTE = 0.92
"""Of the size of most of the text: footnotes are smaller."""
_FOOTNOTE = re.compile(r"(?:\d{1,3}|[*†‡§¶]|\[\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹])[.)]?\s?\S")


def find_running(pages: Sequence[Sequence[Line]], size: float) -> list[frozenset[int]]:
    """Find running heads, footers and page numbers: the numbers of such lines on each page.

    They are the same, numbers apart, at the same height on two pages, and apart from the text; or
    at the very edge a number alone, or a line in small type that is no sentence.

    Args:
        pages: the lines of each page, from the top down, over all of its columns.
        size: of most of the text.
    """
    edges = [
        (range(min(_EDGE, len(p))), range(len(p) - 1, max(-1, len(p) - _EDGE - 1), -1))
        for p in pages
    ]
    seen: Counter[tuple[str, int]] = Counter()
    for lines, (top, bottom) in zip(pages, edges, strict=True):
        numbers = {*top, *bottom}
        seen.update({place for number in numbers for place in _places(lines[number])})
    return [
        frozenset(number for edge in both for number in _running(lines, edge, seen, size))
        for lines, both in zip(pages, edges, strict=True)
    ]


def _running(
    lines: Sequence[Line], edge: range, seen: Counter[tuple[str, int]], size: float
) -> Iterator[int]:
    """Give the running lines of one edge of a page, from the outside."""
    found: list[int] = []
    parted = 0
    widest = max((line.box.width for line in lines), default=0.0)
    for number in edge:
        line = lines[number]
        times = seen[_places(line)[0]]
        # Two pages may begin with the same line of a text, which is as wide as the others.
        repeated = times > 2 or (
            times == 2 and (line.box.width < _FULL * widest or line.size < 0.95 * size)
        )
        outermost = number == edge[0] and len(lines) > 1
        if not repeated and not (outermost and _is_aside(line, size)):
            break
        found.append(number)
        if _is_apart(lines, number, edge.step):
            parted = len(found)
    yield from found[:parted]


def _is_number(text: str) -> bool:
    return len(text) <= _LONGEST_NUMBER and bool(_PAGE_NUMBER.fullmatch(text))


def _is_aside(line: Line, size: float) -> bool:
    """Tell whether a line at the edge of a page is a number, or small and no sentence."""
    if _is_number(line.text):
        return True
    small = line.size < _SMALL * size and not _FOOTNOTE.match(line.text)
    return small and not line.text.endswith((".", "!", "?", "。"))


def _is_apart(lines: Sequence[Line], number: int, step: int) -> bool:
    """Tell whether a line stands apart from the next one inwards, or is set otherwise."""
    inner = number + step
    if not 0 <= inner < len(lines):
        return len(lines) == 1 and _is_number(lines[number].text)
    line, next_line = lines[number], lines[inner]
    distance = abs(line.box.middle - next_line.box.middle)
    return distance > 1.8 * next_line.size or abs(line.size - next_line.size) > 0.06 * line.size


def _places(line: Line) -> list[tuple[str, int]]:
    """Give what a line says without its numbers, with its height and the heights next to it."""
    shape = _NUMBER.sub("0", line.text)
    height = round(line.box.middle / _NEAR)
    return [(shape, height), (shape, height - 1), (shape, height + 1)]


def is_small(block: Block, size: float) -> bool:
    """Tell whether a paragraph is in smaller type than most of the text."""
    return block.size < _NOTE * size


def is_marked(block: Block) -> bool:
    """Tell whether a paragraph begins with the mark of a footnote."""
    return bool(_FOOTNOTE.match(block.lines[0].text))


def is_footnote(block: Block, size: float, lowest: float) -> bool:
    """Tell whether a paragraph is in small type at the foot of a page.

    It begins with a mark, or is the rest of one of the page before: text, and not a label.

    Args:
        block: the paragraph.
        size: of most of the text.
        lowest: where the page's text ends, footnotes apart.
    """
    if not is_small(block, size) or block.box.top > lowest:
        return False
    return is_marked(block) or block.text[:1].islower()
