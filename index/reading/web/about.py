"""What a page says about itself: title, author, date, address."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from index.patterns import AtMost
from index.reading.formats.document import Metadata, parse_date
from index.reading.web import linked_data

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PUBLISHED = {
    *("article:published_time", "og:article:published_time", "datepublished", "pubdate"),
    *("publishdate", "publish-date", "publication_date", "date", "dc.date", "dc.date.issued"),
    *("dcterms.date", "dcterms.issued", "dcterms.created", "dc.date.created", "sailthru.date"),
    *("parsely-pub-date", "citation_publication_date", "citation_date", "article.published"),
}
"""Names of meta elements that state when a page was published, not when it was changed or sent."""
_TITLES = (
    *("dc:title", "dcterm:title", "dc.title", "dcterms.title", "og:title", "twitter:title"),
    *("citation_title", "parsely-title"),
)
_AUTHORS = (
    "dc:creator",
    "dcterm:creator",
    "author",
    "article:author",
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "twitter:creator:name",
)
_SITES = ("og:site_name", "application-name", "citation_journal_title")
LONGEST_TITLE = 2000
"""Characters; the name of a site is looked for in no longer one."""
_PARTS: Annotated[re.Pattern[str], AtMost(LONGEST_TITLE)] = re.compile(
    r" [|\u2013\u2014\u00b7»•_-]+ | ?[|»] ?|_"
)
_BY = re.compile(r"^(?:by|von|par|por|di|av|door|written by)\s*:?\s+", re.IGNORECASE)
_NO_AUTHOR = re.compile(
    r"(?:user ?name|作者|author|autor|admin(?:istrator)?|authority control|editor|guest|staff|"
    r"anonymous|redaktion|none|null|unknown|view all posts.*|by|share.*|.*@.*|https?:.*|/.*)",
    re.IGNORECASE,
)
LONGEST_AUTHOR = 150
"""Characters; what is longer tells more than names."""

MOST_DATES = 20
"""That a page states, of which one may be none; looking at one that is none takes half a second."""

Metas = Mapping[str, Sequence[str]]


def read_about(tree: "HtmlElement") -> Metadata:
    """Find what a page says about itself.

    What it states of its article to programs and to other sites goes before what stands on it.
    """
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(tree, date_config={"extensive_search": False, "original_date": True})
    metas = _read_metas(tree)
    nodes = linked_data.find_nodes(tree)
    address = _canonical(tree, metas) or found.url
    own = linked_data.find_article(nodes, address)
    sites = [*_find(metas, _SITES), *linked_data.names(own.get("publisher"))]
    return Metadata(
        title=_read_title(tree, metas, own, sites) or found.title,
        author=_read_author(metas, own, sites, found.author),
        published=_read_published(tree, metas, own, nodes),
        source=address if _is_address(address) else None,
        language=(tree.get("lang") or "").split("-")[0].lower() or None,
    )


def _is_address(url: str | None) -> bool:
    try:
        return urlsplit(url or "").scheme in ("http", "https")
    except ValueError:  # brackets that hold no IPv6 address
        return False


def _read_metas(tree: "HtmlElement") -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        content = " ".join((meta.get("content") or "").split())
        for attribute in ("property", "name", "itemprop"):
            if content and (named := meta.get(attribute)):
                metas.setdefault(named.strip().lower(), []).append(content)
    return metas


def _find(metas: Metas, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from metas.get(name, ())


def _canonical(tree: "HtmlElement", metas: Metas) -> str | None:
    links = (link.get("href") for link in tree.iter("link") if link.get("rel") == "canonical")
    stated = [*filter(None, links), *metas.get("og:url", ())]
    return next((each for each in stated if each.startswith(("http://", "https://"))), None)


def _read_title(
    tree: "HtmlElement", metas: Metas, own: Mapping[str, Any], sites: Sequence[str]
) -> str | None:
    title = next((each for each in tree.iter("title") if not _is_drawn(each)), None)
    shown = "" if title is None else " ".join(title.text_content().split())
    own_names = [str(own[name]) for name in ("headline", "name") if isinstance(own.get(name), str)]
    # Some state a description as the headline; what the window says as well is the title.
    own_names.sort(key=lambda name: name not in shown)
    stated = [*_find(metas, _TITLES), *own_names, _part_that_heads(tree, shown)]
    for each in stated:
        if plain := _without_site(" ".join(each.split())[:LONGEST_TITLE], sites):
            return plain
    return None


def _part_that_heads(tree: "HtmlElement", title: str) -> str:
    """Give the part of a window's title that the page has as a heading; else all of it."""
    headings = {" ".join(each.text_content().split()) for each in tree.iter("h1", "h2")}
    parts = [part.strip() for part in _PARTS.split(title)]
    return next((part for part in parts if part in headings), title)


def _is_drawn(title: "HtmlElement") -> bool:
    """Tell whether it is the title of a picture, not of the page."""
    return any(above.tag == "svg" for above in title.iterancestors())


def _without_site(title: str, sites: Sequence[str]) -> str:
    """Give a title without the name of the site, which is not what the article is about."""
    known = {site.casefold() for site in sites}
    if title.casefold() in known:
        return ""
    for match in _PARTS.finditer(title):
        if title[match.end() :].casefold() in known:
            return title[: match.start()]
        if title[: match.start()].casefold() in known:
            return title[match.end() :]
    return title


def _read_author(
    metas: Metas, own: Mapping[str, Any], sites: Sequence[str], found: str | None
) -> str | None:
    """Give the names of the authors; a placeholder or the site is none."""
    for stated in (
        list(linked_data.names(own.get("author") or own.get("creator"))),
        *(metas.get(name, []) for name in _AUTHORS),
        (found or "").split("; "),
    ):
        plain = dict.fromkeys(_BY.sub("", each).strip() for each in stated)
        known = {site.casefold() for site in sites}
        authors = [
            each
            for each in plain
            if each and not _NO_AUTHOR.fullmatch(each) and each.casefold() not in known
        ]
        if authors and len(joined := ", ".join(authors)) <= LONGEST_AUTHOR:
            return joined
    return None


def _read_published(
    tree: "HtmlElement",
    metas: Metas,
    own: Mapping[str, Any],
    nodes: Sequence[Mapping[str, Any]],
) -> date | None:
    """Find the day that the page states as that of its publication: no clock, no guess."""
    stated = islice(filter(None, _stated_dates(tree, metas, own, nodes)), MOST_DATES)
    return next(filter(None, map(parse_date, stated)), None)


def _stated_dates(
    tree: "HtmlElement",
    metas: Metas,
    own: Mapping[str, Any],
    nodes: Sequence[Mapping[str, Any]],
) -> Iterator[object]:
    """Give what may be the date, what is most reliable first."""
    yield own.get("datePublished")
    for name in metas:
        if name in _PUBLISHED:
            yield from metas[name]
    stated = "//*[contains(@itemprop, 'datePublished')]|//time[@pubdate]|//article//header//time"
    for element in tree.xpath(stated):
        yield element.get("datetime") or element.get("content") or element.text_content()
    for node in nodes:
        yield node.get("datePublished")
