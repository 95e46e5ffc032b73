"""reStructuredText: what is read on the page that is made of it."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.article import Kind
from index.errors import SourceError
from index.reading.formats.blocks import count_left_out
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.front_matter import read_fields
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from docutils import nodes

LARGEST = 1_000_000
"""Characters; parsing takes some ten seconds for each million."""
_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 1,
    "halt_level": 5,
    "warning_stream": False,
    "_disable_config": True,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "language_code": "en",
}
_ROLE = re.compile(r":[\w:+.-]{1,40}:`~?([^`<>]{1,300}?)(?:\s*<[^<>`]{1,300}>)?`(?:__?)?")
"""A role that only the program knows which the text was written for, such as `:ref:`."""
_DIRECTIVE = re.compile(r"\.\. ([\w:.+-]{1,60})::[ \t]*(.*)\n?([\s\S]*)")
_OPTION = re.compile(r"\s*:[\w-]+:")
_POINTERS = frozenset({"toctree", "index", "literalinclude", "automodule", "autoclass", "plot"})
_POINTERS |= {"include", "raw", "csv-table", "currentmodule", "highlight", "contents"}
"""Directives that lead elsewhere; what stands in them is no text."""
_VERSIONS = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
}
_AGAIN = 3
"""Directives in each other that are read so."""


def read(text: str, name: str) -> Iterator[Document]:
    """Give the sections, paragraphs, lists and tables; nothing is included from other files.

    Raises:
        SourceError: it is larger than an article.
    """
    if len(text) > LARGEST:
        raise SourceError(f"{name} is larger than an article should be", "split it")
    reader = _Reader()
    try:
        tree = _parse(text)
        reader.read(tree, 1)
    except RecursionError:
        raise SourceError(f"{name} nests its parts too deeply", "give it as text") from None
    about, warnings = read_fields(dict(_read_info(tree)))
    yield Document(
        about=about.over(Metadata(title=tree.get("title") or None)),
        blocks=tuple(reader.blocks),
        warnings=warnings + count_left_out(reader.left_out),
    )


def _parse(text: str) -> "nodes.document":
    from docutils.core import publish_doctree

    return publish_doctree(_ROLE.sub(r"\1", text), settings_overrides=_SETTINGS)


def _read_info(tree: "nodes.document") -> Iterator[tuple[str, str]]:
    """Give the fields that a text begins with, such as its author and date."""
    from docutils import nodes

    for info in tree.findall(nodes.docinfo):
        for field in info.children:
            if isinstance(field, nodes.field):
                yield field[0].astext().lower(), field[1].astext()
            elif isinstance(field, nodes.authors):
                yield "author", ", ".join(each.astext() for each in field.children)
            else:
                yield field.__class__.__name__, field.astext()


class _Reader:
    """Walks through the nodes of a text."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.left_out: Counter[str] = Counter()
        self._lists = 0
        self._again = 0

    def read(self, node: "nodes.Node", level: int) -> None:
        """Read a node: what is below its section is one level lower."""
        from docutils import nodes

        if isinstance(node, _gone()):
            return
        if isinstance(node, nodes.system_message):
            self._read_unknown(node, level)
        elif isinstance(node, nodes.title | nodes.subtitle):
            self._add(node, "heading", level + isinstance(node, nodes.subtitle))
        elif isinstance(node, nodes.FixedTextElement | nodes.math_block):
            self.blocks.append(Block(node.astext().strip("\n"), "code"))
        elif isinstance(node, nodes.caption):
            self._add(node, "caption")
        elif isinstance(node, nodes.table):
            self._read_table(node, level)
        elif isinstance(node, nodes.TextElement):
            self._add(node, "item" if self._lists else "body", max(self._lists - 1, 0))
        elif isinstance(node, nodes.Element):
            lists = isinstance(node, nodes.Sequential)
            titled = node.children and isinstance(node.children[0], nodes.title)
            below = level + bool(titled and isinstance(node, nodes.section | nodes.document))
            self._lists += lists
            for child in node.children:
                self.read(child, below if isinstance(child, nodes.section) else level)
            self._lists -= lists

    def _add(self, node: "nodes.Node", kind: Kind, level: int = 0) -> None:
        if text := " ".join(node.astext().split()):
            self.blocks.append(Block(text, kind, level))

    def _read_table(self, table: "nodes.table", level: int) -> None:
        from docutils import nodes

        rows = [
            [" ".join(entry.astext().split()) for entry in row.children]
            for row in table.findall(nodes.row)
        ]
        for title in table.children:
            if isinstance(title, nodes.title):
                self._add(title, "caption")
        named = next(iter(table.findall(nodes.thead)), None) is not None
        self.blocks += (Block(row, "table") for row in say_rows(rows, named=named or None))

    def _read_unknown(self, message: "nodes.system_message", level: int) -> None:
        """Read what stands in a directive that only another program knows, as text."""
        source = "".join(child.astext() for child in message.children[1:])
        directive = _DIRECTIVE.match(source)
        if not directive or self._again >= _AGAIN:
            return
        name, first, rest = directive.groups()
        if name in _POINTERS:
            self.left_out[f"“{name}”"] += 1
            return
        first = f"{_VERSIONS[name]} {first}:" if name in _VERSIONS else first
        lines = [line for line in textwrap.dedent(rest).splitlines() if not _OPTION.match(line)]
        self._again += 1
        self.read(_parse("\n".join((first, *lines))), level)
        self._again -= 1


def _gone() -> tuple[type[Any], ...]:
    """Give what is not seen on the page, or is no text."""
    from docutils import nodes

    return (nodes.Invisible, nodes.docinfo, nodes.raw, nodes.image, nodes.label, nodes.meta)
