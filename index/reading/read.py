"""Read sources into articles: files, folders, addresses on the web, and what is at hand."""

import hashlib
import logging
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from index.article import Article, Paragraph, canonical, is_url
from index.errors import SourceError
from index.reading.assemble import assemble
from index.reading.find import UnreadableError, find_files
from index.reading.formats import detect
from index.reading.formats.document import NOTHING, Document, Metadata

log = logging.getLogger(__name__)

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. An article is far smaller; a disk image or a log is not an article."""
_HEADLINE = re.compile(r".{8,150}[^\s.!,;:…]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_TWO_LETTERS = re.compile(r"[^\W_][\W_]*[^\W_]")
"""What is less than that is no article."""
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file that is at hand: standard input, or an upload."""

    name: str
    data: bytes
    source: str = ""
    """Instead of the name, where that leads to no file of anybody's."""


Source = Path | str | Blob
"""A file or folder; its path or a URL as a string; or a file that is at hand."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How sources are read."""

    about: Metadata = NOTHING
    """Goes before what an article says about itself."""
    glob: str | None = None
    """Which files of folders are read; see `find_files`."""
    public_only: bool = False
    """Fetch nothing from private and local addresses."""


AS_FOUND = Reading()


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where documents come from, and what they are called when they say nothing themselves."""

    name: str
    """In errors."""
    identity: str
    """Makes their ids unique."""
    stem: str
    source: str
    path: str = ""
    at_hand: bool = False
    """They have no place: another text of the name is the next version of one."""


def find_sources(
    sources: Sequence[Source], glob: str | None, passed_over: Counter[str] | None = None
) -> list[Source | SourceError]:
    """Give what there is to read, one by one: all files, then URLs and what is at hand."""
    others = [s for s in sources if isinstance(s, Blob) or (isinstance(s, str) and is_url(s))]
    paths = [Path(s) for s in sources if not isinstance(s, Blob) and s not in others]
    return [*find_files(paths, glob, passed_over), *others]


def read_source(source: Source, reading: Reading) -> Iterator[Article | SourceError]:
    """Give the articles of a file, a URL, or what is at hand; errors are among what is given."""
    try:
        if isinstance(source, Blob):
            yield from _read_blob(source, reading)
        elif isinstance(source, str) and is_url(source):
            yield from _read_url(source, reading)
        else:
            yield from _read_file(Path(source), reading)
    except SourceError as error:
        yield error


def read_article(path: Path) -> Article:
    """Read one file.

    Returns:
        The article with its canonical text; its id follows from the file's place, so that a
        changed file replaces what was read from it before.

    Raises:
        SourceError: the file is empty, binary, too large, holds several articles or cannot be read.
    """
    found = list(read_source(path, AS_FOUND))
    for article in found:
        if isinstance(article, SourceError):
            raise article
        if len(found) == 1:
            return article
    raise SourceError(f"{path} holds several articles", "give files of one article each")


def _read_file(path: Path, reading: Reading) -> Iterator[Article | SourceError]:
    try:
        if not path.is_file():
            raise SourceError(f"{path} is not a file", "give files, or folders of them")
        if path.stat().st_size > LARGEST_FILE:
            raise SourceError(
                f"{path} is larger than {LARGEST_FILE // 2**20} MB", "split it into articles"
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(path, error) from error
    place = path.resolve()
    origin = _Origin(
        name=str(path),
        identity=str(place),
        stem=path.stem or path.name,
        # The path as it was given: it tells those who ask no more of the machine than need be.
        # A name that is not UTF-8 leads to its file, but can neither be stored nor sent.
        source=os.fsencode(path).decode("utf-8", "replace"),
        path=os.fsencode(place).decode("utf-8", "replace"),
    )
    documents = detect.read(data, str(path), path.suffix.lower())
    yield from _articles(documents, origin, reading.about)


def _read_url(url: str, reading: Reading) -> Iterator[Article | SourceError]:
    from index.reading.fetch import fetch

    page = fetch(url, public_only=reading.public_only)
    parts = urlsplit(page.url)
    name = next(filter(None, reversed(parts.path.split("/"))), parts.hostname or "page")
    address = url.partition("#")[0]
    origin = _Origin(url, address, name, address)
    documents = detect.read(page.data, url, PurePath(name).suffix.lower(), page.charset)
    yield from _articles(documents, origin, reading.about)


def _read_blob(blob: Blob, reading: Reading) -> Iterator[Article | SourceError]:
    suffix = PurePath(blob.name).suffix.lower()
    if len(blob.data) > LARGEST_FILE:
        limit = LARGEST_FILE // 2**20
        raise SourceError(f"{blob.name} is larger than {limit} MB", "split it into articles")
    source = blob.source or blob.name
    stem = PurePath(blob.name).stem or "article"
    name = f"the {blob.source}" if blob.source else blob.name
    origin = _Origin(name, blob.name, stem, source, at_hand=True)
    documents = detect.read(blob.data, name, suffix)
    yield from _articles(documents, origin, reading.about)


def _articles(
    documents: Iterator[Document | SourceError], origin: _Origin, given: Metadata
) -> Iterator[Article | SourceError]:
    empty = True
    for document in documents:
        empty = False
        if isinstance(document, SourceError):
            yield document
            continue
        text, layout = _text(document)
        if not text.strip():
            yield SourceError(f"{origin.name} is empty", "nothing to index in it")
        elif not _TWO_LETTERS.search(text):
            yield SourceError(f"{origin.name} has no words", "nothing to index")
        else:
            for warning in document.warnings:
                log.warning("%s: %s", origin.name, warning)
            yield replace(_article(document, text, origin, given), layout=layout)
    if empty:
        yield SourceError(f"{origin.name} is empty", "nothing to index in it")


def _text(document: Document) -> tuple[str, tuple[Paragraph, ...]]:
    """Give the canonical text, and its paragraphs where the document states them."""
    if document.blocks:
        return assemble(document.blocks)
    return canonical(document.text).replace("\0", "\N{REPLACEMENT CHARACTER}"), ()


def _article(document: Document, text: str, origin: _Origin, given: Metadata) -> Article:
    about = given.over(document.about)
    stated = about.title or _headline(text)
    title = canonical(" ".join((stated or "").split())) or _title_of(origin.stem)
    # Where a page was found is known better than where it says it is.
    is_page = is_url(origin.source) and not document.key
    source = given.source or (origin.source if is_page else about.source) or origin.source
    identity = origin.identity
    if origin.at_hand:
        identity = about.source or f"{identity}\0{title if stated else text}"
    if document.key:
        identity += f"\0{document.key}"
    return Article(
        id=_article_id(title if document.key else origin.stem, identity),
        title=title,
        source=canonical(source),
        text=text,
        published=about.published,
        author=about.author and canonical(about.author),
        language=about.language and canonical(about.language),
        path=origin.path,
    )


def _title_of(stem: str) -> str:
    return canonical(re.sub(r"[\s_-]+", " ", stem).strip() or stem)


def _article_id(name: str, identity: str) -> str:
    """Give a name that people can type, made unique by a hash of what it is."""
    slug = _SLUG.sub("-", name.lower()).strip("-")[:40].rstrip("-") or "article"
    return f"{slug}-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def _headline(text: str) -> str | None:
    """Give the first line where it is a heading: marked with `#`, or standing by itself."""
    first, *following = text.lstrip()[:1000].splitlines()[:2]
    heading = first.strip("# \t")
    if first.startswith("#"):
        return heading or None
    alone = len(following) == 1 and not following[0].strip()
    is_headline = _HEADLINE.fullmatch(heading) and len(_WORD.findall(heading)) >= 3
    return heading if alone and is_headline else None
