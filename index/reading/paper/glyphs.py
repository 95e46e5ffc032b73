"""The glyphs of a PDF's page, put together to pieces of lines.

PDFium may be used by one thread at a time: whoever opens a file holds `PDFIUM` until it is closed.
"""

import ctypes
import math
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from index.article import canonical
from index.reading.paper.lines import Box, Piece

PDFIUM = threading.Lock()

_APART = 0.9
"""Of the size of the type: a gap from which on words are of two pieces."""
_RAISED = 0.3
"""Of the size of the type: how far a word may stand above or below the one before it."""
_BOLD = 600
"""Weight of type from which on it is bold; standard fonts say it in their name alone."""
_BOLD_NAMES = ("bold", "black", "heavy")
_HYPHENS = (0xFFFE, 0x02, 0xAD)
"""What PDFium gives for a hyphen at the end of a line; the word goes on without white space."""
_ASLANT = 4
"""Stands for all directions that are no quarter turns."""
_LARGEST = 1000.0
"""Points; a size that is no more than a number."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What a page draws as text."""

    pieces: tuple[Piece, ...]
    """Upright: a page whose text is turned is given as one turns it to read it."""
    turned: tuple[Piece, ...]
    """What runs in another direction than most: notes in a margin, watermarks."""
    turn: int
    """Quarter turns that the page was turned by."""
    words: int
    unknown: int
    """Words of which the file does not say what characters they are."""


@dataclass(frozen=True, slots=True)
class _Word:
    piece: Piece
    turn: int


def read_glyphs(page: pypdfium2.PdfPage) -> Glyphs:
    """Put the glyphs of a page together to pieces, in the direction of most of them."""
    text = page.get_textpage()
    try:
        words, unknown = _read_words(text.raw, text.count_chars())
    finally:
        text.close()
    turns: Counter[int] = Counter()
    for word in words:
        turns[word.turn] += len(word.piece.text)
    turn = turns.most_common(1)[0][0] if turns else 0
    turn = 0 if turn == _ASLANT else turn
    upright = (replace(w.piece, box=turn_box(w.piece.box, turn)) for w in words if w.turn == turn)
    turned = (w.piece for w in words if w.turn != turn)
    return Glyphs(tuple(_join(upright)), tuple(turned), turn, len(words), unknown)


def turn_box(box: Box, quarters: int) -> Box:
    """Turn a place around the page's corner, with the clock."""
    for _ in range(quarters % 4):
        box = Box(-box.top, box.left, -box.bottom, box.right)
    return box


def _read_words(text: Any, count: int) -> tuple[list[_Word], int]:
    """Give the words of a page, and how many are of unknown characters."""
    words: list[_Word] = []
    unknown = 0
    for first, last, drawn in _spans(text, count):
        characters = canonical(drawn)
        code = ord(characters[0])
        unknown += (
            pdfium.FPDFText_HasUnicodeMapError(text, first) == 1
            or 0xE000 <= code <= 0xF8FF
            or code == 0xFFFD
            or code < 32
        )
        box = _box(text, first).around(_box(text, last))
        words.append(_word(text, first, characters, box))
    return words, unknown


def _spans(text: Any, count: int) -> Iterator[tuple[int, int, str]]:
    """Give the words: number of the first glyph and of the last, and their characters."""
    first, characters = 0, ""
    high = 0
    for number in range(count):
        code = pdfium.FPDFText_GetUnicode(text, number)
        if 0xD800 <= code < 0xDC00:  # half of a character
            high = code
            continue
        if high and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        hyphen = code in _HYPHENS
        character = "-" if hyphen else _character(code)
        if character and not character.isspace():
            first = first if characters else number
            characters += character
            if hyphen:
                yield first, number, characters
                characters = ""
        elif characters and character:
            yield first, number - 1, characters
            characters = ""
    if characters:
        yield first, count - 1, characters


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def _word(text: Any, first: int, characters: str, box: Box) -> _Word:
    angle = pdfium.FPDFText_GetCharAngle(text, first) / (math.pi / 2)
    turn = round(angle) % 4 if abs(angle - round(angle)) < 0.05 else _ASLANT
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, first, matrix)
    size = pdfium.FPDFText_GetFontSize(text, first) * math.hypot(matrix.c, matrix.d)
    if not 0.5 < size < _LARGEST:
        size = max(1.0, box.width if turn in (1, 3) else box.height)
    return _Word(Piece(characters, box, size, bold=_is_bold(text, first)), turn)


def _is_bold(text: Any, number: int) -> bool:
    if pdfium.FPDFText_GetFontWeight(text, number) >= _BOLD:
        return True
    name = ctypes.create_string_buffer(64)
    pdfium.FPDFText_GetFontInfo(text, number, name, 64, None)
    return any(part in name.value.decode("latin-1").lower() for part in _BOLD_NAMES)


def _box(text: Any, number: int) -> Box:
    found = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, number, found)
    return Box(found.left, found.bottom, found.right, found.top)


def _join(words: Iterable[Piece]) -> Iterator[Piece]:
    """Join words that follow each other on a line and are set alike."""
    joined: Piece | None = None
    for word in words:
        if joined and _goes_on(joined, word):
            text = f"{joined.text} {word.text}"
            joined = replace(joined, text=text, box=joined.box.around(word.box))
            continue
        if joined:
            yield joined
        joined = word
    if joined:
        yield joined


def _goes_on(before: Piece, word: Piece) -> bool:
    gap = max(word.box.left - before.box.right, before.box.left - word.box.right)
    return (
        before.bold == word.bold
        and abs(before.size - word.size) < 0.1 * word.size
        and abs(before.box.bottom - word.box.bottom) < _RAISED * word.size
        and -0.5 * word.size < gap < _APART * word.size
    )
