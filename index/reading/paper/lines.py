"""Words on a page with their place, and the lines that they make up.

Places are in points from the page's lower left corner, as it is looked at.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

_LETTER_WITHOUT_SPACES = re.compile(
    "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u0e00-\u0e7f]"
)
TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff]+")
"""Letters of scripts that run from right to left."""
_INITIAL = 1.8
"""How much larger the first letter of a text is that stands beside several lines."""
_MOST_INITIALS = 20
"""Of a column; where there are more, they are something else."""
_SPACE = 0.15
"""Of the size of the type: a gap between pieces from which on they are words of their own."""


class Box(NamedTuple):
    """A place on a page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        """Give how high the middle of its height is."""
        return (self.bottom + self.top) / 2

    def around(self, other: "Box") -> "Box":
        """Give what holds both."""
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


class Piece(NamedTuple):
    """Words beside each other that are set alike."""

    text: str
    box: Box
    size: float
    """Of its type, in points."""
    bold: bool = False
    mono: bool = False
    """Whether its letters are all of one width, as those of programs are."""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces that are read as one."""

    pieces: tuple[Piece, ...]
    """In the order in which they are read."""
    text: str
    box: Box
    size: float
    """Of most of its type."""

    @property
    def bold(self) -> bool:
        return all(piece.bold for piece in self.pieces)

    @property
    def mono(self) -> bool:
        return all(piece.mono for piece in self.pieces)


def make_line(pieces: Iterable[Piece]) -> Line:
    """Join pieces on one height, from left to right, or from right to left by their script."""
    ordered = sorted(pieces, key=lambda piece: piece.box.left)
    if is_to_left(ordered):
        ordered.reverse()
    if len(ordered) == 1:
        return Line((ordered[0],), ordered[0].text, ordered[0].box, ordered[0].size)
    box, text = ordered[0].box, ordered[0].text
    for before, piece in pairwise(ordered):
        text += _between(before, piece) + piece.text
        box = box.around(piece.box)
    longest = max(ordered, key=lambda piece: len(piece.text))
    return Line(tuple(ordered), " ".join(text.split()), box, longest.size)


def is_to_left(pieces: Sequence[Piece]) -> bool:
    """Tell whether most letters are of scripts that run from right to left."""
    if not any(TO_LEFT.search(piece.text) for piece in pieces):
        return False
    text = "".join(piece.text for piece in pieces)
    return 2 * sum(map(len, TO_LEFT.findall(text))) > sum(map(str.isalpha, text))


def find_lines(pieces: Sequence[Piece]) -> list[Line]:
    """Give the lines of one column, from the top down.

    Pieces are on one line where they overlap in height by half of the lower one; so small signs
    that are raised or lowered stay in their line. A large initial begins the first line beside it.
    """
    usual = median(piece.size for piece in pieces) if pieces else 0.0
    initials = [piece for piece in pieces if _is_initial(piece, usual)]
    if len(initials) > _MOST_INITIALS:
        initials = []
    large = set(map(id, initials))
    lines = [make_line(row) for row in _rows([p for p in pieces if id(p) not in large])]
    for initial in initials:
        beside = [n for n, line in enumerate(lines) if _stands_beside(line, initial)]
        if not beside:
            lines.append(make_line([initial]))
            lines.sort(key=lambda line: -line.box.middle)
        for number in beside:
            line = lines[number]
            first = number == beside[0]
            lines[number] = Line(
                (initial, *line.pieces) if first else line.pieces,
                initial.text + line.text if first else line.text,
                line.box._replace(left=initial.box.left),
                line.size,
            )
    return lines


def _rows(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    row: list[Piece] = []
    bottom = top = largest = 0.0
    for piece in sorted(pieces, key=lambda each: -each.box.middle):
        common = min(top, piece.box.top) - max(bottom, piece.box.bottom)
        if row and common < 0.5 * min(top - bottom, piece.box.height):
            yield row
            row = []
        if not row or piece.size > largest:
            bottom, top, largest = piece.box.bottom, piece.box.top, piece.size
        row.append(piece)
    if row:
        yield row


def _is_initial(piece: Piece, usual: float) -> bool:
    return piece.size > _INITIAL * usual and len(piece.text) < 3 and piece.text[-1].isalpha()


def _stands_beside(line: Line, initial: Piece) -> bool:
    gap = line.box.left - initial.box.right
    height = initial.box.bottom < line.box.middle < initial.box.top
    return height and -line.size < gap < 2 * line.size


def is_unspaced(character: str) -> bool:
    """Tell whether a character is of a script without spaces between words."""
    return bool(_LETTER_WITHOUT_SPACES.match(character))


def _between(before: Piece, after: Piece) -> str:
    gap = max(after.box.left - before.box.right, before.box.left - after.box.right)
    if is_unspaced(before.text[-1:]) and is_unspaced(after.text[:1]) and gap < before.size:
        return ""
    return " " if gap > _SPACE * min(before.size, after.size) else ""
