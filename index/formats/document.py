"""What a format gives: a text and what it says about itself."""

import re
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime


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
class Document:
    """An article as its file has it. A form feed in the text ends a page."""

    text: str
    about: Metadata = NOTHING
    key: str = ""
    """Tells the articles of one file apart."""


_ISO = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)")


def parse_date(value: object) -> date | None:
    """Give the day that a text states in full; None for anything less or else."""
    text = str(value or "").strip()
    try:
        if match := _ISO.match(text):
            return date(*map(int, match.groups()))
        return parsedate_to_datetime(text).date()
    except ValueError:
        pass
    if not re.search(r"\d{4}", text) or len(text) > 60:
        return None
    import dateparser

    strict = {"STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False}
    found = dateparser.parse(text, settings=strict)
    return found.date() if found else None
