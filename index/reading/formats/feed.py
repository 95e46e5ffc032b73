"""RSS and Atom feeds: an article for each entry."""

from collections.abc import Iterator
from typing import Any

from index.errors import SourceError
from index.reading.border import LONGEST_REASON, blame, describe
from index.reading.formats.document import Document, Metadata, parse_date
from index.reading.formats.html import fragment_text


def read(data: bytes, name: str) -> Iterator[Document | SourceError]:
    """Give the entries with the text that the feed has of them; an empty one is an error.

    Raises:
        SourceError: it is no feed, or has no entries.
    """
    import feedparser

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
    markup = "\n\n".join(part.get("value") or "" for part in entry.get("content", ()))
    text = fragment_text(markup or entry.get("summary") or "")
    link = entry.get("link") or None
    if not text.strip():
        label = str(entry.get("title") or link or number)[:LONGEST_REASON]
        return SourceError(f"the entry {label!r} of {name} has no text", "index its page")
    about = Metadata(
        title=fragment_text(entry.get("title") or "") or None,
        author=entry.get("author") or None,
        published=parse_date(entry.get("published")),
        source=link,
        language=language,
    )
    return Document(text, about, key=entry.get("id") or link or f"entry {number}")
