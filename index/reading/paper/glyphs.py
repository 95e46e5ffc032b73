"""The glyphs of a PDF's page, put together to pieces of lines.

PDFium may be used by one thread at a time: whoever opens a file holds `PDFIUM` until it is closed.
"""

import ctypes
import math
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from index.article import canonical
from index.reading.paper.lines import TO_LEFT, Box, Piece

PDFIUM = threading.Lock()

_APART = 0.9
"""Of the size of the type: a gap from which on words are of two pieces."""
_RAISED = 0.3
"""Of the size of the type: how far a word may stand above or below the one before it."""
_BOLD = 600
"""Weight of type from which on it is bold; standard fonts say it in their name alone."""
_BOLD_NAMES = ("bold", "black", "heavy")
_MONO_NAMES = ("mono", "courier", "consol", "typewriter", "cmtt", "menlo", "monaco", "fixed")
_HYPHENS = "\ufffe\x02\u00ad"
"""What PDFium gives for a hyphen at the end of a line; the word goes on without white space."""
_WORD = re.compile(r"[^\s\x00]+")
_HYPHENATED = re.compile(f"[^{_HYPHENS}]*[{_HYPHENS}]|[^{_HYPHENS}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
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


class _Word(NamedTuple):
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
    upright = (w.piece for w in words if w.turn == turn)
    if turn:
        upright = (piece._replace(box=turn_box(piece.box, turn)) for piece in upright)
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
    before: _Word | None = None
    for first, last, characters in _spans(text, count):
        code = ord(characters[0])
        unknown += (
            pdfium.FPDFText_HasUnicodeMapError(text, first) == 1
            or 0xE000 <= code <= 0xF8FF
            or code == 0xFFFD
            or code < 32
        )
        written = _in_order(text, first, characters)
        before = _word(text, first, last, canonical(written), before)
        words.append(before)
    return words, unknown


def _spans(text: Any, count: int) -> Iterator[tuple[int, int, str]]:
    """Give the words: number of the first glyph and of the last, and their characters."""
    characters = _characters(text, count)
    start = 0
    for match in _WORD.finditer(characters):
        start = match.start()
        for part in _HYPHENATED.finditer(match.group()):
            word = part.group()
            word = word[:-1] + "-" if word[-1] in _HYPHENS else word
            yield start + part.start(), start + part.end() - 1, word


def _characters(text: Any, count: int) -> str:
    """Give the character of each glyph; at once where each has one code unit of its own."""
    buffer = ctypes.create_string_buffer(2 * (count + 1))
    written = pdfium.FPDFText_GetText(
        text, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    )
    found = buffer.raw[: 2 * count].decode("utf-16-le", "surrogatepass")
    if written == count + 1 and len(found) == count and not _SURROGATE.search(found):
        return found
    return "".join(_character(pdfium.FPDFText_GetUnicode(text, number)) for number in range(count))


def _character(code: int) -> str:
    """Give a character; half of one, which some glyphs are, is of no use."""
    usable = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
    return chr(code) if usable else "\N{REPLACEMENT CHARACTER}"


def _in_order(text: Any, first: int, characters: str) -> str:
    """Give a word in the order in which it is read, where its letters are drawn from the left."""
    if match := TO_LEFT.search(characters):
        start, end = match.span()
        if _box(text, first + start).left < _box(text, first + end - 1).left:
            return characters[:start] + characters[start:end][::-1] + characters[end:]
    return characters


def _word(text: Any, first: int, last: int, characters: str, before: _Word | None) -> _Word:
    left, bottom, right, top = box = _box(text, first)
    if last > first:
        other = _box(text, last)
        if (other.bottom, other.top) == (bottom, top):
            box = Box(min(left, other.left), bottom, max(right, other.right), top)
        else:
            box = box.around(other)
    bold, mono = _type(text, first)
    old = before.piece.box if before else None
    if before and old and (old.bottom, old.top) == (box.bottom, box.top) and before.turn == 0:
        return _Word(Piece(characters, box, before.piece.size, bold, mono), 0)  # the same type
    angle = pdfium.FPDFText_GetCharAngle(text, first) / (math.pi / 2)
    turn = round(angle) % 4 if abs(angle - round(angle)) < 0.05 else _ASLANT
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text, first, matrix)
    size = pdfium.FPDFText_GetFontSize(text, first) * math.hypot(matrix.c, matrix.d)
    if not 0.5 < size < _LARGEST:
        size = max(1.0, box.width if turn in (1, 3) else box.height)
    return _Word(Piece(characters, box, size, bold, mono), turn)


def _type(text: Any, number: int) -> tuple[bool, bool]:
    """Tell whether a glyph's type is bold, and whether it is that of a typewriter."""
    name = ctypes.create_string_buffer(64)
    pdfium.FPDFText_GetFontInfo(text, number, name, 64, None)
    bold, mono = _named(name.value)
    return bold or pdfium.FPDFText_GetFontWeight(text, number) >= _BOLD, mono


@lru_cache(maxsize=256)
def _named(name: bytes) -> tuple[bool, bool]:
    lowered = name.decode("latin-1").lower()
    bold, mono = (any(part in lowered for part in names) for names in (_BOLD_NAMES, _MONO_NAMES))
    return bold, mono


def _box(text: Any, number: int) -> Box:
    found = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, number, found)
    return Box(found.left, found.bottom, found.right, found.top)


def _join(words: Iterable[Piece]) -> Iterator[Piece]:
    """Join words that follow each other on a line and are set alike."""
    run: list[Piece] = []
    for word in words:
        if run and not _goes_on(run[-1], word):
            yield _piece(run)
            run = []
        run.append(word)
    if run:
        yield _piece(run)


def _piece(words: Sequence[Piece]) -> Piece:
    if len(words) == 1:
        return words[0]
    boxes = [word.box for word in words]
    box = Box(
        min(each.left for each in boxes),
        min(each.bottom for each in boxes),
        max(each.right for each in boxes),
        max(each.top for each in boxes),
    )
    return Piece(" ".join(word.text for word in words), box, words[0].size, *words[0][3:])


def _goes_on(before: Piece, word: Piece) -> bool:
    gap = max(word.box.left - before.box.right, before.box.left - word.box.right)
    return (
        before[3:] == word[3:]  # bold, mono
        and abs(before.size - word.size) < 0.1 * word.size
        and abs(before.box.bottom - word.box.bottom) < _RAISED * word.size
        and -0.5 * word.size < gap < _APART * word.size
    )
