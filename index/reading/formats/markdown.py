"""Markdown: what is read on the page, without the marks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from index.reading.formats.document import Document, Metadata
from index.reading.formats.tables import say_rows
from index.reading.formats.text import split_front_matter

if TYPE_CHECKING:
    from markdown_it.token import Token


def read(text: str, name: str) -> Iterator[Document]:
    """Give the blocks apart by empty lines; headings and list items keep their marks."""
    from markdown_it import MarkdownIt

    about, body = split_front_matter(text, name)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    headings = (t for before, t in pairwise(tokens) if before.tag == "h1" and t.type == "inline")
    title = next(filter(None, map(_inline, headings)), None)
    yield Document("\n\n".join(_blocks(tokens)), about.over(Metadata(title=title)))


def _blocks(tokens: "Sequence[Token]") -> Iterator[str]:
    mark = ""
    rows: list[list[str]] = []
    for before, token in pairwise(tokens):
        if token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else "- "
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and before.type in ("th_open", "td_open"):
            rows[-1].append(_inline(token))
        elif token.type == "table_close":
            yield from say_rows(rows, named=True)
            rows = []
        elif token.type == "inline":
            if before.type == "heading_open":
                mark = "#" * int(before.tag[1]) + " "
            if text := _inline(token):
                yield mark + text
                mark = ""
        elif token.type in ("fence", "code_block") and token.content.strip():
            yield token.content.strip("\n")


def _inline(token: "Token") -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())
