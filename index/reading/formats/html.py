"""Web pages: the main text, and what the page says about itself."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata, parse_date
from index.reading.formats.tables import say_rows

if TYPE_CHECKING:
    from lxml.html import HtmlElement

DEEPEST = 250
"""Levels of elements in each other; a page that nests deeper is not meant to be read."""
LARGEST = 10_000_000
"""Characters; finding the text takes some two seconds for each million."""
_PUBLISHED = {
    *("article:published_time", "og:article:published_time", "datepublished", "pubdate"),
    *("publishdate", "publish-date", "publication_date", "date", "dc.date", "dc.date.issued"),
    *("dcterms.date", "dcterms.issued", "dcterms.created", "dc.date.created", "sailthru.date"),
    *("parsely-pub-date", "citation_publication_date", "citation_date", "article.published"),
}
"""Names of meta elements that state when a page was published, not when it was changed or sent."""
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "blockquote",
        "pre",
        "br",
        "figcaption",
    ]
)
_UNREAD = frozenset(("script", "style", "noscript", "template"))
_ROW = re.compile(r"\|.*\|\s*$")
_RULE = re.compile(r"-{3,}")
_TAGS = re.compile(r"<[^<>]*>")


def read(text: str, name: str) -> Iterator[Document]:
    """Give the main text of a page.

    Raises:
        SourceError: there is no text on it.
    """
    if len(text) > LARGEST:
        raise SourceError(f"{name} is larger than a web page should be", "save its text alone")
    import trafilatura

    try:
        tree = trafilatura.load_html(text)
        if tree is None:
            raise SourceError(f"{name} is no web page that can be read", "save it again")
        _check_depth(tree, name)
        about = _read_about(tree)
        page = trafilatura.bare_extraction(tree, include_comments=False, with_metadata=False)
    except RecursionError:
        raise _too_deep(name) from None
    body = getattr(page, "text", None)
    if not body or not body.strip():
        raise SourceError(f"{name} has no text to read", "save the article's own page")
    lines = [line for line in body.split("\n") if line.strip()]
    yield Document("\n\n".join(_say_tables(lines)), about)


def _say_tables(lines: Sequence[str]) -> Iterator[str]:
    """Give lines as they are, and the tables among them, which trafilatura draws, as sentences."""
    for is_row, block in groupby(lines, lambda line: bool(_ROW.match(line))):
        if not is_row:
            yield from block
            continue
        rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in block]
        rules = [all(map(_RULE.fullmatch, row)) for row in rows]
        named = rules[1:2] == [True]
        kept = (row for row, rule in zip(rows, rules, strict=True) if not rule)
        yield from say_rows(kept, named=named)


def fragment_text(markup: str) -> str:
    """Give the text of a piece of HTML, its blocks apart by empty lines."""
    from lxml import html
    from lxml.etree import ParserError

    if "<" not in markup and "&" not in markup:
        return markup
    try:
        tree = html.fromstring(f"<div>{markup}</div>")
    except ParserError:
        return _TAGS.sub(" ", markup)
    blocks = (" ".join(part.split()) for part in "".join(_walk(tree)).split("\n\n"))
    return "\n\n".join(filter(None, blocks))


def _walk(tree: "HtmlElement") -> Iterator[str]:
    """Give the pieces of text in their order, and an empty line where a block begins or ends."""
    from lxml.etree import iterwalk

    walk = iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        block = element.tag in _BLOCKS
        if event == "start" and element.tag in _UNREAD:
            walk.skip_subtree()
        elif event == "start":
            yield "\n\n" if block and element.tag != "br" else ""
            yield element.text or ""
        if event != "start":
            yield "\n\n" if block else ""
            yield element.tail or ""


def _check_depth(tree: "HtmlElement", name: str) -> None:
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return
    raise _too_deep(name)


def _too_deep(name: str) -> SourceError:
    return SourceError(f"{name} nests its elements too deeply", "save the article's own page")


def _read_about(tree: "HtmlElement") -> Metadata:
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(tree, date_config={"extensive_search": False, "original_date": True})
    address = found.url if _is_address(found.url) else None
    return Metadata(
        title=found.title,
        author=found.author,
        published=_read_published(tree),
        source=address,
        language=(tree.get("lang") or "").split("-")[0].lower() or None,
    )


def _is_address(url: str | None) -> bool:
    try:
        return urlsplit(url or "").scheme in ("http", "https")
    except ValueError:  # brackets that hold no IPv6 address
        return False


def _read_published(tree: "HtmlElement") -> Any:
    """Find the date that the page states as that of its publication: no clock, no guess."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            if found := parse_date(item.get("datePublished")):
                return found
    for meta in tree.iter("meta"):
        named = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if named in _PUBLISHED and (found := parse_date(meta.get("content"))):
            return found
    stated = "//*[contains(@itemprop, 'datePublished')]|//time[@pubdate]|//article//header//time"
    for element in tree.xpath(stated):
        value = element.get("datetime") or element.get("content") or element.text_content()
        if found := parse_date(value):
            return found
    return None


def _items(data: Any) -> Iterator[dict[str, Any]]:
    """Give the objects of JSON-LD, whether one, a list, or a graph."""
    parts = data if isinstance(data, list) else [data]
    for part in parts:
        if isinstance(part, dict):
            yield part
            graph = part.get("@graph")
            graph = graph if isinstance(graph, list) else [graph]
            yield from (each for each in graph if isinstance(each, dict))
