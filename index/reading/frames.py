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

from index.article import Article, Paragraph, ParsedArticle, Passage, Sentence
from index.errors import SourceError
from index.reading.formats.document import NOTHING, Metadata
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
_ARTICLE = tuple(f.name for f in fields(Article) if f.name not in ("text", "published"))


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
    return json.dumps([origin, file.suffix, file.charset, stated, task.known]).encode()


def unpack_task(header: bytes, data: bytes) -> Task:
    origin, suffix, charset, (title, author, published, *rest), known = json.loads(header)
    about = Metadata(title, author, _date(published), *rest)
    return Task(File(Origin(*origin), data, suffix, charset), about, known)


def pack_item(item: Item) -> bytes:
    if isinstance(item, SourceError):
        return ERROR + json.dumps([item.what, item.remedy]).encode()
    article = item.article if isinstance(item, ParsedArticle) else item
    about = [getattr(article, name) for name in _ARTICLE]
    header = json.dumps([_day(article.published), *about]).encode()
    text = article.text.encode()
    structure = array("I", _numbers(item) if isinstance(item, ParsedArticle) else ())
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
        what, remedy = json.loads(bytes(view))
        return SourceError(str(what), str(remedy))
    first, second = (int.from_bytes(view[at : at + _SIZE], "big") for at in (0, _SIZE))
    start = 2 * _SIZE
    day, *about = json.loads(bytes(view[start : start + first]))
    text = str(view[start + first : start + first + second], "utf-8")
    stated = dict(zip(_ARTICLE, about, strict=True))
    article = Article(text=text, published=_date(day), **stated)
    structure = array("I")
    structure.frombytes(view[start + first + second :])
    if not structure:
        return article
    if max(structure) > len(text):
        raise ValueError("a place beyond the text")
    return _parsed(article, iter(structure))


def _numbers(parsed: ParsedArticle) -> Iterator[int]:
    """Give the structure in a row; nothing in it is larger than the text is long."""
    yield len(parsed.paragraphs)
    for paragraph in parsed.paragraphs:
        yield from (paragraph.start, paragraph.end, paragraph.kind == "body")
    for passage in parsed.passages:
        yield from (passage.start, passage.end, len(passage.sentences))
        yield from chain.from_iterable((s.start, s.end, s.paragraph) for s in passage.sentences)


def _parsed(article: Article, numbers: Iterator[int]) -> ParsedArticle:
    three = zip(numbers, numbers, numbers, strict=False)  # what follows in threes
    paragraphs = [
        Paragraph(number, start, end, "body" if body else "furniture")
        for number, (start, end, body) in zip(range(1, next(numbers) + 1), three, strict=False)
    ]
    passages = [
        Passage(
            start,
            end,
            tuple(Sentence(*place) for _, place in zip(range(count), three, strict=False)),
        )
        for start, end, count in three
    ]
    return ParsedArticle(article, tuple(paragraphs), tuple(passages))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
