"""RSS and Atom feeds: an article for each entry."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from index.errors import SourceError
from index.reading.border import LONGEST_REASON, blame, describe
from index.reading.formats.document import Block, Document, Metadata, parse_date
from index.reading.formats.fragment import join_lines, read_fragment

MOST_AUTHORS = 50
_MORE = re.compile(
    r"(?:^|(?<=[.?!…\])»”\"]))[ \[(]*"
    r"(?:read more|continue reading|read on|more|weiterlesen)[^\w]*$",
    re.IGNORECASE,
)


class NoTextError(SourceError):
    """An entry of a feed has no text; its page may have one."""

    def __init__(self, what: str, remedy: str, link: str, about: Metadata) -> None:
        super().__init__(what, remedy)
        self.link = link
        self.about = about


def read(text: str, name: str) -> Iterator[Document | SourceError]:
    """Give the entries with the text that the feed has of them; an empty one is an error.

    Args:
        text: from the element of the feed on, so that its encoding need not be told.
        name: what it is called in errors.

    Raises:
        SourceError: it is no feed, or has no entries.
    """
    import feedparser

    data = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        feed = feedparser.parse(data, resolve_relative_uris=False, sanitize_html=False)
    except Exception as error:
        what = f"{name} is a damaged feed ({describe(error)})"
        raise SourceError(what, "give another feed") from error
    if not feed.entries:
        reason = "is a damaged feed" if feed.bozo else "is a feed without entries"
        raise SourceError(f"{name} {reason}", "give another feed")
    language = (feed.feed.get("language") or "").split("-")[0].lower() or None
    for number, entry in enumerate(feed.entries, 1):
        try:
            yield _read_entry(entry, number, name, language)
        except Exception as error:  # noqa: BLE001 - one entry, whatever is in it, costs no other
            yield blame(f"the entry {number} of {name}", error)


def _read_entry(entry: Any, number: int, name: str, language: str | None) -> Document | SourceError:
    full = "\n\n".join(part.get("value") or "" for part in entry.get("content", ()))
    blocks = _without_more(read_fragment(full or entry.get("summary") or ""))
    link = entry.get("link") or None
    about = Metadata(
        title=join_lines(read_fragment(entry.get("title") or "")) or None,
        author=_read_authors(entry),
        published=_read_published(entry),
        source=link,
        language=language,
    )
    if not blocks:
        label = str(entry.get("title") or link or number)[:LONGEST_REASON]
        what = f"the entry {label!r} of {name} has no text"
        return NoTextError(what, "index its page", link or "", about)
    key = entry.get("id") or link or f"entry {number}"
    return Document(about=about, key=key, blocks=blocks, excerpt=not full)


def _without_more(blocks: list[Block]) -> tuple[Block, ...]:
    """Leave out the link to the rest of the text with which a teaser ends."""
    if blocks and (more := _MORE.search(blocks[-1].text)):
        last = replace(blocks[-1], text=blocks[-1].text[: more.start()])
        return (*blocks[:-1], last) if last.text else tuple(blocks[:-1])
    return tuple(blocks)


def _read_authors(entry: Any) -> str | None:
    named = (author.get("name") for author in entry.get("authors", ()))
    names = dict.fromkeys(filter(None, named))
    return ", ".join(list(names)[:MOST_AUTHORS]) or entry.get("author") or None


def _read_published(entry: Any) -> date | None:
    """Give the day that is stated; the library makes days of what is none, too."""
    return parse_date(entry.get("published"))
