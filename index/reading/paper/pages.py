"""Pages of pieces to the paragraphs of a document."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from index.reading.formats.tables import say_rows
from index.reading.paper.columns import Region, find_gaps, find_regions
from index.reading.paper.glyphs import Glyphs
from index.reading.paper.kinds import tell_kinds
from index.reading.paper.lines import Line, Piece, find_lines, make_line
from index.reading.paper.paragraphs import Block, find_blocks, goes_on, join_blocks
from index.reading.paper.running import find_running, is_footnote, is_marked, is_small
from index.reading.paper.tables import cells, find_tables, has_names
from index.reading.paper.tidy import find_marks, find_text_size, settle_sizes


def read_pages(pages: Sequence[Glyphs]) -> list[Block]:
    """Give the paragraphs of all pages in the order in which they are read.

    1. watermarks, running heads, page numbers, and what is turned are furniture;
    2. columns, and in them tables and paragraphs;
    3. footnotes go to the end of their page;
    4. paragraphs that go on over the end of a column or a page are joined.
    """
    whole = settle_sizes([page.pieces for page in pages])
    marks = find_marks(whole)
    size = find_text_size(piece for page in whole for piece in page)
    texts = [_without(page, gone) for page, gone in zip(whole, marks, strict=True)]
    rows = [find_lines(text) for text in texts]
    running = find_running(rows, size)
    taken = [_pieces_of(rows[n][head] for head in heads) for n, heads in enumerate(running)]
    texts = [
        [p for p in text if id(p) not in gone] for text, gone in zip(texts, taken, strict=True)
    ]
    gaps = _common([find_gaps(text) for text in texts])
    flow: list[Block] = []
    below: list[list[Block]] = []
    for number, text in enumerate(texts):
        main, notes = _part(list(_blocks(text, gaps, number)), size)
        flow += main
        heads = [rows[number][head] for head in sorted(running[number])]
        marked = [make_line([whole[number][mark]]) for mark in sorted(marks[number])]
        aside = (_furniture(line, number) for line in (*heads, *marked))
        below.append([*_joined(below, notes), *aside, *_turned(pages[number].turned, number)])
    tell_kinds(flow, size)
    joined = join_blocks(flow)
    by_page: list[list[Block]] = [[] for _ in pages]
    for block in joined:
        by_page[block.page].append(block)
    return [block for both in zip(by_page, below, strict=True) for part in both for block in part]


def _without(page: Sequence[Piece], gone: set[int]) -> list[Piece]:
    return [piece for number, piece in enumerate(page) if number not in gone]


def _pieces_of(lines: Iterable[Line]) -> set[int]:
    """Give the identities of the pieces of lines."""
    return {id(piece) for line in lines for piece in line.pieces}


def _joined(before: Sequence[Sequence[Block]], notes: list[Block]) -> Iterator[Block]:
    """Give footnotes; one that goes on from the page before is joined to its beginning there."""
    for number, note in enumerate(notes):
        last = next((n for n in reversed(before[-1] if before else ()) if n.kind == "body"), None)
        if number == 0 and last and goes_on(last, note) and not is_marked(note):
            last.append(note)
        else:
            yield note


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
    rows = list(map(cells, lines))
    named = has_names(rows, bold=lines[0].bold and not lines[-1].bold)
    for line, said in zip(lines, say_rows(rows, named=named), strict=True):
        yield Block([replace(line, text=said)], page, "table", to_left=region.to_left)


def _part(blocks: Sequence[Block], size: float) -> tuple[list[Block], list[Block]]:
    """Part the text of a page from the footnotes below it."""
    lowest = min((b.box.bottom for b in blocks if not is_small(b, size)), default=0.0)
    main: list[Block] = []
    notes: list[Block] = []
    for block in blocks:
        (notes if is_footnote(block, size, lowest) else main).append(block)
    return main, notes


def _furniture(line: Line, page: int) -> Block:
    return Block([line], page, "furniture")


def _turned(pieces: Sequence[Piece], page: int) -> Iterator[Block]:
    """Give what is turned as one piece of furniture for each run of words."""
    if pieces:
        text = " ".join(piece.text for piece in pieces)
        yield _furniture(replace(make_line(pieces), text=text), page)
