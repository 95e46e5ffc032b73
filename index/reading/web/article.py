"""The article of a page as blocks: found by several libraries, told from what is around it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from index.reading.formats.document import Block, Metadata
from index.reading.web.choose import Choice, Chosen
from index.reading.web.extractors import (
    Found,
    ask_readability,
    ask_resiliparse,
    ask_trafilatura,
    split_words,
)
from index.reading.web.pieces import find_pieces

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SUMMARIES = frozenset({"description", "og:description", "twitter:description"})
UNSEEN = 0.25
"""Share of what trafilatura finds that has to stand in pieces; else it found it in data."""
BYLINE = 12
"""Words of a line that names the author, at most; half as many where it names the day."""
_ASKS = re.compile(r"[?？؟][\s\"'”’»)]*$")
_ENDS = re.compile(r"[.!?…。！？؟][\"'”’»)]*$")


def find_article(tree: "HtmlElement", text: str, about: Metadata) -> tuple[Block, ...]:
    """Give the blocks of the article of a page.

    1. the pieces of the page, by its elements;
    2. which of them trafilatura finds, and Resiliparse, and readability where these two differ;
    3. which of these are the article, by what is around them.

    Args:
        tree: of the page; it is changed.
        text: its markup.
        about: what the page says of itself.
    """
    choice = Choice(find_pieces(tree), "\n".join(_summaries(tree)))
    first, second = ask_trafilatura(tree), ask_resiliparse(text)
    chosen = choice.choose(first, second, lambda: ask_readability(text))
    seen = sum(len(split_words(each.piece.text)) for each in chosen)
    if seen < UNSEEN * first.length:
        return _read_lines(first)
    return tuple(_blocks(chosen, about))


def _summaries(tree: "HtmlElement") -> Iterator[str]:
    for meta in tree.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() in _SUMMARIES:
            yield meta.get("content") or ""


def _read_lines(found: Found) -> tuple[Block, ...]:
    """Give what stands in no element that is shown, such as an article in data for programs."""
    lines = (line.strip() for line in found.text.split("\n"))
    return tuple(Block(line) for line in lines if line)


def _blocks(chosen: Sequence[Chosen], about: Metadata) -> Iterator[Block]:
    title = _words(about.title)
    named = set(_words(about.author))
    day = about.published
    for each in chosen:
        piece = each.piece
        words = _words(piece.text)
        if piece.kind == "heading" and words == title:
            continue  # it is the title of the article already
        beside = _is_byline(words, named) or (day and _is_dateline(words, day))
        if not each.article or (beside and not _ENDS.search(piece.text)):
            yield Block(piece.text, "furniture")
        elif piece.bold and piece.kind in ("body", "item") and _ASKS.search(piece.text):
            yield Block(piece.text, "question")
        else:
            yield Block(piece.text, piece.kind, piece.level)


def _words(value: object) -> list[str]:
    return split_words(str(value or "").casefold())


def _is_byline(words: Sequence[str], named: set[str]) -> bool:
    """Tell whether a line only says by whom an article is, which is known already."""
    return len(words) <= BYLINE and sum(word in named for word in words) > len(words) / 2


def _is_dateline(words: Sequence[str], day: date) -> bool:
    """Tell whether a line only says when an article appeared, which is known already."""
    numbers = {int(digits) for word in words if (digits := word.rstrip("stndrh")).isdecimal()}
    return len(words) <= BYLINE / 2 and {day.year, day.day} <= numbers
