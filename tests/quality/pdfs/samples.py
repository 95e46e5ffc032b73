"""PDFs as they are met: columns, running heads, footnotes, hyphens, tables, margins, scripts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import matplotlib
from fpdf import FPDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from tests.quality.pdfs import prose
from tests.quality.pdfs.prose import Paragraphs, paragraphs
from tests.quality.pdfs.sheet import (
    HEIGHT,
    MARGIN,
    WIDTH,
    Column,
    Sheet,
    Style,
    break_lines,
    columns,
    put_lines,
)

DEJAVU = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
PLAIN = Style()
HEADLINE = Style("Times-Bold", 15)
HEADING = Style("Times-Bold", 11)
SMALL = Style("Times-Roman", 7)
HEAD = "The Imber Review of Harbours and Waterways"
TITLE = "The closing of the old timber bridge at Lund and what it means for the other bank"
FOOTNOTES = [
    "1 The figures of the harbour office include the ferries but not the fishing boats.",
    "2 An earlier count by the customs house had come to eleven hundred households.",
]
MARGIN_NOTE = "Downloaded from harbours.example by reader 4711 on 3 March 2024"


@dataclass(frozen=True, slots=True)
class Sample:
    """A PDF and what is in it."""

    name: str
    data: bytes
    text: Paragraphs
    """What may answer, in the order in which it is read."""
    furniture: list[str] = field(default_factory=list)
    """What stands on the pages besides, and must not run into a sentence."""


def _running(sheet: Sheet) -> None:
    sheet.put(MARGIN, HEIGHT - 35, HEAD, SMALL)
    sheet.put(WIDTH - MARGIN - 10, HEIGHT - 35, str(sheet.page), SMALL)


def _numbered(sheet: Sheet) -> None:
    sheet.put(WIDTH / 2, 30, str(sheet.page), SMALL)


def _titled(count: int) -> Callable[[Sheet], Callable[[], list[Column]]]:
    """Give columns that begin lower on the first page, under a title."""

    def make(sheet: Sheet) -> Callable[[], list[Column]]:
        return lambda: columns(count, HEIGHT - (110 if sheet.page == 1 else 55))

    return make


def _headline(sheet: Sheet, text: str = TITLE) -> None:
    lines = break_lines(text, WIDTH - 2 * MARGIN, HEADLINE)
    put_lines(sheet, MARGIN, HEIGHT - 65, lines, HEADLINE)


def _set(
    name: str,
    count: int,
    text: Paragraphs,
    style: Style = PLAIN,
    *,
    by_rows: bool = False,
    running: Callable[[Sheet], None] = _running,
    furniture: tuple[str, ...] = (HEAD,),
) -> Sample:
    sheet = Sheet(running, by_rows=by_rows)
    _headline(sheet)
    sheet.flow(text, _titled(count)(sheet), style)
    return Sample(name, sheet.finish(), [[TITLE], *text], list(furniture))


def one_column() -> Sample:
    return _set("one column", 1, paragraphs(16))


def two_columns() -> Sample:
    return _set("two columns, wide title", 2, paragraphs(16))


def three_columns() -> Sample:
    return _set("three columns, wide title", 3, paragraphs(14, 2), replace(PLAIN, size=8))


def two_by_rows() -> Sample:
    return _set("two columns drawn row by row", 2, paragraphs(14), by_rows=True)


def indented() -> Sample:
    style = Style(justified=True, indent=10, gap=0)
    return _set("two columns, indented, justified", 2, paragraphs(16, 1), style)


def hyphenated() -> Sample:
    style = Style(justified=True, hyphens=True, gap=4)
    return _set("two columns, hyphens over lines and pages", 2, paragraphs(16), style)


def numbered_over_pages() -> Sample:
    return _set(
        "page numbers amid sentences",
        1,
        paragraphs(16),
        replace(PLAIN, size=11),
        running=_numbered,
        furniture=(),
    )


def footnotes() -> Sample:
    text = paragraphs(16)
    sheet = Sheet(_running)
    _headline(sheet)

    def places() -> list[Column]:
        put_lines(sheet, MARGIN, 70, FOOTNOTES, SMALL)
        sheet.canvas.line(MARGIN, 82, MARGIN + 80, 82)
        return columns(2, HEIGHT - (110 if sheet.page == 1 else 55), 90)

    sheet.flow(text, places, PLAIN)
    return Sample("two columns, footnotes", sheet.finish(), [[TITLE], *text], [HEAD])


def wide_footer() -> Sample:
    footer = "Published by the harbour office of Port Imber, Quay Street 4, open from Monday to"
    text = paragraphs(6)
    sheet = Sheet()
    sheet.flow(text, lambda: [Column(MARGIN, HEIGHT - 60, 60, 190)], PLAIN)
    put_lines(sheet, MARGIN, 30, [f"{footer} Friday, telephone 040 11 22 33"], SMALL)
    return Sample("narrow text, wide footer", sheet.finish(), text)


def abstract() -> Sample:
    text = paragraphs(13)
    sheet = Sheet(_running)
    _headline(sheet)
    wide = Column(MARGIN + 30, HEIGHT - 105, 55, WIDTH - 2 * MARGIN - 60)
    end = sheet.flow(text[:1], lambda: [wide], Style("Times-Italic", 8.5))

    def places() -> list[Column]:
        return columns(2, end.top - 10 if sheet.page == 1 else HEIGHT - 55)

    sheet.flow(text[1:], places, PLAIN)
    return Sample("wide abstract over two columns", sheet.finish(), [[TITLE], *text], [HEAD])


def table() -> Sample:
    text = paragraphs(4)
    rows = [
        ["Harbour", "Boats", "Quays"],
        ["Port Imber", "412", "9"],
        ["Hollin", "87", "3"],
        ["Grenna", "1,240", "14"],
    ]
    sheet = Sheet(_running)
    end = sheet.flow(text[:2], lambda: columns(1), PLAIN)
    y = end.top - 12
    for row in rows:
        for cell, x in zip(row, (MARGIN, MARGIN + 120, MARGIN + 200), strict=True):
            sheet.put(x, y, cell, PLAIN)
        y -= 14
        sheet.canvas.line(MARGIN, y + 10, MARGIN + 240, y + 10)
    sheet.flow(text[2:], lambda: columns(1, y - 6), PLAIN)
    said = [[" ".join(row) for row in rows]]
    return Sample("a table", sheet.finish(), [*text[:2], *said, *text[2:]], [HEAD])


def margin_note() -> Sample:
    def note(sheet: Sheet) -> None:
        sheet.turn(18, 90, 90, MARGIN_NOTE, SMALL)
        sheet.canvas.setFillGray(0.85)
        sheet.turn(90, 160, 50, "PREPRINT COPY", Style("Helvetica-Bold", 44))
        sheet.canvas.setFillGray(0)

    return _set(
        "margin note and watermark, turned", 2, paragraphs(14), running=note,
        furniture=(MARGIN_NOTE, "PREPRINT COPY"),
    )  # fmt: skip


def sidebar() -> Sample:
    text, aside = paragraphs(6), paragraphs(2, 10)
    sheet = Sheet()
    _headline(sheet)
    sheet.flow(text, lambda: [Column(MARGIN, HEIGHT - 110, 55, 220)], PLAIN)
    box = Column(MARGIN + 245, HEIGHT - 120, 55, WIDTH - 2 * MARGIN - 245)
    sheet.canvas.rect(box.x - 6, 250, box.width + 12, box.top - 240)
    sheet.flow(aside, lambda: [box], Style("Helvetica", 8))
    return Sample("a box beside the text", sheet.finish(), [[TITLE], *text, *aside])


def sections() -> Sample:
    text = paragraphs(12)
    sheet = Sheet(_running)
    _headline(sheet)
    names = ["1 What was planned", "2 What it cost", "3 Who objected"]
    left = columns(2, HEIGHT - 110)

    def places() -> list[Column]:
        return left or columns(2, HEIGHT - 55)

    said: Paragraphs = [[TITLE]]
    for number, name in enumerate(names):
        part = text[number * 4 : number * 4 + 4]
        for set_text, style in (([[name]], HEADING), (part, PLAIN)):
            left[:] = [sheet.flow(set_text, places, style), *left]
        said += [[name], *part]
    return Sample("sections with headings, two columns", sheet.finish(), said, [HEAD])


def ligatures() -> Sample:
    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    return _set("ligatures", 2, prose.LIGATURES, Style("DejaVu", 8), furniture=(HEAD,))


def _script(name: str, text: Paragraphs, font: str) -> Sample:
    pdfmetrics.registerFont(UnicodeCIDFont(font))
    sheet = Sheet(_numbered)
    style = Style(font, 10, spaced=" " in text[0][0])
    sheet.flow(text, lambda: columns(2), style)
    return Sample(name, sheet.finish(), text)


def japanese() -> Sample:
    return _script("Japanese", prose.JAPANESE, "HeiseiMin-W3")


def chinese() -> Sample:
    return _script("Chinese", prose.CHINESE, "STSong-Light")


def korean() -> Sample:
    return _script("Korean", prose.KOREAN, "HYSMyeongJo-Medium")


def _to_left(name: str, text: Paragraphs, drawn: Paragraphs) -> Sample:
    """Draw right to left as many programs do: the letters of each line from its left."""
    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    sheet = Sheet(_numbered)
    style = Style("DejaVu", 9)
    column = columns(1)[0]
    for paragraph in drawn:
        for line in break_lines(" ".join(paragraph), 240, style):
            column.top -= 12
            width = pdfmetrics.stringWidth(line, style.font, style.size)
            sheet.put(column.x + column.width - width, column.top, line[::-1], style)
        column.top -= 8
    return Sample(name, sheet.finish(), text)


def hebrew() -> Sample:
    return _to_left("Hebrew", prose.HEBREW, prose.HEBREW)


def arabic() -> Sample:
    return _to_left("Arabic", prose.ARABIC, prose.ARABIC_SHAPED)


def lists() -> Sample:
    text = [[sentence] for paragraph in paragraphs(5) for sentence in paragraph]
    marked = [[f"{n + 1}. {line}" if n < 7 else f"• {line}"] for n, [line] in enumerate(text)]
    sheet = Sheet(_running)
    _headline(sheet)
    sheet.flow(marked, _titled(2)(sheet), replace(PLAIN, gap=0))
    return Sample("lists, two columns", sheet.finish(), [[TITLE], *marked], [HEAD])


def turned_page() -> Sample:
    """Draw a page on its side, which viewers turn."""
    text = paragraphs(5)
    sheet = Sheet()
    sheet.canvas.setPageRotation(90)
    sheet.canvas.translate(WIDTH, 0)
    sheet.canvas.rotate(90)
    sheet.flow(text, lambda: [Column(40, 380, 30, 230), Column(300, 380, 30, 230)], PLAIN)
    return Sample("a page on its side", sheet.finish(), text)


def figure() -> Sample:
    text = paragraphs(12)
    sheet = Sheet(_running)
    _headline(sheet)
    caption = "Figure 1: The gates of the barrier and the harbour of Port Imber behind them"

    def places() -> list[Column]:
        first, second = columns(2, HEIGHT - (110 if sheet.page == 1 else 55))
        if sheet.page == 1:
            sheet.canvas.rect(second.x, second.top - 120, second.width, 110)
            second.top -= 130
            second = sheet.flow([[caption]], lambda: [second], SMALL)
            second.top -= 8
        return [first, second]

    sheet.flow(text, places, PLAIN)
    return Sample("a figure with a caption", sheet.finish(), [[TITLE], *text, [caption]], [HEAD])


def program_of_today() -> Sample:
    text = paragraphs(8)
    document = FPDF(format=(148, 210))
    document.set_title("untitled")
    document.add_page()
    for number, paragraph in enumerate(text):
        if number % 4 == 0:
            document.set_font("Helvetica", "B", 14)
            heading = f"Part {number // 4 + 1} of the report"
            document.multi_cell(0, 8, heading, new_x="LMARGIN", new_y="NEXT")
        document.set_font("Helvetica", size=10)
        document.multi_cell(0, 5, " ".join(paragraph), align="J", new_x="LMARGIN", new_y="NEXT")
        document.ln(3)
    said = [[f"Part {n // 4 + 1} of the report"] * (n % 4 == 0) + p for n, p in enumerate(text)]
    return Sample("fpdf2, justified, headings", bytes(document.output()), said)


def fpdf_columns() -> Sample:
    text = paragraphs(10)
    document = FPDF(format=(148, 210))
    document.add_page()
    document.set_font("Times", size=10)
    with document.text_columns(ncols=2, gutter=5, text_align="J") as set_columns:
        for paragraph in text:
            set_columns.write(" ".join(paragraph) + "\n\n")
    return Sample("fpdf2, two columns", bytes(document.output()), text)


MAKERS = (
    one_column, two_columns, three_columns, two_by_rows, indented, hyphenated, numbered_over_pages,
    footnotes, wide_footer, abstract, table, margin_note, sidebar, sections, ligatures, japanese,
    chinese, korean, hebrew, arabic, lists, turned_page, figure, program_of_today, fpdf_columns,
)  # fmt: skip


def make_all() -> list[Sample]:
    return [make() for make in MAKERS]
