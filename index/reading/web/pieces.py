"""The pieces of a page: the runs of text between the ends of its block elements, in order.

Line ends of the source mean nothing, as in a browser; what is hidden is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.article import Kind
from index.reading.formats.tables import say_rows
from index.reading.web.code import split_preformatted

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    name
    for names in (
        "address article aside blockquote body center dd details dialog div dl dt fieldset",
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p",
        "pre section summary table tbody td tfoot th thead tr ul caption legend menu",
    )
    for name in names.split()
)
_UNREAD = frozenset(
    name
    for names in (
        "script style noscript template head select option textarea svg iframe object canvas",
        "audio video datalist map",
    )
    for name in names.split()
)
"""Elements whose text nobody reads as a part of the page."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)} | {"summary": 6}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    **dict.fromkeys(("figcaption", "caption"), "caption"),
}
_BOLD = frozenset({"b", "strong"})
_ASKS = re.compile(r"[?？؟;][\s\"'”’»)]*$")
_TURN = re.compile(r"\s*(?:Q|A|F|Question|Answer|Frage|Antwort)\s*[:.]\s", re.IGNORECASE)
_INVISIBLE = re.compile(r"(?:^|;)(?:display:none|visibility:hidden)")
_UNSEEN = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|mw-editsection)(?:\s|$)"
)
_FOLDED = re.compile(r"accordion|collaps|panel|answer|faq|toggle|tab", re.IGNORECASE)
UNFOLDS = "unfolds"
"""The role of what is shown when a reader asks for it."""
LONGEST_CELL = 200
"""Characters of a cell, on average; what has longer ones is laid out by a table."""


@dataclass(frozen=True, slots=True)
class Place:
    """An element around a piece."""

    number: int
    tag: str
    name: str
    """Its classes and its id."""
    role: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with what is around it."""

    text: str
    kind: Kind
    level: int
    linked: float
    """Share of its characters that are links, 0 to 1."""
    places: tuple[Place, ...]
    """Innermost first."""
    bold: bool = False
    """All of it is emphasised."""
    source: str = ""
    """The text as the page has it, where it is said otherwise."""


def find_pieces(tree: "HtmlElement") -> list[Piece]:
    """Give the pieces of a page in the order of its text."""
    return list(_Walk(tree))


class _Walk:
    """A walk through a tree, without recursion: pages may nest deeply."""

    def __init__(self, tree: "HtmlElement") -> None:
        self._tree = tree
        self._controlled = _controlled(tree)
        self._places: list[Place] = []
        self._numbers = 0
        self._parts: list[str] = []
        self._linked = self._bold = self._length = 0
        self._in_link = self._in_bold = 0

    def __iter__(self) -> Iterator[Piece]:
        stack: list[tuple[str, HtmlElement]] = [("open", self._tree)]
        while stack:
            step, element = stack.pop()
            if step == "tail":
                yield from self._take(element.tail)
            elif step == "close":
                yield from self._close(element)
            elif isinstance(element.tag, str) and not self._is_unread(element):
                if element.tag == "br":
                    yield from self._break(element)
                elif element.tag in _BLOCKS:
                    yield from self._flush()
                    self._enter(element)
                    found = self._read_whole(element)
                    if found is not None:
                        yield from found
                        self._places.pop()
                    else:
                        stack.append(("close", element))
                        yield from self._descend(element, stack)
                else:
                    self._in_link += element.tag == "a"
                    self._in_bold += element.tag in _BOLD
                    stack.append(("close", element))
                    yield from self._descend(element, stack)
        yield from self._flush()

    def _descend(
        self, element: "HtmlElement", stack: "list[tuple[str, HtmlElement]]"
    ) -> Iterator[Piece]:
        yield from self._take(element.text)
        for child in reversed(element):
            stack += (("tail", child), ("open", child))

    def _close(self, element: "HtmlElement") -> Iterator[Piece]:
        if element.tag in _BLOCKS:
            yield from self._flush()
            self._places.pop()
            return
        self._in_link -= element.tag == "a"
        self._in_bold -= element.tag in _BOLD
        # A question in bold type at the beginning of a paragraph goes before its answer.
        if element.tag in _BOLD and self._bold == self._length and self._asks():
            yield from self._flush()

    def _break(self, element: "HtmlElement") -> Iterator[Piece]:
        following = element.getnext()
        blank = not (element.tail or "").strip()
        doubled = blank and following is not None and following.tag == "br"
        if doubled or self._asks() or _TURN.match(element.tail or ""):
            yield from self._flush()
        self._parts.append(" ")

    def _asks(self) -> bool:
        return bool(self._length and _ASKS.search("".join(self._parts[-3:])))

    def _take(self, text: str | None) -> Iterator[Piece]:
        if text:
            self._parts.append(text)
            length = len(text) - text.count(" ")
            if not text.isspace():
                self._length += length
                self._linked += length * (self._in_link > 0)
                self._bold += length * (self._in_bold > 0)
        return iter(())

    def _enter(self, element: "HtmlElement") -> None:
        self._numbers += 1
        name = f"{element.get('class') or ''} {element.get('id') or ''}".strip()
        role = UNFOLDS if _is_hidden(element) else element.get("role") or ""
        place = Place(self._numbers, element.tag, name, role)
        self._places.append(place)

    def _flush(self) -> Iterator[Piece]:
        text = " ".join("".join(self._parts).split())
        if text:
            yield self._piece(text, *self._kind())
        self._parts.clear()
        self._linked = self._bold = self._length = 0

    def _piece(self, text: str, kind: Kind, level: int = 0) -> Piece:
        length = max(self._length, 1)
        places = tuple(reversed(self._places))
        return Piece(text, kind, level, self._linked / length, places, self._bold == length)

    def _kind(self) -> tuple[Kind, int]:
        for place in reversed(self._places[-4:]):
            if level := _HEADINGS.get(place.tag):
                return "heading", level
            if kind := _KINDS.get(place.tag):
                return kind, 0
        if self._places and "caption" in self._places[-1].name.lower():
            return "caption", 0
        return "body", 0

    def _is_unread(self, element: "HtmlElement") -> bool:
        if element.tag in _UNREAD:
            return True
        if element.tag == "button" and not self._in_heading():
            return True
        name = element.get("class") or ""
        if _UNSEEN.search(name):
            return True
        if not _is_hidden(element):
            return False
        folded = bool(_FOLDED.search(name)) or element.get("id") in self._controlled
        return not folded

    def _in_heading(self) -> bool:
        return any(place.tag in _HEADINGS for place in self._places[-2:])

    def _read_whole(self, element: "HtmlElement") -> list[Piece] | None:
        """Read an element that is no run of text: a table of data, or what is set in columns."""
        if element.tag == "pre":
            parts = split_preformatted(element.text_content())
            return [self._piece(text, kind) for text, kind in parts]
        if element.tag == "table" and (rows := _read_table(element)):
            return [replace(self._piece(said, "table"), source=row) for said, row in rows]
        return None


def _is_hidden(element: "HtmlElement") -> bool:
    style = "".join((element.get("style") or "").split()).lower()
    stated = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return stated or bool(_INVISIBLE.search(style))


def _controlled(tree: "HtmlElement") -> frozenset[str]:
    """Give the ids of what a reader can unfold."""
    named = (
        element.get(attribute)
        for element in tree.iter("a", "button", "div", "h2", "h3", "h4", "summary", "span")
        for attribute in ("aria-controls", "data-target", "data-bs-target")
    )
    return frozenset(name.lstrip("#") for name in named if name)


def _read_table(table: "HtmlElement") -> list[tuple[str, str]] | None:
    """Give the rows of a table of data, as sentences and as they are.

    None where it only lays out the page.
    """
    parts = table.iterdescendants("table", "ul", "ol", "h1", "h2", "h3", "pre", "form")
    if next(parts, None) is not None:
        return None
    rows: list[Sequence[str]] = []
    named: bool | None = None
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if not rows and cells:
            named = True if all(cell.tag == "th" for cell in cells) else None
        rows.append([" ".join(cell.text_content().split()) for cell in cells])
    filled = [cell for row in rows for cell in row if cell]
    columns = max(map(len, rows), default=0)
    if columns < 2 or len(rows) < 2 or sum(map(len, filled)) > LONGEST_CELL * len(filled):
        return None
    rows = [row for row in rows if any(row)]
    return list(zip(say_rows(rows, named=named), map(" ".join, rows), strict=True))
