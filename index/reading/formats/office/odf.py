"""OpenDocument files: texts, sheets and presentations (ODT, ODS, ODP)."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.reading.formats.archive import check_marks, open_archive
from index.reading.formats.blocks import count_left_out, first_heading, limit_text
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.markup import parse_xml
from index.reading.formats.office.table import Row, say_table
from index.reading.formats.sheet import read_rows

if TYPE_CHECKING:
    from lxml.etree import _Element

_NS = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE = f"{_NS}text:1.0}}", f"{_NS}table:1.0}}", f"{_NS}office:1.0}}"
_DRAW, _STYLE, _META = f"{_NS}drawing:1.0}}", f"{_NS}style:1.0}}", f"{_NS}meta:1.0}}"
_PRESENTATION = f"{_NS}presentation:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_UNSEEN = {
    *(f"{_TEXT}tracked-changes", f"{_TEXT}note-citation", f"{_TEXT}hidden-text"),
    *(f"{_OFFICE}forms", f"{_OFFICE}binary-data", f"{_DRAW}image", f"{_TEXT}sequence-decls"),
    *(f"{_TEXT}table-of-content", f"{_TEXT}alphabetical-index", f"{_TEXT}illustration-index"),
    *(f"{_NS}svg-compatible:1.0}}title", f"{_NS}svg-compatible:1.0}}desc"),
}
_ROWS = {f"{_TABLE}table-{name}" for name in ("header-rows", "rows", "row-group", "header-columns")}
WIDEST = 1000
"""Cells of a row that are read."""
MOST_CELLS = 1_000_000
"""Of all tables; many that are alike are one element of the file."""
_LONGEST_REPEATED = 200
"""Characters of a cell that is said as often as it is repeated."""
_SPACES = {f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"}
_EDGES = {"footer", "page-number", "date-time", "header"}


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the document as it is read with its changes accepted and its comments hidden.

    Raises:
        SourceError: the file is damaged, or an archive that unpacks without end.
    """
    archive = open_archive(data, name)
    check_marks(archive, name)
    try:
        content = parse_xml(archive.read("content.xml"))
        meta = parse_xml(archive.read("meta.xml")) if "meta.xml" in archive.namelist() else None
        story = _Story(content)
        blocks = tuple(limit_text(story.read(), name))
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - unpacking and parsing raise whatever they meet
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(
            f"{name} is a damaged OpenDocument file ({reason})", "save it again"
        ) from None
    about = _read_about(meta).over(Metadata(title=first_heading(blocks)))
    yield Document(about=about, blocks=blocks, warnings=count_left_out(story.left_out))


def _read_about(meta: "_Element | None") -> Metadata:
    def find(name: str) -> str | None:
        found = None if meta is None else meta.findtext(f".//{name}")
        return " ".join((found or "").split()) or None

    language = (find(f"{_DC}language") or "").split("-")[0].lower()
    return Metadata(
        title=find(f"{_DC}title"),
        author=find(f"{_META}initial-creator") or find(f"{_DC}creator"),
        language=language or None,
    )


class _Story:
    """Reads the content in its order; footnotes and boxes follow the paragraph that has them."""

    def __init__(self, content: "_Element") -> None:
        self._content = content
        self._hidden = {
            style.get(f"{_STYLE}name")
            for style in content.iter(f"{_STYLE}style")
            for properties in style.iter(f"{_STYLE}text-properties")
            if properties.get(f"{_TEXT}display") == "none"
        }
        self._page = self._cells = 0
        self._in_sheet = content.find(f"{_OFFICE}body/{_OFFICE}spreadsheet") is not None
        self._after: list[Block] = []
        self.left_out = Counter({"comment": 0})

    def read(self) -> Iterator[Block]:
        body = self._content.find(f"{_OFFICE}body")
        for kind in () if body is None else body:
            yield from self._read_blocks(kind)

    def _read_blocks(self, container: "_Element", kind: str = "", level: int = 0) -> list[Block]:
        blocks: list[Block] = []
        for child in container.iterchildren("*"):
            tag = child.tag
            if tag in _UNSEEN or self._is_edge(child):
                continue
            if tag in (f"{_TEXT}p", f"{_TEXT}h"):
                blocks += self._read_paragraph(child, kind, level)
            elif tag == f"{_TEXT}list":
                blocks += self._read_blocks(child, "item", level + 1 if kind == "item" else 0)
            elif tag == f"{_TABLE}table":
                blocks += self._read_table(child)
            elif tag == f"{_OFFICE}annotation":
                self.left_out["comment"] += 1
            elif tag == f"{_DRAW}page":
                self._page += 1
                blocks += self._read_blocks(child)
            else:
                role = child.get(f"{_PRESENTATION}class")
                blocks += self._read_blocks(child, "title" if role == "title" else kind, level)
        return blocks

    def _is_edge(self, element: "_Element") -> bool:
        return element.get(f"{_PRESENTATION}class") in _EDGES

    def _read_paragraph(self, paragraph: "_Element", kind: str, level: int) -> list[Block]:
        outer, self._after = self._after, []
        pieces: list[str] = []
        if paragraph.get(f"{_TEXT}style-name") not in self._hidden:
            self._read_inline(paragraph, pieces)
        after, self._after = self._after, outer
        text = " ".join("".join(pieces).split())
        if not text:
            return after
        if paragraph.tag == f"{_TEXT}h":
            stated = paragraph.get(f"{_TEXT}outline-level", "1")
            depth = int(stated) if stated.isdecimal() else 1
            return [Block(text, "heading", max(depth, 1), self._page), *after]
        if kind == "title":
            return [Block(text, "heading", 1, self._page), *after]
        if kind == "item":
            return [Block(text, "item", level, self._page), *after]
        return [Block(text, page=self._page), *after]

    def _read_inline(self, element: "_Element", text: list[str]) -> None:
        text.append(element.text or "")
        for child in element:
            tag = child.tag
            if tag in _SPACES:
                text.append(" ")
            elif tag == f"{_OFFICE}annotation":
                self.left_out["comment"] += 1
            elif tag in (f"{_TEXT}note", f"{_DRAW}frame", f"{_DRAW}custom-shape"):
                self._after += self._read_blocks(child)
            elif isinstance(tag, str) and tag not in _UNSEEN and not self._is_hidden(child):
                self._read_inline(child, text)
            text.append(child.tail or "")

    def _is_hidden(self, element: "_Element") -> bool:
        if element.tag == f"{_TEXT}ruby-text":
            return True
        hidden = element.get(f"{_TEXT}style-name") in self._hidden
        self.left_out["hidden piece of text"] += hidden
        return hidden

    def _read_table(self, table: "_Element") -> list[Block]:
        rows = [Row(self._read_cells(row)) for row in _rows(table)]
        named = table.find(f"{_TABLE}table-header-rows") is not None or None
        if table.getparent().tag != f"{_OFFICE}spreadsheet":
            return say_table(rows, named=named)
        texts = ([" ".join(b.text for b in cell) for cell in row.cells] for row in rows)
        blocks = list(read_rows(texts))
        title = table.get(f"{_TABLE}name")
        return [Block(title, "heading", 1), *blocks] if title and blocks else blocks

    def _read_cells(self, row: "_Element") -> list[list[Block]]:
        """Give what stands in the cells of a row; many alike are one element in the file."""
        cells: list[list[Block]] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            if cell.tag == f"{_TABLE}table-cell" or self._in_sheet:
                repeated = cell.get(f"{_TABLE}number-columns-repeated", "1")
                times = int(repeated) if repeated.isdecimal() else 1
                blocks = self._read_blocks(cell)
                if sum(len(block.text) for block in blocks) > _LONGEST_REPEATED:
                    times = 1
                cells += [blocks] * min(times, WIDEST - len(cells))
        while cells and not cells[-1]:
            cells.pop()
        self._cells += len(cells)
        if self._cells > MOST_CELLS:
            raise SourceError(f"its tables have more than {MOST_CELLS:,} cells", "split it")
        return cells


def _rows(table: "_Element") -> Iterator["_Element"]:
    """Give the rows of a table, but not those of tables in it; rows alike are one element."""
    for child in table.iterchildren("*"):
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in _ROWS:
            yield from _rows(child)
