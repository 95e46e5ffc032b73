"""Pieces of HTML that hold nothing but what is to be read: chapters, entries of feeds, mails."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from index.article import Kind
from index.reading.formats.document import Block
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from lxml.etree import _Element

DEEPEST = 100
"""Levels of elements whose structure is looked at; below, their text is one block."""
_GONE = frozenset({"script", "style", "noscript", "template", "head", "title", "svg", "math", "rt"})
_GONE_TOO = frozenset({"iframe", "object", "select", "textarea", "button", "rp", "audio", "video"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_KINDS: dict[str, Kind] = {"pre": "code", "figcaption": "caption", "caption": "caption"}
_BLOCKS = frozenset(
    {
        *("p", "div", "section", "article", "main", "aside", "header", "footer", "blockquote"),
        *("ul", "ol", "dl", "dt", "dd", "figure", "address", "form", "fieldset", "details"),
        *("summary", "hr", "body", "html", "center", "table", "tr", "td", "th", "tbody", "thead"),
        *("nav", "li", *_HEADINGS, *_KINDS),
    }
)

IsFurniture = Callable[["_Element"], bool]


def read_fragment(markup: str, is_furniture: IsFurniture = lambda _: False) -> list[Block]:
    """Give the blocks of a piece of HTML; a text without markup is one.

    Args:
        markup: HTML, or a plain text.
        is_furniture: tells of an element whether what it holds is not the author's own.
    """
    if "<" not in markup and "&" not in markup:
        return [Block(" ".join(markup.split()))] if markup.strip() else []
    from lxml import html
    from lxml.etree import ParserError

    try:
        tree = html.fromstring(f"<div>{markup}</div>")
    except (ParserError, ValueError):
        return []
    return read_tree(tree, is_furniture)


def read_tree(tree: "_Element", is_furniture: IsFurniture = lambda _: False) -> list[Block]:
    """Give the blocks of an element, in HTML or in XHTML with its namespace."""
    walker = _Walker(is_furniture)
    walker.walk(tree, 0)
    walker.close()
    return walker.blocks


class _Walker:
    """Walks through elements; what stands between the ends of blocks is one."""

    def __init__(self, is_furniture: IsFurniture) -> None:
        self.blocks: list[Block] = []
        self._is_furniture = is_furniture
        self._pieces: list[str] = []
        self._kind: Kind = "body"
        self._level = 0
        self._lists = 0
        self._furniture = False

    def close(self) -> None:
        """End the block that is open."""
        joined = "".join(self._pieces)
        self._pieces.clear()
        if self._kind == "code":
            text = "\n".join(line.rstrip() for line in joined.strip("\n").splitlines())
        else:
            text = " ".join(joined.split())
        if text.strip():
            kind = "furniture" if self._furniture else self._kind
            self.blocks.append(Block(text, kind, self._level if kind != "furniture" else 0))

    def walk(self, element: "_Element", depth: int) -> None:
        """Read an element and what is in it, but not what follows it."""
        name = _name(element)
        if name in _GONE or name in _GONE_TOO or _is_hidden(element):
            return
        if depth > DEEPEST:
            self._pieces += [str(text) for text in element.itertext()]
        elif name == "table" and _is_data(element):
            self._read_table(element)
        elif name == "br":
            self._break()
        elif name in _BLOCKS:
            self._walk_block(element, name, depth)
        else:
            self._walk_inside(element, depth)

    def _walk_inside(self, element: "_Element", depth: int) -> None:
        self._pieces.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                self.walk(child, depth + 1)
            self._pieces.append(child.tail or "")

    def _walk_block(self, element: "_Element", name: str, depth: int) -> None:
        self.close()
        outer = self._kind, self._level, self._furniture
        lists = name in ("ul", "ol")
        self._lists += lists
        self._furniture = self._furniture or self._is_furniture(element)
        if name in _HEADINGS:
            self._kind, self._level = "heading", _HEADINGS[name]
        elif name in ("li", "dd"):
            self._kind, self._level = "item", max(self._lists - 1, 0)
        elif name in _KINDS:
            self._kind, self._level = _KINDS[name], 0
        self._walk_inside(element, depth)
        self.close()
        self._lists -= lists
        self._kind, self._level, self._furniture = outer

    def _break(self) -> None:
        """Two line breaks in a row end a paragraph; one is where a line went on."""
        if self._kind == "code":
            self._pieces.append("\n")
        elif self._pieces and not self._pieces[-1].strip() and "\n" in self._pieces[-2:]:
            self.close()
        else:
            self._pieces.append("\n")

    def _read_table(self, table: "_Element") -> None:
        self.close()
        rows = [
            [_text(cell) for cell in row if _name(cell) in ("td", "th")] for row in _rows(table)
        ]
        captions = (_text(each) for each in table.iterchildren("{*}caption"))
        kind: Kind = "furniture" if self._furniture else "table"
        self.blocks += (Block(text, "caption") for text in captions if text)
        self.blocks += (Block(text, kind) for text in say_rows(rows, named=_is_named(table)))


def _rows(table: "_Element") -> Iterator["_Element"]:
    for child in table:
        if _name(child) == "tr":
            yield child
        elif _name(child) in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if _name(row) == "tr")


def _is_data(table: "_Element") -> bool:
    """Tell a table of data from one that only places what stands in its cells."""
    if table.get("role") == "presentation":
        return False
    inner = {_name(each) for each in table.iter("{*}*")} - {"table"}
    if table.find(".//{*}table") is not None or inner & {
        "h1",
        "h2",
        "h3",
        "ul",
        "ol",
        "blockquote",
    }:
        return False
    return max((len(row) for row in _rows(table)), default=0) > 1


def _is_named(table: "_Element") -> bool | None:
    first = next(_rows(table), None)
    names = [_name(cell) for cell in (() if first is None else first)]
    return True if len(names) > 1 and all(name == "th" for name in names) else None


def _is_hidden(element: "_Element") -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or "mso-hide:all" in style or element.get("hidden") is not None


def _text(element: "_Element") -> str:
    return " ".join(" ".join(map(str, element.itertext())).split())


def _name(element: "_Element") -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def join_lines(blocks: Iterable[Block]) -> str:
    """Give the text of blocks on one line, such as a title that has markup."""
    return " ".join(block.text for block in blocks)
