"""Books (EPUB): chapter by chapter, in the order in which they are read."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.errors import SourceError
from index.reading.formats.archive import check_marks, open_archive
from index.reading.formats.blocks import limit_text
from index.reading.formats.document import Block, Document, Metadata, parse_date
from index.reading.formats.fragment import read_tree
from index.reading.formats.markup import parse_xhtml, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

_FONT = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways to keep the fonts of a book from being copied; its text is not touched by them."""


def read(data: bytes, name: str) -> Iterator[Document]:
    """Give the book as one article with its chapters as sections.

    Raises:
        SourceError: the file is damaged or protected, or an archive that unpacks without end.
    """
    archive = open_archive(data, name)
    check_marks(archive, name)
    try:
        book = _Book(archive)
        if book.is_protected():
            raise SourceError(f"{name} is protected against copying", "give a copy that is not")
        blocks = tuple(limit_text(book.read_chapters(), name))
        about = book.read_about()
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - unpacking and parsing raise whatever they meet
        reason = str(error).split("\n")[0][:100] or type(error).__name__
        raise SourceError(f"{name} is a damaged book ({reason})", "get it again") from None
    yield Document(about=about, blocks=blocks, warnings=book.warnings)


class _Book:
    """A book's archive, with the list of what belongs to it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        container = parse_xml(archive.read("META-INF/container.xml"), forgiving=True)
        root = container.find(".//{*}rootfile")
        self._path = unquote("" if root is None else root.get("full-path", ""))
        self._package = parse_xml(archive.read(self._path), forgiving=True)
        self._items = {item.get("id"): item for item in self._package.iter("{*}item")}
        self._names = set(archive.namelist())
        self._unread = set(self._names)
        """Each chapter is read once, however often the book names it."""
        self._missing = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        plural = "s" * (self._missing != 1)
        return (f"{self._missing} missing chapter{plural} left out",) if self._missing else ()

    def is_protected(self) -> bool:
        if "META-INF/encryption.xml" not in self._names:
            return False
        protection = parse_xml(self._archive.read("META-INF/encryption.xml"), forgiving=True)
        methods = {
            m.get("Algorithm")
            for m in protection.iterfind(".//{*}EncryptedData/{*}EncryptionMethod")
        }
        return bool(methods - set(_FONT))

    def read_about(self) -> Metadata:
        def find(name: str) -> list[str]:
            found = self._package.iterfind(f".//{{http://purl.org/dc/elements/1.1/}}{name}")
            return [text for each in found if (text := " ".join((each.text or "").split()))]

        dates = [
            each.text
            for each in self._package.iterfind(".//{http://purl.org/dc/elements/1.1/}date")
            if each.get("{http://www.idpf.org/2007/opf}event") in (None, "publication")
        ]
        titles, languages = find("title"), find("language")
        return Metadata(
            title=titles[0] if titles else None,
            author=", ".join(find("creator")[:50]) or None,
            published=parse_date(dates[0]) if dates else None,
            language=languages[0].split("-")[0].lower() if languages else None,
        )

    def read_chapters(self) -> Iterator[Block]:
        labels = self._read_labels()
        for reference in self._package.iter("{*}itemref"):
            item = self._items.get(reference.get("idref"))
            if item is None or "nav" in (item.get("properties") or "").split():
                continue
            path = self._place(item.get("href", ""), self._path)
            if path not in self._unread:
                self._missing += path not in self._names
                continue
            self._unread.remove(path)
            tree = parse_xhtml(self._archive.read(path))
            body = tree.find("{*}body")
            blocks = read_tree(tree if body is None else body)
            if blocks and path in labels and all(b.kind != "heading" for b in blocks):
                yield Block(labels[path], "heading", 1)
            yield from blocks

    def _read_labels(self) -> dict[str, str]:
        """Give what the table of contents calls each file: its first entry there."""
        labels: dict[str, str] = {}
        read: set[str] = set()
        for item in self._items.values():
            is_nav = "nav" in (item.get("properties") or "").split()
            if not is_nav and item.get("media-type") != "application/x-dtbncx+xml":
                continue
            path = self._place(item.get("href", ""), self._path)
            if path in read or path not in self._names:
                continue
            read.add(path)
            tree = parse_xhtml(self._archive.read(path))
            for label, target in _entries(tree):
                labels.setdefault(self._place(target, path), label)
        return labels

    @staticmethod
    def _place(address: str, base: str) -> str:
        path = unquote(address.partition("#")[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))


def _entries(tree: "_Element") -> Iterator[tuple[str, str]]:
    """Give the entries of a table of contents: what each says, and where it leads."""
    for point in tree.iter("{*}navPoint"):
        label, content = point.find("{*}navLabel/{*}text"), point.find("{*}content")
        if label is not None and content is not None and label.text:
            yield " ".join(label.text.split()), content.get("src", "")
    for link in tree.iter("{http://www.w3.org/1999/xhtml}a"):
        if link.get("href") and (text := " ".join("".join(map(str, link.itertext())).split())):
            yield text, link.get("href", "")
