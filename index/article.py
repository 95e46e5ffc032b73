"""What the index holds: articles, their paragraphs, passages and sentences.

Every offset is a code point offset into `Article.text`, half open `[start, end)`.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

Kind = Literal["body", "heading", "item", "caption", "code", "table", "question", "furniture"]
"""What a paragraph is. Furniture stays in the text and is never quoted; a heading or a question
says what follows it is about, and is no answer itself."""
KINDS: tuple[Kind, ...] = get_args(Kind)
SEPARATOR = " › "
"""Between a title, a heading, and the heading below it."""
HEADINGS: frozenset[Kind] = frozenset({"heading", "question"})
"""What goes before the passages below it, as the title goes before all of them."""


@dataclass(frozen=True, slots=True)
class Article:
    """One document. `text` is canonical (NFC) and never altered after it is stored."""

    id: str
    title: str
    source: str
    """Path or URL that it was read from."""
    text: str
    published: date | None = None
    """Publication date where the article states one; no date is better than a wrong one."""
    author: str | None = None
    language: str | None = None
    """ISO 639 code, such as "en"."""
    path: str = ""
    """Absolute path of the file that it was read from, to notice when that is gone; not shown."""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    """What was left out of it as it was read, or looks wrong, a sentence each."""
    excerpt: bool = field(default=False, compare=False, repr=False)
    """Whether the page at its source may have more of it; set only while it is read."""
    layout: tuple["Paragraph", ...] = field(default=(), compare=False, repr=False)
    """Its paragraphs as the file states them; empty where they are to be found in the text.
    Set only between reading and splitting: what is stored has them in its `ParsedArticle`."""

    def page(self, offset: int) -> int | None:
        """Give the page that an offset is on, from 1; None where the text has no pages.

        A form feed in the text ends a page.
        """
        return self.text.count("\f", 0, offset) + 1 if "\f" in self.text else None

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of the text, and what it is."""

    number: int
    """From 1, furniture counted too, so that a number leads to a place in the text."""
    start: int
    end: int
    kind: Kind
    level: int = 0
    """Of a heading, or of a question that is one: 1 is the highest; 0 is not known."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is scored."""

    start: int
    end: int
    paragraph: int
    """Number of its paragraph."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A long paragraph, or short neighbouring ones joined: what a sentence is read in."""

    start: int
    end: int
    sentences: tuple[Sentence, ...]
    section: str = ""
    """The headings that it stands under, "Returns › Refunds"."""


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """An article with its structure, as `index/reading/` found it."""

    article: Article
    paragraphs: tuple[Paragraph, ...]
    passages: tuple[Passage, ...] = field(default=())

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(s for passage in self.passages for s in passage.sentences)


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """A line of the list of articles."""

    id: str
    title: str
    source: str
    published: date | None
    sentences: int
    added: str
    """When it was indexed, ISO 8601 in UTC."""


def canonical(text: str) -> str:
    """Give the one form in which a text is stored and cited: NFC, without lone surrogates."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()


def head(title: str, section: str) -> str:
    """Give what goes before a passage where it is searched and read: what it is about."""
    return f"{title}{SEPARATOR}{section}" if section else title


def is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def without_credentials(source: str) -> str:
    """Give an address without the name and the password in it; all else as it is."""
    if not is_url(source):
        return source
    scheme, _, rest = source.partition("//")
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return f"{scheme}//{rest[:end].rpartition('@')[2]}{rest[end:]}"
