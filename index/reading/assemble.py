"""Assemble the canonical text of an article from blocks, and carry their places along."""

from collections.abc import Iterable

from index.article import Paragraph, canonical
from index.reading.formats.document import Block

_BETWEEN = "\n\n"
_PAGE_END = "\n\f"
_WITHIN = str.maketrans({"\0": "\N{REPLACEMENT CHARACTER}", "\f": "\n"})
"""A form feed counts pages, so that none may stand within a block."""


def assemble(blocks: Iterable[Block]) -> tuple[str, tuple[Paragraph, ...]]:
    """Give the text of blocks, apart by empty lines, and where each of them stands in it.

    Each block is brought into canonical form before it is placed. A line end neither combines
    with what follows nor changes in that form, so that the whole is canonical, too.
    """
    parts: list[str] = []
    paragraphs: list[Paragraph] = []
    length = page = 0
    for block in blocks:
        text = canonical(block.text).translate(_WITHIN).strip()
        if not text:
            continue
        new_pages = max(block.page - max(page, 1), 0)
        between = _PAGE_END * new_pages or (_BETWEEN if parts else "")
        page = max(page, block.page)
        parts += (between, text)
        start = length + len(between)
        length = start + len(text)
        paragraphs.append(Paragraph(len(paragraphs) + 1, start, length, block.kind, block.level))
    return "".join(parts), tuple(paragraphs)
