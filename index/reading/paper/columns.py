"""The columns of a page, found by the white between them.

What crosses a gap between columns, such as a title or a footer, cuts the page above and below
itself, and leaves the columns as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.reading.paper.lines import Box, Line, Piece, find_lines, is_to_left, is_unspaced

_GUTTER = 0.7
"""Width of the white between columns, at least, in sizes of the type."""
_CROSSING = 0.4
"""Share of the lines that may cross the white between columns."""
_LINES = 2
"""Lines that a column has at least."""
_PROSE = 3.0
"""Words of a line in the middle, from which on it is of a text, and not of a table."""
_ALIGNED = 0.7
"""Share of the lines with one beside them on the same height from which on these are rows."""
_OTHER = 0.06
"""Share by which the size of type differs that is not the same."""
_TRIED = 6
"""Gaps that are looked at more closely, those that the fewest lines cross."""
_MOST_STEPS = 5000
"""Into which the width of a page is cut: letters far beside it, or next to nothing in size, are not
worth more."""
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Region:
    """Lines below each other in one column, or rows of a table."""

    box: Box
    lines: tuple[Line, ...]
    is_table: bool = False
    to_left: bool = False


def find_gaps(pieces: Sequence[Piece]) -> list[float]:
    """Give how far from the left the white between the columns of a page is."""
    regions = sorted(find_regions(pieces), key=lambda region: region.box.left)
    size = median(piece.size for piece in pieces) if pieces else 0.0
    return [
        (before.box.right + after.box.left) / 2
        for before, after in pairwise(regions)
        if 0 < after.box.left - before.box.right < 4 * size
        and min(len(before.lines), len(after.lines)) > 3
    ]


def find_regions(pieces: Sequence[Piece], known: Sequence[float] = ()) -> Iterator[Region]:
    """Give the columns of a page in the order in which they are read.

    Args:
        pieces: what stands on the page.
        known: where other pages have the white between their columns: there, a line is enough.
    """
    if pieces:
        yield from _split(list(pieces), known, 0, to_left=is_to_left(pieces))


def _split(
    pieces: list[Piece], known: Sequence[float], depth: int, *, to_left: bool
) -> Iterator[Region]:
    gap = _find_gap(pieces, known) if depth < _DEEPEST else None
    if gap is None:
        yield from _regions(pieces, to_left=to_left)
        return
    crossing = [piece for piece in pieces if piece.box.left < gap < piece.box.right]
    if not crossing:
        left = [piece for piece in pieces if piece.box.right <= gap]
        right = [piece for piece in pieces if piece.box.left >= gap]
        for side in (right, left) if to_left else (left, right):
            yield from _split(side, known, depth + 1, to_left=to_left)
        return
    for band in _bands(pieces, crossing):
        yield from _split(band, known, depth + 1, to_left=to_left)


def _bands(pieces: list[Piece], crossing: list[Piece]) -> Iterator[list[Piece]]:
    """Cut a page at what crosses its columns: that, what lies between, and so on downwards."""
    held = {id(piece) for piece in crossing}
    marked = sorted(
        ((piece.box.middle, id(piece) in held, piece) for piece in pieces),
        key=lambda each: (-each[0], not each[1]),
    )
    band: list[Piece] = []
    crosses = False
    lowest = 0.0
    for middle, is_crossing, piece in marked:
        # What stands on the height of a wide line belongs to it, such as a number after a title.
        beside = crosses and not is_crossing and middle > lowest
        if band and is_crossing != crosses and not beside:
            yield band
            band = []
        if not beside:
            crosses = is_crossing
        if is_crossing:
            lowest = piece.box.bottom
        band.append(piece)
    yield band


def _find_gap(pieces: list[Piece], known: Sequence[float]) -> float | None:
    """Give where the white between two columns is; None where there is but one column."""
    size = median(piece.size for piece in pieces)
    left = min(piece.box.left for piece in pieces)
    right = max(piece.box.right for piece in pieces)
    if right - left <= 8 * size:
        return None
    step = max(size / 6, (right - left) / _MOST_STEPS)
    steps = int((right - left) / step) + 1
    covered = [0] * (steps + 1)
    for piece in pieces:
        covered[int((piece.box.left - left) / step)] += 1
        covered[min(steps, int((piece.box.right - left) / step) + 1)] -= 1
    height = 0
    heights = []
    for change in covered[:-1]:
        height += change
        heights.append(height)
    wide = sorted(
        (lines, start - end, left + (start + end) / 2 * step)
        for start, end, lines in _valleys(heights)
        if end - start >= _GUTTER * size / step
    )
    for lines, _, place in wide[:_TRIED]:
        is_known = any(abs(place - other) < size for other in known)
        if _parts(pieces, place, lines, is_known=is_known):
            return place
    return None


def _valleys(heights: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Give stretches that are lower than what is on both sides: first, one after, height."""
    before = 0
    place = 0
    while place < len(heights):
        end = place
        while end < len(heights) and heights[end] == heights[place]:
            end += 1
        after = heights[end] if end < len(heights) else 0
        if before > heights[place] < after:
            yield place, end, heights[place]
        before = heights[place]
        place = end


def _parts(pieces: list[Piece], place: float, crossing: int, *, is_known: bool) -> bool:
    """Tell whether there are columns on both sides of a place: lines of text beside each other."""
    left = [piece for piece in pieces if piece.box.right <= place]
    right = [piece for piece in pieces if piece.box.left >= place]
    first, second = find_lines(left), find_lines(right)
    fewer = min(len(first), len(second))
    if is_known and fewer:
        return True
    if fewer < _LINES or crossing > _CROSSING * (max(len(first), len(second)) + crossing):
        return False
    low = max(first[-1].box.bottom, second[-1].box.bottom)
    high = min(first[0].box.top, second[0].box.top)
    beside = [[line for line in side if low < line.box.middle < high] for side in (first, second)]
    if min(map(len, beside)) < _LINES:
        return False
    return all(map(_is_prose, beside)) or not _is_aligned(*beside)


def _is_prose(lines: Sequence[Line]) -> bool:
    """Tell whether lines are of a text: of several words, and most of them full."""
    widest = max(line.box.width for line in lines)
    words = median(_count_words(line.text) for line in lines)
    full = sum(line.box.width > 0.7 * widest for line in lines)
    return words >= _PROSE and full * 2 >= len(lines)


def _count_words(text: str) -> float:
    unspaced = sum(map(is_unspaced, text))
    return unspaced / 2 + len(text.split()) - (unspaced > 0)


def _is_aligned(first: Sequence[Line], second: Sequence[Line]) -> bool:
    """Tell whether most lines of the shorter side stand on the height of one of the other."""
    few, many = sorted((first, second), key=len)
    heights = sorted(line.box.middle for line in many)
    place = aligned = 0
    for line in reversed(few):
        while place < len(heights) - 1 and heights[place] < line.box.middle - line.size / 4:
            place += 1
        aligned += abs(heights[place] - line.box.middle) <= line.size / 4
    return aligned >= _ALIGNED * len(few)


def _regions(pieces: list[Piece], *, to_left: bool) -> Iterator[Region]:
    """Give a column, and after it what is set into it in other type with its lines beside."""
    inset = _find_inset(pieces)
    if inset:
        held = {id(piece) for piece in inset}
        pieces = [piece for piece in pieces if id(piece) not in held]
    for part in filter(None, (pieces, inset)):
        lines = find_lines(part)
        box = lines[0].box
        for line in lines[1:]:
            box = box.around(line.box)
        yield Region(box, tuple(lines), to_left=to_left)


def _find_inset(pieces: Sequence[Piece]) -> list[Piece]:
    """Find pieces in type of their own, below each other, with most of them beside other lines."""
    usual = median(piece.size for piece in pieces)
    other = [p for p in pieces if abs(p.size - usual) > _OTHER * usual and p.size < 2 * usual]
    if len(other) < _LINES or len(other) > len(pieces) / 2:
        return []
    best: list[Piece] = []
    run: list[Piece] = []
    for piece in sorted(other, key=lambda each: -each.box.middle):
        if run and run[-1].box.bottom - piece.box.top > piece.size:
            best, run = max(best, run, key=len), []
        run.append(piece)
    best = max(best, run, key=len)
    low, high = min(p.box.bottom for p in best), max(p.box.top for p in best)
    left, right = min(p.box.left for p in best), max(p.box.right for p in best)
    near = [
        p for p in pieces if low < p.box.middle < high and abs(p.size - usual) <= _OTHER * usual
    ]
    beside = [p for p in near if p.box.right < left or p.box.left > right]
    apart = len(best) >= _LINES and len(beside) >= _LINES and len(beside) == len(near)
    return best if apart else []
