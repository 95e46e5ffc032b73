"""Read sources into articles: files, folders, addresses on the web, and what is at hand."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from index.article import Article, Paragraph, canonical, is_url, without_credentials
from index.errors import SourceError
from index.reading.assemble import assemble
from index.reading.border import blame
from index.reading.find import UnreadableError, find_files
from index.reading.formats import detect
from index.reading.formats.document import NOTHING, Document, Metadata

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. An article is far smaller; a disk image or a log is not an article."""
LONGEST_LABEL = 500
"""Characters of a title, an author, a language."""
LONGEST_SOURCE = 2000
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
    follow_links: bool = False
    """Read what links in folders lead to outside of them."""
    public_only: bool = False
    """Fetch nothing from private and local addresses."""
    force: bool = False
    """Read also what seems to be no article, such as a page that asks to accept cookies."""
    follow: bool = False
    """Fetch the pages of which a feed has only teasers."""


AS_FOUND = Reading()


@dataclass(frozen=True, slots=True)
class Origin:
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

    @property
    def article_id(self) -> str:
        """Id of the article, where there is but one, and it has a place."""
        return _article_id(self.stem, self.identity)


@dataclass(frozen=True, slots=True)
class File:
    """What a source has given; nothing of it has been looked at yet."""

    origin: Origin
    data: bytes
    suffix: str = ""
    """With its dot, in lower case."""
    charset: str | None = None
    """What the server that sent it said."""
    force: bool = False
    """Read it also where it seems to be no article."""


def find_sources(
    sources: Sequence[Source], reading: "Reading", passed_over: Counter[str] | None = None
) -> list[Source | SourceError]:
    """Give what there is to read, one by one: all files, then URLs and what is at hand."""
    others = [s for s in sources if isinstance(s, Blob) or (isinstance(s, str) and is_url(s))]
    paths = [Path(s) for s in sources if not isinstance(s, Blob) and s not in others]
    return [
        *find_files(paths, reading.glob, passed_over, follow_links=reading.follow_links),
        *others,
    ]


def read_source(source: Source, reading: Reading) -> Iterator[Article | SourceError]:
    """Give the articles of a file, a URL, or what is at hand; errors are among what is given.

    All in this process: what a stranger has written is read in one of its own, see `reader.py`.
    """
    try:
        yield from read_file(load(source, reading), reading.about)
    except SourceError as error:
        yield error
    except Exception as error:  # noqa: BLE001 - here whatever a reader raises becomes the file's fault
        yield blame(name_of(source), error)


def name_of(source: Source) -> str:
    """Give what a source is called in errors."""
    return source.name if isinstance(source, Blob) else without_credentials(str(source))


def load(source: Source, reading: Reading) -> File:
    """Give the bytes of a file, a URL, or what is at hand, and what they are called.

    Raises:
        SourceError: it is too large, or cannot be had.
    """
    if isinstance(source, Blob):
        file = _load_blob(source)
    elif isinstance(source, str) and is_url(source):
        file = _load_url(source, reading)
    else:
        file = _load_path(Path(source))
    return replace(file, force=reading.force)


def read_file(file: File, about: Metadata = NOTHING) -> Iterator[Article | SourceError]:
    """Give the articles in the bytes of a file; the errors of single ones are among them.

    Args:
        file: what is read.
        about: goes before what an article says about itself.

    Raises:
        SourceError: it cannot be read.
    """
    origin = file.origin
    documents = detect.read(file.data, origin.name, file.suffix, file.charset)
    yield from _articles(documents, origin, about, force=file.force)


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


def _load_path(path: Path) -> File:
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
    origin = Origin(
        name=str(path),
        identity=str(place),
        stem=path.stem or path.name,
        # The path as it was given: it tells those who ask no more of the machine than need be.
        # A name that is not UTF-8 leads to its file, but can neither be stored nor sent.
        source=os.fsencode(path).decode("utf-8", "replace"),
        path=os.fsencode(place).decode("utf-8", "replace"),
    )
    return File(origin, data, path.suffix.lower())


def _load_url(url: str, reading: Reading) -> File:
    from index.reading.fetch import fetch

    page = fetch(url, public_only=reading.public_only)
    parts = urlsplit(page.url)
    name = next(filter(None, reversed(parts.path.split("/"))), parts.hostname or "page")
    address = without_credentials(url.partition("#")[0])
    origin = Origin(address, address, name, address)
    return File(origin, page.data, PurePath(name).suffix.lower(), page.charset)


def _load_blob(blob: Blob) -> File:
    suffix = PurePath(blob.name).suffix.lower()
    if len(blob.data) > LARGEST_FILE:
        limit = LARGEST_FILE // 2**20
        raise SourceError(f"{blob.name} is larger than {limit} MB", "split it into articles")
    source = blob.source or blob.name
    stem = PurePath(blob.name).stem or "article"
    name = f"the {blob.source}" if blob.source else blob.name
    origin = Origin(name, blob.name, stem, source, at_hand=True)
    return File(origin, blob.data, suffix)


def _articles(
    documents: Iterator[Document | SourceError], origin: Origin, given: Metadata, *, force: bool
) -> Iterator[Article | SourceError]:
    empty = True
    for document in documents:
        empty = False
        if isinstance(document, SourceError):
            yield document
            continue
        name = f"{document.member} in {origin.name}" if document.member else origin.name
        text, layout = _text(document)
        if document.doubt and not force:
            what = f"{name} is no article: it {document.doubt}"
            yield SourceError(what, "save the article itself, or index it with --force")
        elif not text.strip():
            yield SourceError(f"{name} is empty", "nothing to index in it")
        elif not _TWO_LETTERS.search(text):
            yield SourceError(f"{name} has no words", "nothing to index")
        else:
            yield replace(_article(document, text, origin, given), layout=layout)
    if empty:
        yield SourceError(f"{origin.name} is empty", "nothing to index in it")


def _text(document: Document) -> tuple[str, tuple[Paragraph, ...]]:
    """Give the canonical text, and its paragraphs where the document states them."""
    if document.blocks:
        return assemble(document.blocks)
    return _storable(document.text), ()


def _article(document: Document, text: str, origin: Origin, given: Metadata) -> Article:
    about = given.over(document.about)
    stated = _label(about.title or _headline(document, text))
    stem = PurePath(document.member).stem or origin.stem
    title = stated or _title_of(stem)
    # Where a page was found is known better than where it says it is.
    is_page = is_url(origin.source) and not document.key
    stated_source = _label(about.source, LONGEST_SOURCE)
    source = given.source or (origin.source if is_page else stated_source) or origin.source
    if document.member and source == origin.source and not is_url(source):
        source = f"{source}/{document.member}"
    identity = origin.identity
    if origin.at_hand:
        identity = about.source or f"{identity}\0{title if stated else text}"
    if document.key:
        identity += f"\0{document.key}"
    return Article(
        id=_article_id(title if document.key else origin.stem, identity),
        title=title,
        source=without_credentials(_storable(source)),
        text=text,
        published=about.published,
        author=_label(about.author) or None,
        language=_label(about.language) or None,
        path=origin.path,
        warnings=tuple(map(canonical, document.warnings)),
        excerpt=document.excerpt,
    )


def _storable(text: str) -> str:
    """Give the canonical form, without the one character that no database takes."""
    return canonical(text).replace("\0", "\N{REPLACEMENT CHARACTER}")


def _label(text: str | None, longest: int = LONGEST_LABEL) -> str:
    """Give what an article says of itself on one line, cut where it goes on without end.

    The title is read together with each sentence: a megabyte of it would be a megabyte a sentence.
    """
    return _storable(" ".join((text or "").lstrip()[: 2 * longest].split())[:longest].rstrip())


def _title_of(stem: str) -> str:
    return _storable(re.sub(r"[\s_-]+", " ", stem).strip() or stem)


def _article_id(name: str, identity: str) -> str:
    """Give a name that people can type, made unique by a hash of what it is."""
    slug = _SLUG.sub("-", name.lower()).strip("-")[:40].rstrip("-") or "article"
    return f"{slug}-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def _headline(document: Document, text: str) -> str | None:
    """Give the first line where it is a heading: marked with `#`, or standing by itself."""
    if document.blocks and document.blocks[0].kind != "body":
        return None  # a row of a table, or a heading that its format does not take for the title
    first, *following = text.lstrip()[:1000].splitlines()[:2]
    heading = first.strip("# \t")
    if first.startswith("#"):
        return heading or None
    alone = len(following) == 1 and not following[0].strip()
    is_headline = _HEADLINE.fullmatch(heading) and len(_WORD.findall(heading)) >= 3
    return heading if alone and is_headline else None
