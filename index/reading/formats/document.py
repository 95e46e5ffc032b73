"""What a format gives: a text, or its blocks, and what it says about itself."""

import re
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime

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
    """Go before the text, which is not looked at where there are any."""
    warnings: tuple[str, ...] = ()
    """What whoever indexes it should know: what was left out, or looks wrong."""


_YEAR_FIRST = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)|"
    r"(\d{4})(?:\s*[-/.年]\s*|\s+)(\d{1,2})(?:\s*[-/.月]\s*|\s+)(\d{1,2})(?!\d)"
)
_STRICT = re.compile(rf"{_YEAR_FIRST.pattern}|\d{{4}}-?W\d")


def parse_date(value: object) -> date | None:
    """Give the day that a text states in full; None for anything less or else.

    A day that is not in the calendar is none, and so is one that two readers would read
    differently: 5/4/2017 is in April or in May, 13/4/2017 is not.
    """
    text = str(value or "").strip()
    try:
        if match := _YEAR_FIRST.match(text):
            return date(*map(int, filter(None, match.groups())))
        return parsedate_to_datetime(text).date()
    except ValueError:
        pass
    if not re.search(r"\d{4}", text) or len(text) > 60 or _STRICT.match(text):
        return None
    import dateparser

    strict = {"STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False}
    read = [dateparser.parse(text, settings=strict | {"DATE_ORDER": o}) for o in ("DMY", "MDY")]
    days = {found.date() if found else None for found in read}
    return days.pop() if len(days) == 1 else None
