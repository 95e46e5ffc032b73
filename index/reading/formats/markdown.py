"""Markdown: what is read on the page, without the marks."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.reading.formats.blocks import first_heading
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.fragment import read_fragment
from index.reading.formats.front_matter import split_front_matter
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from markdown_it.token import Token


def read(text: str, name: str) -> Iterator[Document]:
    """Give headings, paragraphs, items, code and the rows of tables."""
    from markdown_it import MarkdownIt

    about, body, warnings = split_front_matter(text)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    blocks = tuple(_Reader().read(tokens))
    about = about.over(Metadata(title=first_heading(blocks)))
    yield Document(about=about, blocks=blocks, warnings=warnings)


class _Reader:
    """Follows the tokens of a text."""

    def __init__(self) -> None:
        self._number = ""
        """Of the item that begins, where its list has numbers."""
        self._depth = 0
        self._rows: list[list[str]] = []

    def read(self, tokens: "Sequence[Token]") -> Iterator[Block]:
        opening = ""
        for token in tokens:
            if token.type == "list_item_open":
                self._number = f"{token.info}. " if token.info else ""
                self._depth += 1
            elif token.type == "list_item_close":
                self._depth -= 1
            elif token.type == "inline":
                yield from self._read_inline(token, opening)
            elif token.type in ("fence", "code_block") and token.content.strip():
                yield Block(token.content.strip("\n"), "code")
            elif token.type == "html_block":
                yield from read_fragment(token.content)
            else:
                yield from self._read_row(token)
            opening = token.tag

    def _read_row(self, token: "Token") -> Iterator[Block]:
        if token.type == "tr_open":
            self._rows.append([])
        elif token.type == "table_close":
            yield from (Block(row, "table") for row in say_rows(self._rows, named=True))
            self._rows = []

    def _read_inline(self, token: "Token", opening: str) -> Iterator[Block]:
        text = _inline(token)
        if opening in ("th", "td"):
            self._rows[-1].append(text)
        elif text:
            if opening[:1] == "h":
                yield Block(text, "heading", int(opening[1]))
            elif self._depth:
                yield Block(self._number + text, "item", self._depth - 1)
            else:
                yield Block(text)
            self._number = ""


def _inline(token: "Token") -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())
