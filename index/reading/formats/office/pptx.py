"""Presentations (PPTX): slide by slide, each with its title as a heading."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from index.errors import SourceError
from index.reading.formats.archive import check_marks, open_archive
from index.reading.formats.blocks import count_left_out, first_heading, limit_text
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

_DEEPEST = 20
"""Groups of shapes in each other."""
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_COMMENT = re.compile(rb"<(?:\w+:)?cm[\s>]")
_EDGES = frozenset({"DATE", "FOOTER", "SLIDE_NUMBER", "HEADER"})
"""Placeholders that say the same on every slide."""


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the slides, each a page, and what is said to them in notes.

    Raises:
        SourceError: the file is damaged, or an archive that unpacks without end.
    """
    with open_archive(data, name) as archive:
        check_marks(archive, name)
    import pptx

    left_out: Counter[str] = Counter()
    try:
        show = pptx.Presentation(io.BytesIO(data))
        slides = [_read_slide(slide, left_out) for slide in show.slides]
        about = _read_about(show)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - python-pptx raises whatever a damaged file leads to
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(
            f"{name} is a damaged presentation ({reason})", "save it again as PPTX"
        ) from None
    blocks = tuple(
        replace(block, page=number)
        for number, slide in enumerate(slides, 1)
        for block in limit_text(slide, name)
    )
    about = about.over(Metadata(title=first_heading(blocks)))
    yield Document(about=about, blocks=blocks, warnings=count_left_out(left_out))


def _read_about(show: "Presentation") -> Metadata:
    about = show.core_properties
    title, author = " ".join(about.title.split()), " ".join(about.author.split())
    return Metadata(
        # What the library and the program call a presentation that nobody has named.
        title=None if title in ("PowerPoint Presentation", "") else title,
        author=None if author in ("python-pptx", "Steve Canny", "") else author,
        language=about.language.split("-")[0].lower() or None,
    )


def _read_slide(slide: "Slide", left_out: Counter[str]) -> list[Block]:
    left_out["comment"] += _count_comments(slide)
    if slide.element.get("show") in ("0", "false"):
        left_out["hidden slide"] += 1
        return []
    title = slide.shapes.title
    heading = "" if title is None else " ".join(title.text_frame.text.split())
    blocks = [Block(heading, "heading", 1)] if heading else []
    shown = (each for each in slide.shapes if title is None or each.shape_id != title.shape_id)
    blocks += _read_shapes(shown, 0)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame):
        blocks += (Block(text) for text in map(_line, notes.paragraphs) if text)
    return blocks


def _read_shapes(shapes: "Iterable[Any]", depth: int) -> Iterator[Block]:
    for shape in shapes:
        if _is_edge(shape) or _is_hidden(shape):
            continue
        if hasattr(shape, "shapes"):
            if depth < _DEEPEST:
                yield from _read_shapes(shape.shapes, depth + 1)
        elif getattr(shape, "has_table", False):
            rows = [
                [_text(cell) for cell in row.iterchildren(f"{_DRAWING}tc")]
                for row in shape.table._tbl.iterchildren(f"{_DRAWING}tr")  # noqa: SLF001 - its rows look for each one anew
            ]
            named = shape.table.first_row or None
            yield from (Block(row, "table") for row in say_rows(rows, named=named))
        elif shape.has_text_frame:
            yield from _read_frame(shape)


def _read_frame(shape: Any) -> Iterator[Block]:
    """Give the paragraphs; those of a body of several, or at a level, are items of a list."""
    lines = [(text, p.level) for p in shape.text_frame.paragraphs if (text := _line(p))]
    listed = len(lines) > 1 and shape.is_placeholder
    for text, level in lines:
        yield Block(text, "item", level) if listed or level else Block(text)


def _line(paragraph: Any) -> str:
    """Give a paragraph's text: `text` of the library leaves out fields, such as a date."""
    return _text(paragraph._p)  # noqa: SLF001 - fields are in the element alone


def _text(whole: Any) -> str:
    pieces = []
    for element in whole.iter():
        if element.tag == f"{_DRAWING}t":
            pieces.append(element.text or "")
        elif element.tag in (f"{_DRAWING}br", f"{_DRAWING}p"):
            pieces.append(" ")
    return " ".join("".join(pieces).split())


def _is_edge(shape: Any) -> bool:
    return shape.is_placeholder and shape.placeholder_format.type.name in _EDGES


def _is_hidden(shape: Any) -> bool:
    return any(
        each.get("hidden") in ("1", "true") and each.get("id") == str(shape.shape_id)
        for each in shape.element.iter("{*}cNvPr")
    )


def _count_comments(slide: "Slide") -> int:
    parts = (r.target_part for r in slide.part.rels.values() if not r.is_external)
    return sum(
        len(_COMMENT.findall(part.blob)) for part in parts if "comments" in str(part.partname)
    )
