"""Pages of pieces to the paragraphs of a document."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.reading.formats.tables import say_rows
from index.reading.paper.columns import Region, find_gaps, find_regions
from index.reading.paper.glyphs import Glyphs
from index.reading.paper.kinds import find_text_size, tell_kinds
from index.reading.paper.lines import Line, Piece, find_lines, make_line
from index.reading.paper.paragraphs import Block, find_blocks, join_blocks
from index.reading.paper.running import find_running, is_footnote
from index.reading.paper.tables import cells, find_tables


def read_pages(pages: Sequence[Glyphs]) -> list[Block]:
    """Give the paragraphs of all pages in the order in which they are read.

    1. running heads, page numbers and what is turned are furniture;
    2. columns, and in them tables and paragraphs;
    3. footnotes go to the end of their page;
    4. paragraphs that go on over the end of a column or a page are joined.
    """
    rows = [list(find_lines(page.pieces)) for page in pages]
    size = find_text_size(line for lines in rows for line in lines)
    running = find_running(rows, size)
    texts = [
        [piece for piece in page.pieces if id(piece) not in taken]
        for page, taken in zip(pages, _taken(rows, running), strict=True)
    ]
    gaps = _common([find_gaps(text) for text in texts])
    flow: list[Block] = []
    below: list[list[Block]] = []
    for number, text in enumerate(texts):
        main, notes = _part(list(_blocks(text, gaps, number)), size)
        flow += main
        heads = (_furniture([rows[number][head]], number) for head in sorted(running[number]))
        below.append([*notes, *heads, *_turned(pages[number].turned, number)])
    tell_kinds(flow, size)
    joined = join_blocks(flow)
    return [
        block
        for number, rest in enumerate(below)
        for block in (*(each for each in joined if each.page == number), *rest)
    ]


def _taken(rows: Sequence[Sequence[Line]], running: Sequence[frozenset[int]]) -> Iterator[set[int]]:
    """Give the pieces of running lines of each page, by their identity."""
    for lines, heads in zip(rows, running, strict=True):
        yield {id(piece) for head in heads for piece in lines[head].pieces}


def _common(gaps: Sequence[Sequence[float]]) -> list[float]:
    """Give the gaps between columns that pages have, each once."""
    return sorted({round(gap / 4) * 4.0 for page in gaps for gap in page})


def _blocks(pieces: Sequence[Piece], gaps: Sequence[float], page: int) -> Iterator[Block]:
    for region in find_regions(pieces, gaps):
        text: list[Line] = []
        for is_table, lines in find_tables(region.lines):
            if not is_table:
                text += lines
                continue
            yield from find_blocks(replace(region, lines=tuple(text)), page)
            text = []
            yield from _table(lines, page, region)
        yield from find_blocks(replace(region, lines=tuple(text)), page)


def _table(lines: Sequence[Line], page: int, region: Region) -> Iterator[Block]:
    for line, said in zip(lines, say_rows(map(cells, lines)), strict=True):
        yield Block([replace(line, text=said)], page, "table", to_left=region.to_left)


def _part(blocks: Sequence[Block], size: float) -> tuple[list[Block], list[Block]]:
    """Part the text of a page from the footnotes below it."""
    lowest = min((b.box.bottom for b in blocks if b.size >= 0.92 * size), default=0.0)
    main: list[Block] = []
    notes: list[Block] = []
    for block in blocks:
        (notes if is_footnote(block, size, lowest) else main).append(block)
    return main, notes


def _furniture(lines: list[Line], page: int) -> Block:
    return Block(lines, page, "furniture")


def _turned(pieces: Sequence[Piece], page: int) -> Iterator[Block]:
    """Give what is turned as one piece of furniture for each run of words."""
    if pieces:
        text = " ".join(piece.text for piece in pieces)
        yield _furniture([replace(make_line(pieces), text=text)], page)
