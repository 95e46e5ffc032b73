"""The text of a Word document as it is read with every tracked change accepted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from index.reading.formats.document import Block
from index.reading.formats.office.styles import Styles, W
from index.reading.formats.office.table import Row, say_table

if TYPE_CHECKING:
    from lxml.etree import _Element

_DELETED = frozenset({"del", "moveFrom", "delText", "delInstrText"})
_PROPERTIES = frozenset({"pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "trPr", "tcPr", "tblGrid"})
_UNSEEN = _DELETED | _PROPERTIES | {"instrText", "rt", "fldData", "oleObject"}
_LEAVES = dict.fromkeys(("tab", "br", "cr", "ptab", "sym"), " ") | {"noBreakHyphen": "-", "t": ""}
_WRAPPERS = frozenset({"sdtContent", "customXml", "smartTag", "ins", "moveTo", "Choice"})
_LONGEST_MERGED = 400
"""Characters of a cell over several rows that is said in each of them."""
_CHANGES = ("ins", "del", "moveFrom", "moveTo")


class AcceptedText:
    """Reads the blocks of a document in their order; footnotes and boxes follow what has them."""

    def __init__(
        self, body: "_Element", styles: Styles, notes: Mapping[tuple[str, str], "_Element"]
    ) -> None:
        """Take what is to be read.

        Args:
            body: the element of the main story.
            styles: of the document.
            notes: the elements of footnotes and endnotes by the name of their reference and id.
        """
        self._body = body
        self._styles = styles
        self._notes = dict(notes)
        marks = Counter(each.get(f"{W}fldCharType") for each in body.iter(f"{W}fldChar"))
        self._has_fields = marks["begin"] == marks["end"]
        self._fields: list[bool] = []
        """For each field that is open, whether its instruction is still being read."""
        self._joined: list[str] = []
        """Text of paragraphs that the deletion of their marks joins to the next one."""
        self._after: list[Block] = []
        """What follows the paragraph, or the row of the table, that is being read."""
        self.left_out: Counter[str] = Counter()

    def read(self) -> list[Block]:
        """Give the blocks of the document."""
        return self._read_story(self._body)

    @property
    def changes(self) -> int:
        """Number of tracked changes, all of which are read as accepted."""
        return sum(1 for name in _CHANGES for _ in self._body.iter(f"{W}{name}"))

    def _read_story(self, container: "_Element", *, in_table: bool = False) -> list[Block]:
        blocks: list[Block] = []
        outer, self._joined = self._joined, []
        self._read_container(container, blocks, in_table)
        if text := _one_line(self._joined):
            blocks.append(Block(text))
        self._joined = outer
        return blocks

    def _read_container(self, container: "_Element", blocks: list[Block], in_table: bool) -> None:
        for child in _children(container):
            name = _name(child)
            if name == "p":
                self._read_paragraph(child, blocks, in_table)
            elif name == "tbl":
                blocks += self._read_table(child)
            elif name == "sdt":
                if not _is_placeholder(child):
                    self._read_container(child, blocks, in_table)
            elif name == "altChunk":
                self.left_out["embedded document"] += 1
            elif name in _WRAPPERS:
                self._read_container(child, blocks, in_table)

    def _read_paragraph(self, paragraph: "_Element", blocks: list[Block], in_table: bool) -> None:
        outer, self._after = self._after, []
        self._read_inline(paragraph, self._joined, self._styles.hides_paragraph(paragraph))
        after, self._after = self._after, outer
        if not _joins_next(paragraph):
            text = _one_line(self._joined)
            self._joined = []
            if text:
                kind, level = self._styles.kind(paragraph)
                blocks.append(Block(text, kind, level))
        if in_table:
            self._after += after
        else:
            blocks += after

    def _read_inline(self, element: "_Element", text: list[str], hidden: bool) -> None:
        for child in _children(element):
            name = _name(child)
            if name in _UNSEEN or (name == "sdt" and _is_placeholder(child)):
                continue
            if name in _LEAVES:
                if not any(self._fields):
                    text.append(_LEAVES[name] or child.text or "")
            elif name == "r":
                self._read_run(child, text, hidden)
            elif name == "fldChar":
                self._follow_field(child)
            elif name in ("footnoteReference", "endnoteReference"):
                self._read_note(name, child.get(f"{W}id", ""))
            elif name == "txbxContent":
                self._after += self._read_story(child)
            else:
                self._read_inline(child, text, hidden)

    def _read_run(self, run: "_Element", text: list[str], hidden: bool) -> None:
        if self._styles.hides(run) or (hidden and not _is_shown(run)):
            self.left_out["hidden piece of text"] += any(t.text for t in run.iter(f"{W}t"))
        else:
            self._read_inline(run, text, hidden=False)

    def _follow_field(self, mark: "_Element") -> None:
        """Know what of a field is its instruction, which nobody sees, and what its result."""
        kind = mark.get(f"{W}fldCharType") if self._has_fields else None
        if kind == "begin":
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _read_note(self, name: str, id_: str) -> None:
        note = self._notes.pop((name, id_), None)  # once, whatever refers to it
        if note is not None:
            self._after += self._read_story(note)

    def _read_table(self, table: "_Element") -> list[Block]:
        outer, self._after = self._after, []
        rows: list[Row] = []
        above: dict[int, list[Block]] = {}
        named = None
        for row in _find(table, "tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            if not rows and row.find(f"{W}trPr/{W}tblHeader") is not None:
                named = True
            cells = [(cell, self._read_story(cell, in_table=True)) for cell in _find(row, "tc")]
            rows.append(Row(list(_merge(cells, above)), self._after))
            self._after = []
        self._after = outer
        return say_table(rows, named=named)


def _merge(
    cells: list[tuple["_Element", list[Block]]], above: dict[int, list[Block]]
) -> Iterator[list[Block]]:
    """Give what stands in a row's cells; one that goes on from above says what stands there."""
    column = 0
    for cell, blocks in cells:
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        goes_on = merged is not None and merged.get(f"{W}val") != "restart"
        shown = above.get(column, []) if goes_on and not blocks else blocks
        if sum(len(block.text) for block in shown) > _LONGEST_MERGED:
            shown = blocks  # said once
        above[column] = shown
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        width = "" if span is None else span.get(f"{W}val", "")
        column += int(width) if width.isdecimal() else 1
        yield shown


def _find(element: "_Element", name: str) -> Iterator["_Element"]:
    """Give the rows of a table or the cells of a row, also those in content controls."""
    for child in _children(element):
        if _name(child) == name:
            yield child
        elif _name(child) == "sdt" or _name(child) in _WRAPPERS:
            yield from _find(child, name)


def _children(element: "_Element") -> list["_Element"]:
    """Give an element's children; of alternatives for different programs the first that counts."""
    if _name(element) != "AlternateContent":
        return list(element.iterchildren("*"))
    choices = list(element.iterchildren("*"))
    shown = next((each for each in choices if next(each.iter(f"{W}t"), None) is not None), None)
    return choices[:1] if shown is None else [shown]


def _joins_next(paragraph: "_Element") -> bool:
    mark = f"{W}pPr/{W}rPr/{W}"
    return any(paragraph.find(mark + name) is not None for name in ("del", "moveFrom"))


def _is_placeholder(control: "_Element") -> bool:
    """Tell whether a content control only asks for what is to be filled in."""
    return control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _is_shown(run: "_Element") -> bool:
    return run.find(f"{W}rPr/{W}vanish") is not None  # switched off: else it would be hidden


def _one_line(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())


def _name(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]
