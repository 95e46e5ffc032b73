"""The pages of a PDF as pictures, with the place of a range of its text marked."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image

from index.reading.assemble import assemble
from index.reading.formats.document import Block
from index.reading.paper.glyphs import PDFIUM, read_glyphs, turn_box
from index.reading.paper.lines import Box
from index.reading.paper.pages import read_pages
from index.reading.paper.paragraphs import Block as Paragraph

MOST_PAGES = 500
"""Longer files are not shown: their places would take seconds to find."""
_WIDTH = 1100
"""Pixels of a page's width."""
_MARK = np.array([255, 226, 120], np.uint16)
"""Colour of the mark: what is printed shows through."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of the text stands: code points of the text, and a box on a page from 0."""

    start: int
    end: int
    page: int
    box: Box
    to_left: bool

    def part(self, start: int, end: int) -> Box:
        """Give about where a part of the line stands, as if its letters were of one width."""
        width = self.box.width / max(1, self.end - self.start)
        before = max(0, start - self.start) * width
        after = max(0, self.end - end) * width
        if self.to_left:
            before, after = after, before
        return self.box._replace(left=self.box.left + before, right=self.box.right - after)


@dataclass(frozen=True, slots=True)
class Sheets:
    """A PDF's text as it was read, and where each of its lines stands."""

    text: str
    places: tuple[Place, ...]
    turns: tuple[int, ...]
    """Quarter turns by which each page was turned to be read."""

    def find(self, start: int, end: int) -> tuple[int, list[Box]] | None:
        """Give the page on which a range begins, and the boxes of its lines there."""
        within = [place for place in self.places if place.start < end and start < place.end]
        if not within:
            return None
        page = within[0].page
        parts = (place.part(start, end) for place in within if place.page == page)
        return page, [turn_box(part, -self.turns[page]) for part in parts]


def read_sheets(data: bytes) -> Sheets | None:
    """Find the places of a PDF's lines; None where it cannot be read, or is too long."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return None
        try:
            if len(document) > MOST_PAGES:
                return None
            pages = [read_glyphs(page) for page in document]
        finally:
            document.close()
    paragraphs = read_pages(pages)
    text, found = assemble(Block(p.text, p.kind, p.level, p.page + 1) for p in paragraphs)
    written = [paragraph for paragraph in paragraphs if paragraph.text.strip()]
    starts = [each.start for each in found]
    places = tuple(_places(text, starts, written))
    return Sheets(text, places, tuple(page.turn for page in pages))


def _places(text: str, starts: Sequence[int], paragraphs: Sequence[Paragraph]) -> Iterator[Place]:
    for start, paragraph in zip(starts, paragraphs, strict=True):
        place = start
        for (words, after), line, page in zip(
            paragraph.glued(), paragraph.lines, paragraph.pages, strict=True
        ):
            end = place + len(words)
            if text[place:end] == words:
                yield Place(place, end, page, line.box, paragraph.to_left)
            place = end + len(after)


def draw_sheet(data: bytes, number: int, boxes: Sequence[Box]) -> bytes:
    """Draw a page as PNG, boxes on it marked as with a pen."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(data)
        try:
            page = document[number]
            scale = _WIDTH / max(1.0, page.get_width())
            bitmap = page.render(scale=min(scale, 3 * _WIDTH / max(1.0, page.get_height())))
            convert = bitmap.get_posconv(page)
            places = [
                (convert.to_bitmap(box.left, box.top), convert.to_bitmap(box.right, box.bottom))
                for box in boxes
            ]
            pixels = np.array(bitmap.to_pil().convert("RGB"))
        finally:
            document.close()
    for (left, top), (right, bottom) in places:
        rows, columns = (
            slice(max(0, min(both)), max(0, *both)) for both in ((top, bottom), (left, right))
        )
        marked = pixels[rows, columns].astype(np.uint16) * _MARK // 255
        pixels[rows, columns] = marked.astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG", optimize=False, compress_level=3)
    return written.getvalue()
