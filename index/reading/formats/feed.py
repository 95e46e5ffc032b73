"""RSS and Atom feeds: an article for each entry."""

from collections.abc import Iterator
from datetime import date

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata
from index.reading.formats.html import fragment_text


def read(data: bytes, name: str) -> Iterator[Document | SourceError]:
    """Give the entries with the text that the feed has of them; an empty one is an error.

    Raises:
        SourceError: it is no feed, or has no entries.
    """
    import feedparser

    feed = feedparser.parse(data, resolve_relative_uris=False, sanitize_html=False)
    if not feed.entries:
        reason = "is a damaged feed" if feed.bozo else "is a feed without entries"
        raise SourceError(f"{name} {reason}", "give another feed")
    language = (feed.feed.get("language") or "").split("-")[0].lower() or None
    for number, entry in enumerate(feed.entries, 1):
        markup = "\n\n".join(part.value for part in entry.get("content", ()))
        text = fragment_text(markup or entry.get("summary", ""))
        link = entry.get("link") or None
        if not text.strip():
            label = entry.get("title") or link or number
            yield SourceError(f"the entry {label!r} of {name} has no text", "index its page")
            continue
        stated = entry.get("published_parsed")
        about = Metadata(
            title=fragment_text(entry.get("title") or "") or None,
            author=entry.get("author") or None,
            published=date(*stated[:3]) if stated else None,
            source=link,
            language=language,
        )
        yield Document(text, about, key=entry.get("id") or link or f"entry {number}")
