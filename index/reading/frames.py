"""What the process that reads is told and tells: messages of bytes, in no form that runs code.

A file is two messages: what is known of it (JSON), and its bytes. The reply is one message for
each article, error and line of the log, the first byte telling which. What stands in an article
travels as text and numbers: one that is long must not hold up the others of a server, as a call
that decodes JSON of its size would.
"""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import accumulate, chain, islice, pairwise

from index.article import KINDS, Article, Paragraph, ParsedArticle, Passage, Sentence
from index.errors import SourceError
from index.reading.formats.document import NOTHING, Metadata
from index.reading.formats.feed import NoTextError
from index.reading.read import File, Origin

BEGUN = b"b"
"""The file has come; from here on its time counts."""
ARTICLE = b"a"
ERROR = b"e"
LOG = b"l"
DONE = b"d"
LAST = b"z"
"""Done, and the process ends."""
_SIZE = 4
_ORIGIN = tuple(each.name for each in fields(Origin))
_APART = ("text", "published", "layout")
"""The text goes as it is, a day as its name; the layout has become the structure."""
_ARTICLE = tuple(f.name for f in fields(Article) if f.name not in _APART)
_BETWEEN = "\n"
"""Sections; each is on one line."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file that is to be read."""

    file: File
    about: Metadata = NOTHING
    known: dict[str, str] = field(default_factory=dict)
    """`content_sha256` by id; an article that has not changed is not split."""


Item = Article | ParsedArticle | SourceError
"""What is read: an article with its structure, or without it where it is known."""


def pack_task(task: Task) -> bytes:
    """Give everything but the bytes of the file."""
    file, about = task.file, task.about
    origin = [getattr(file.origin, name) for name in _ORIGIN]
    stated = [about.title, about.author, _day(about.published), about.source, about.language]
    how = [file.suffix, file.charset, file.force]
    return json.dumps([origin, how, stated, task.known]).encode()


def unpack_task(header: bytes, data: bytes) -> Task:
    origin, how, (title, author, published, *rest), known = json.loads(header)
    about = Metadata(title, author, _date(published), *rest)
    return Task(File(Origin(*origin), data, *how), about, known)


def pack_item(item: Item) -> bytes:
    if isinstance(item, SourceError):
        return ERROR + json.dumps([item.what, item.remedy, _pack_link(item)]).encode()
    article = item.article if isinstance(item, ParsedArticle) else item
    about = [getattr(article, name) for name in _ARTICLE]
    header = json.dumps([_day(article.published), *about]).encode()
    text = article.text.encode()
    parsed = item if isinstance(item, ParsedArticle) else None
    sections = _BETWEEN.join(p.section for p in parsed.passages).encode() if parsed else b""
    kinds = bytes(chain.from_iterable(map(_pack_kind, parsed.paragraphs if parsed else ())))
    structure = array("I", _numbers(parsed) if parsed else ())
    sizes = (len(header), len(text), len(sections), len(kinds))
    packed = b"".join(size.to_bytes(_SIZE, "big") for size in sizes)
    return b"".join((ARTICLE, packed, header, text, sections, kinds, structure.tobytes()))


def unpack_item(message: bytes) -> Item:
    """Give what was packed.

    Raises:
        ValueError, TypeError, LookupError: it was not packed here.
    """
    view = memoryview(message)[1:]
    if message[:1] == ERROR:
        what, remedy, link = json.loads(bytes(view))
        return _unpack_link(str(what), str(remedy), link)
    sizes = [int.from_bytes(view[at : at + _SIZE], "big") for at in range(0, 4 * _SIZE, _SIZE)]
    ends = list(accumulate(sizes, initial=4 * _SIZE))
    header, raw, sections, kinds = (view[start:end] for start, end in pairwise(ends))
    day, *about = json.loads(bytes(header))
    text = str(raw, "utf-8")
    stated = dict(zip(_ARTICLE, about, strict=True))
    stated["warnings"] = tuple(map(str, stated["warnings"]))
    article = Article(text=text, published=_date(day), **stated)
    structure = array("I")
    structure.frombytes(view[ends[-1] :])
    if not structure:
        return article
    if max(structure) > len(text):
        raise ValueError("a place beyond the text")
    named = str(sections, "utf-8").split(_BETWEEN)
    return _parsed(article, iter(structure), bytes(kinds), named)


def _numbers(parsed: ParsedArticle) -> Iterator[int]:
    """Give the structure in a row; nothing in it is larger than the text is long."""
    yield len(parsed.paragraphs)
    for paragraph in parsed.paragraphs:
        yield from (paragraph.start, paragraph.end, paragraph.number)
    for passage in parsed.passages:
        yield from (passage.start, passage.end, len(passage.sentences))
        yield from chain.from_iterable((s.start, s.end, s.paragraph) for s in passage.sentences)


def _pack_kind(paragraph: Paragraph) -> tuple[int, int]:
    return KINDS.index(paragraph.kind), min(paragraph.level, 255)


def _parsed(
    article: Article, numbers: Iterator[int], kinds: bytes, sections: Sequence[str]
) -> ParsedArticle:
    count = next(numbers)
    three = zip(numbers, numbers, numbers, strict=False)  # what follows in threes
    paragraphs = [
        Paragraph(number, start, end, KINDS[kind], level)
        for (start, end, number), kind, level in zip(
            islice(three, count), kinds[::2], kinds[1::2], strict=True
        )
    ]
    passages = [
        Passage(
            start,
            end,
            tuple(Sentence(*place) for place in islice(three, count)),
            section,
        )
        for section, (start, end, count) in zip(sections, three, strict=False)
    ]
    return ParsedArticle(article, tuple(paragraphs), tuple(passages))


def _pack_link(error: SourceError) -> list[str | None] | None:
    if not isinstance(error, NoTextError):
        return None
    about = error.about
    return [error.link, about.title, about.author, _day(about.published), about.language]


def _unpack_link(what: str, remedy: str, link: list[str | None] | None) -> SourceError:
    if link is None:
        return SourceError(what, remedy)
    address, title, author, day, language = link
    about = Metadata(title, author, _date(day), None, language)
    return NoTextError(what, remedy, address or "", about)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
