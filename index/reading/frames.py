"""What the process that reads is told and tells: messages of bytes, in no form that runs code.

A file is two messages: what is known of it (JSON), and its bytes. The reply is one message for
each article, error and line of the log, the first byte telling which. What stands in an article
travels as text and numbers: one that is long must not hold up the others of a server, as a call
that decodes JSON of its size would.
"""

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import chain

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
_ARTICLE = tuple(f.name for f in fields(Article) if f.name not in ("text", "published", "layout"))


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
    sections: list[str] = []
    structure = array("I")
    if isinstance(item, ParsedArticle):
        sections = list(dict.fromkeys(passage.section for passage in item.passages))
        structure.extend(_numbers(item, sections))
    header = json.dumps([_day(article.published), sections, *about]).encode()
    text = article.text.encode()
    sizes = (len(header), len(text))
    packed = b"".join(size.to_bytes(_SIZE, "big") for size in sizes)
    return b"".join((ARTICLE, packed, header, text, structure.tobytes()))


def unpack_item(message: bytes) -> Item:
    """Give what was packed.

    Raises:
        ValueError, TypeError, LookupError: it was not packed here.
    """
    view = memoryview(message)[1:]
    if message[:1] == ERROR:
        what, remedy, link = json.loads(bytes(view))
        return _unpack_link(str(what), str(remedy), link)
    first, second = (int.from_bytes(view[at : at + _SIZE], "big") for at in (0, _SIZE))
    start = 2 * _SIZE
    day, sections, *about = json.loads(bytes(view[start : start + first]))
    text = str(view[start + first : start + first + second], "utf-8")
    stated = dict(zip(_ARTICLE, about, strict=True))
    stated["warnings"] = tuple(map(str, stated["warnings"]))
    article = Article(text=text, published=_date(day), **stated)
    structure = array("I")
    structure.frombytes(view[start + first + second :])
    if not structure:
        return article
    return _parsed(article, sections, iter(structure))


def _numbers(parsed: ParsedArticle, sections: list[str]) -> Iterator[int]:
    """Give the structure in a row."""
    numbered = {section: number for number, section in enumerate(sections)}
    yield len(parsed.paragraphs)
    for paragraph in parsed.paragraphs:
        yield from (paragraph.start, paragraph.end, KINDS.index(paragraph.kind), paragraph.level)
    for passage in parsed.passages:
        yield from (passage.start, passage.end, numbered[passage.section], len(passage.sentences))
        yield from chain.from_iterable((s.start, s.end, s.paragraph) for s in passage.sentences)


def _parsed(article: Article, sections: list[str], numbers: Iterator[int]) -> ParsedArticle:
    three = zip(numbers, numbers, numbers, strict=False)
    four = zip(numbers, numbers, numbers, numbers, strict=False)
    paragraphs = [
        Paragraph(number, start, end, KINDS[kind], level)
        for number, (start, end, kind, level) in zip(
            range(1, next(numbers) + 1), four, strict=False
        )
    ]
    passages = [
        Passage(
            start,
            end,
            tuple(Sentence(*place) for _, place in zip(range(count), three, strict=False)),
            sections[section],
        )
        for start, end, section, count in four
    ]
    parsed = ParsedArticle(article, tuple(paragraphs), tuple(passages))
    places = (each.end for part in (parsed.paragraphs, parsed.passages) for each in part)
    if max(places, default=0) > len(article.text):
        raise ValueError("a place beyond the text")
    return parsed


def _pack_link(error: SourceError) -> list[str | None] | None:
    """Give what a feed says about an entry of which only its page has text."""
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
