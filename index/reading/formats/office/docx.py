"""Word documents (DOCX)."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.reading.formats.archive import check_marks, open_archive
from index.reading.formats.blocks import count_left_out, first_heading, limit_text
from index.reading.formats.document import Block, Document, Metadata
from index.reading.formats.office.styles import Styles, W
from index.reading.formats.office.text import AcceptedText

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

MOST_BLOCKS = 200_000
"""Paragraphs and cells, empty ones too: a book has some ten thousand."""
_NOTES = {"footnotes": "footnoteReference", "endnotes": "endnoteReference"}


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the document as it is read with its tracked changes accepted and its comments hidden.

    Raises:
        SourceError: the file is damaged, or an archive that unpacks without end.
    """
    with open_archive(data, name) as archive:
        check_marks(archive, name)
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        if _count_blocks(document) > MOST_BLOCKS:
            what = f"{name} has more than {MOST_BLOCKS:,} paragraphs and cells"
            raise SourceError(what, "give the article alone")
        found, warnings = _read_blocks(document)
        blocks = tuple(limit_text(found, name))
        about = document.core_properties
        title, author, language = about.title, about.author, about.language
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - python-docx raises whatever a damaged file leads to
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(
            f"{name} is a damaged Word document ({reason})", "save it again as DOCX"
        ) from None
    if author == "python-docx":
        author = ""
    yield Document(
        about=Metadata(
            title=" ".join(title.split()) or first_heading(blocks),
            author=" ".join(author.split()) or None,
            language=language.split("-")[0].lower() or None,
        ),
        blocks=blocks,
        warnings=warnings,
    )


def _count_blocks(document: "WordDocument") -> int:
    found = document.element.body.iter(f"{W}p", f"{W}tc")
    return sum(1 for _ in islice(found, MOST_BLOCKS + 1))


def _read_blocks(document: "WordDocument") -> tuple[list[Block], tuple[str, ...]]:
    from docx.oxml import parse_xml

    related = {
        relation.reltype.rpartition("/")[2]: parse_xml(relation.target_part.blob)
        for relation in document.part.rels.values()
        if not relation.is_external and relation.reltype.endswith((*_NOTES, "/comments"))
    }
    notes: dict[tuple[str, str], _Element] = {
        (reference, note.get(f"{W}id", "")): note
        for kind, reference in _NOTES.items()
        if kind in related
        for note in related[kind]
    }
    text = AcceptedText(document.element.body, Styles(document.styles.element), notes)
    blocks = text.read()
    comments = len(related["comments"]) if "comments" in related else 0
    warnings = count_left_out({"comment": comments} | text.left_out)
    if text.changes:
        plural = "s" * (text.changes != 1)
        warnings += (f"{text.changes:,} tracked change{plural} read as accepted",)
    return blocks, warnings
