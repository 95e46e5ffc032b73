"""What is put right before pages are read: sizes that were guessed, marks on every page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from index.reading.paper.lines import Piece

_STEADY = 0.6
"""Share of the text that has one size where type was set, and not recognised in a picture."""
_AROUND = 0.25
"""Share by which recognised sizes of the same type differ."""
_KINDS = 4
"""Sizes near each other that text is not set in, each a twentieth of it at least."""
_MOST = 0.5
"""Share of the pages, three at least, on which the same words at the same place are a mark."""
_MARKED = 0.3
"""Share of a page's text that marks make up at most."""
_LONG_MARK = 100
"""Characters that they may have in any case."""
_NUMBERS = 5
"""Numbers below each other beside the lines, at least, that are numbers of lines."""
_CELLS = 1.5
"""Pieces of text for each of these numbers, at most."""
_GRID = 4.0
"""Points within which places are the same."""


def find_text_size(pieces: Iterable[Piece]) -> float:
    """Give the size of most of the type, in points."""
    return max(_count_sizes(pieces).items(), key=lambda each: each[1], default=(0.0, 0))[0]


def settle_sizes(pages: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """Make sizes near that of most of the text the same where they were guessed from a picture."""
    sizes = _count_sizes(piece for page in pages for piece in page)
    total = sizes.total()
    usual, count = sizes.most_common(1)[0] if sizes else (0.0, 0)
    if count >= _STEADY * total or not total:
        return [list(page) for page in pages]
    near = [n for size, n in sizes.items() if abs(size - usual) <= _AROUND * usual]
    if sum(near) < _STEADY * total or sum(n > total / 20 for n in near) < _KINDS:
        return [list(page) for page in pages]
    return [
        [
            piece._replace(size=usual) if abs(piece.size - usual) <= _AROUND * usual else piece
            for piece in page
        ]
        for page in pages
    ]


def find_marks(pages: Sequence[Sequence[Piece]]) -> list[set[int]]:
    """Find watermarks and numbers of lines: the numbers of such pieces on each page."""
    seen = Counter(place for page in pages for place in set(map(_place, page)))
    often = max(3, _MOST * len(pages))
    places = {place for place, times in seen.items() if times >= often}
    return [set(_repeated(page, places)) | set(_line_numbers(page)) for page in pages]


def _repeated(page: Sequence[Piece], places: set[tuple[str, int, int]]) -> list[int]:
    """Give what other pages have, too; where that is much of a page, pages are alike."""
    found = [number for number, piece in enumerate(page) if _place(piece) in places]
    length = sum(len(page[number].text) for number in found)
    much = length > max(_LONG_MARK, _MARKED * sum(len(piece.text) for piece in page))
    return [] if much else found


def _place(piece: Piece) -> tuple[str, int, int]:
    return piece.text, round(piece.box.left / _GRID), round(piece.box.bottom / _GRID)


def _line_numbers(page: Sequence[Piece]) -> Iterator[int]:
    """Give numbers that rise by the same step down the page, left or right of all text."""
    numbers = [n for n, piece in enumerate(page) if piece.text.isdecimal() and len(piece.text) < 5]
    if len(numbers) < _NUMBERS:
        return
    by_edge: dict[int, list[int]] = {}
    for number in numbers:
        by_edge.setdefault(round(page[number].box.right / _GRID), []).append(number)
    for column in by_edge.values():
        column.sort(key=lambda number: -page[number].box.middle)
        values = [int(page[number].text) for number in column]
        steps = {after - before for before, after in pairwise(values)}
        if len(column) >= _NUMBERS and len(steps) == 1 and steps <= {1, 2, 5, 10}:
            left = min(page[number].box.left for number in column)
            own = set(column)
            others = [piece for n, piece in enumerate(page) if n not in own]
            cells = len(others) > _CELLS * len(column)  # of a table, whose rows have numbers
            if not cells and all(piece.box.left > left for piece in others):
                yield from column


def _count_sizes(pieces: Iterable[Piece]) -> Counter[float]:
    sizes: Counter[float] = Counter()
    for piece in pieces:
        sizes[round(piece.size * 2) / 2] += len(piece.text)
    return sizes
