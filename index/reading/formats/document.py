"""What a format gives: a text, or its blocks, and what it says about itself."""

import re
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from functools import lru_cache

from index.article import Kind


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article; None where it is not known."""

    title: str | None = None
    author: str | None = None
    published: date | None = None
    source: str | None = None
    """Where it was first published: an address, or a name such as "Reuters"."""
    language: str | None = None

    def over(self, other: "Metadata") -> "Metadata":
        """Give these values, and the other's where this one has none."""
        return Metadata(
            self.title or other.title,
            self.author or other.author,
            self.published or other.published,
            self.source or other.source,
            self.language or other.language,
        )


NOTHING = Metadata()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document whose structure its file states: a paragraph, a heading, a row."""

    text: str
    """On one line, but for code; white space around it does not count."""
    kind: Kind = "body"
    level: int = 0
    """Of a heading, from 1; 0 where there are no levels."""
    page: int = 0
    """From 1, never less than that of the block before; 0 where there are no pages."""


@dataclass(frozen=True, slots=True)
class Document:
    """An article as its file has it: its blocks, or a text in which they are to be found.

    A form feed in a text ends a page; blocks have the numbers of theirs.
    """

    text: str = ""
    about: Metadata = NOTHING
    key: str = ""
    """Tells the articles of one file apart."""
    blocks: tuple[Block, ...] = ()
    """Where there are any, the text is theirs."""
    doubt: str = ""
    """What it is in place of an article: "asks to accept cookies"; it is only read on demand."""
    warnings: tuple[str, ...] = ()
    """What whoever indexes it should know: what was left out, or looks wrong."""
    excerpt: bool = False
    """Whether the page that it names as its source may have more of it."""
    member: str = ""
    """Its path within the file, where that is an archive, or a mail that it is attached to."""

    def __post_init__(self) -> None:
        """Give a document of blocks their text, apart by empty lines."""
        if self.blocks:
            object.__setattr__(self, "text", "\n\n".join(block.text for block in self.blocks))


_YEAR_FIRST = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)|"
    r"(\d{4})(?:\s*[-/.年]\s*|\s+)(\d{1,2})(?:\s*[-/.月]\s*|\s+)(\d{1,2})(?!\d)"
)
_STRICT = re.compile(rf"{_YEAR_FIRST.pattern}|\d{{4}}-?W\d")
_NO_YEAR = re.compile(r"[-+]\d|.*(?<![.\d])\d{5}", re.DOTALL)
"""A year before the first one, or one that has more digits than the calendar."""
_SINCE_1970 = re.compile(r"\d{10}|\d{13}")
_IN_FULL = re.compile(r"(?=.*\d{4})(?:.*(?<!\d)\d\d?(?!\d)|\d{10})", re.DOTALL)
"""A year and a day: what leaves one of them out is not worth looking up."""
_LONGEST_DATE = 100
"""Characters."""


def parse_date(value: object) -> date | None:
    """Give the day that a text states in full; None for anything less or else.

    A day that is not in the calendar is none, and so is one that two readers would read
    differently: 5/4/2017 is in April or in May, 13/4/2017 is not.
    """
    text = _spell(value)
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        if match := _YEAR_FIRST.match(text):
            return date(*map(int, filter(None, match.groups())))
        return parsedate_to_datetime(text).date()
    except (ValueError, OverflowError):
        pass
    if _NO_YEAR.match(text) and not _SINCE_1970.fullmatch(text):
        return None
    if not _IN_FULL.match(text) or len(text) > 60 or _STRICT.match(text):
        return None
    return _parse_in_words(text)


@lru_cache(maxsize=1000)
def _parse_in_words(text: str) -> date | None:
    """Read a date in any language, which takes a tenth of a second where it is in none."""
    import dateparser

    strict = {"STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False}
    read = [dateparser.parse(text, settings=strict | {"DATE_ORDER": o}) for o in ("DMY", "MDY")]
    days = {found.date() if found else None for found in read}
    return days.pop() if len(days) == 1 else None


def _spell(value: object) -> str:
    """Write a value out; a number with too many digits is as little a date as a list is."""
    try:
        return str(value).strip() if isinstance(value, (str, int, float, date)) else ""
    except ValueError:
        return ""
