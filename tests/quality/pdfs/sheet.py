"""Pages drawn line by line, so that it is known where and in what order every word stands."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.pagesizes import A5
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from tests.quality.pdfs.prose import Paragraphs

WIDTH, HEIGHT = A5
MARGIN = 40.0


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set."""

    font: str = "Times-Roman"
    size: float = 9.5
    justified: bool = False
    hyphens: bool = False
    indent: float = 0.0
    gap: float = 5.0
    """Between paragraphs."""
    spaced: bool = True
    """Whether words stand apart by spaces; others are broken anywhere."""
    to_right: bool = False
    """Whether lines end at the right, as those of scripts from right to left."""


@dataclass(slots=True)
class Column:
    """Where lines go, from the top down."""

    x: float
    top: float
    bottom: float
    width: float


def columns(count: int, top: float = HEIGHT - 60, bottom: float = 55) -> list[Column]:
    """Give columns side by side."""
    gutter = 16.0
    width = (WIDTH - 2 * MARGIN - gutter * (count - 1)) / count
    return [Column(MARGIN + n * (width + gutter), top, bottom, width) for n in range(count)]


@dataclass(slots=True)
class Sheet:
    """A document that is being drawn."""

    on_page: Callable[["Sheet"], None] = lambda _: None
    """Draws what each page has apart from the text."""
    by_rows: bool = False
    """Draw the lines of all columns from the top down, as some programs do."""
    title: str = ""
    page: int = 1
    _strokes: list[tuple[float, float, str, Style]] = field(default_factory=list)
    _file: io.BytesIO = field(default_factory=io.BytesIO)
    canvas: Any = None

    def __post_init__(self) -> None:
        self.canvas = Canvas(self._file, pagesize=A5, invariant=1)
        if self.title:
            self.canvas.setTitle(self.title)
        self.on_page(self)

    def put(self, x: float, y: float, text: str, style: Style) -> None:
        self._strokes.append((x, y, text, style))

    def turn(self, x: float, y: float, degrees: float, text: str, style: Style) -> None:
        """Draw a line that is turned."""
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.rotate(degrees)
        self.canvas.setFont(style.font, style.size)
        self.canvas.drawString(0, 0, text)
        self.canvas.restoreState()

    def flow(self, text: Paragraphs, places: Callable[[], list[Column]], style: Style) -> Column:
        """Set paragraphs in columns, over as many pages as they need; give where they end."""
        left = places()
        column = left.pop(0)
        leading = style.size * 1.22
        for paragraph in text:
            joined = (" " if style.spaced else "").join(paragraph)
            lines = break_lines(joined, column.width, style)
            for number, line in enumerate(lines):
                if column.top - leading < column.bottom:
                    if not left:
                        self.next_page()
                        left = places()
                    column = left.pop(0)
                column.top -= leading
                self._put_line(column, line, number, style, last=number == len(lines) - 1)
            column.top -= style.gap
        return column

    def _put_line(
        self, column: Column, line: str, number: int, style: Style, *, last: bool
    ) -> None:
        indent = style.indent if number == 0 else 0.0
        x, room = column.x + indent, column.width - indent
        used = stringWidth(line, style.font, style.size)
        if style.to_right:
            self.put(column.x + column.width - used, column.top, line, style)
        elif style.justified and not last and " " in line:
            words = line.split()
            space = (room - sum(stringWidth(w, style.font, style.size) for w in words)) / (
                len(words) - 1
            )
            for word in words:
                self.put(x, column.top, word, style)
                x += stringWidth(word, style.font, style.size) + space
        else:
            self.put(x, column.top, line, style)

    def next_page(self) -> None:
        self._draw()
        self.canvas.showPage()
        self.page += 1
        self.on_page(self)

    def _draw(self) -> None:
        if self.by_rows:
            self._strokes.sort(key=lambda stroke: (-stroke[1], stroke[0]))
        for x, y, text, style in self._strokes:
            self.canvas.setFont(style.font, style.size)
            self.canvas.drawString(x, y, text)
        self._strokes.clear()

    def finish(self) -> bytes:
        self._draw()
        self.canvas.save()
        return self._file.getvalue()


def break_lines(text: str, width: float, style: Style) -> list[str]:
    """Break a paragraph into lines that fit; with hyphens, where a word has room in part."""
    words = text.split() if style.spaced else list(text)
    glue = " " if style.spaced else ""
    lines: list[str] = []
    line = ""
    room = width - style.indent
    for whole in words:
        word = whole
        while True:
            longer = f"{line}{glue}{word}" if line else word
            if stringWidth(longer, style.font, style.size) <= room or not line:
                line = longer
                break
            head = _hyphenated(line, word, room, style) if style.hyphens else ""
            lines.append(f"{line} {head}-" if head else line)
            line, word, room = "", word[len(head) :], width
    return [*lines, line]


def _hyphenated(line: str, word: str, room: float, style: Style) -> str:
    """Give the longest beginning of a word that has room with a hyphen."""
    if not word.strip(".,;").isalpha() or len(word) < 7:
        return ""
    for end in range(len(word.strip(".,;")) - 3, 2, -1):
        if stringWidth(f"{line} {word[:end]}-", style.font, style.size) <= room:
            return word[:end]
    return ""


def put_lines(sheet: Sheet, x: float, y: float, lines: Sequence[str], style: Style) -> None:
    """Draw lines below each other."""
    for number, line in enumerate(lines):
        sheet.put(x, y - number * style.size * 1.22, line, style)
