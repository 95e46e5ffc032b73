"""What a paragraph of a page is: a heading, an item of a list, a caption, text."""

import re
from collections.abc import Sequence

from index.reading.paper.paragraphs import Block

_CAPTION = re.compile(
    r"(?:figure|fig\.|table|tab\.|abbildung|abb\.|tabelle|figura|tableau|chart|exhibit|plate|"
    r"scheme|図|表|图)\s*[A-Z]?\d",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:[•‣◦▪●■–—*·-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_LEADER = re.compile(r"(?:\.\s?){5}\s*(?:\d|[ivxlc]+\b)")
"""Dots that lead to the number of a page: contents."""
_SENTENCE_END = re.compile(r"[.,;:…。]['\"”’»)\]]*$")
_LARGER = 1.12
"""Sizes of the text's type from which on a line is a heading."""
_LONGEST_HEADING = 200
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEW = 3
"""Words below which what is no sentence says nothing: labels of a drawing, numbers."""


def tell_kinds(blocks: Sequence[Block], size: float) -> None:
    """Set the kinds of paragraphs that have none yet, and the levels of headings."""
    bold = sum(len(block.text) for block in blocks if _is_bold(block)) * 2
    mostly_bold = bold > sum(len(block.text) for block in blocks)
    code = sum(len(block.text) for block in blocks if block.mono)
    mostly_code = 2 * code > sum(len(block.text) for block in blocks)
    for block in blocks:
        text = block.text
        if _LEADER.search(text):
            block.kind = "furniture"
        if block.kind != "body":
            continue
        if _CAPTION.match(text):
            block.kind = "caption"
        elif _is_heading(block, text, size, mostly_bold=mostly_bold):
            block.kind = "heading"
        elif block.mono and not mostly_code:
            block.kind = "code"
        elif _ITEM.match(text):
            block.kind = "item"
        elif not _SENTENCE_END.search(text) and not _says_something(text):
            block.kind = "furniture"
    _rank([block for block in blocks if block.kind == "heading"])


def _is_heading(block: Block, text: str, size: float, *, mostly_bold: bool) -> bool:
    if len(text) > _LONGEST_HEADING or len(block.lines) > 4 or not _WORD.search(text):
        return False
    if block.size > _LARGER * size and not text.endswith((",", ";")):
        return True
    bold = _is_bold(block) and not mostly_bold and block.size > 0.9 * size
    return bold and not _SENTENCE_END.search(text) and len(block.lines) < 3


def _is_bold(block: Block) -> bool:
    return all(line.bold for line in block.lines)


def _says_something(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    if any("\u3040" <= character <= "\u9fff" for character in text):
        return letters > 4
    return len(_WORD.findall(text)) >= _FEW and letters * 2 > len(text)


def _rank(headings: Sequence[Block]) -> None:
    """Give headings levels by the size of their type, the largest first."""
    sizes = sorted({round(block.size) for block in headings}, reverse=True)
    for block in headings:
        block.level = min(6, sizes.index(round(block.size)) + 1)
