"""Web pages: the main text, and what the page says about itself."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.reading.formats.document import Document
from index.reading.web.about import read_about
from index.reading.web.article import find_article
from index.reading.web.walls import find_wall

if TYPE_CHECKING:
    from lxml.html import HtmlElement

DEEPEST = 250
"""Levels of elements in each other; a page that nests deeper is not meant to be read."""
LARGEST = 10_000_000
"""Characters; finding the text takes some two seconds for each million."""
MOST_ELEMENTS = 60_000
"""Of a page; finding the text of so many takes some ten seconds."""
MOST_IN_PARAGRAPH = 2_000
"""Elements in one paragraph; finding the text takes four times as long for twice as many."""
_BLOCKS = frozenset(
    (
        *("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "blockquote", "pre", "br"),
        "figcaption",
    )
)
_UNREAD = frozenset(("script", "style", "noscript", "template"))
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
        _check_size(tree, name)
        about = read_about(tree)
        blocks = find_article(tree, text, about)
    except RecursionError:
        raise _too_deep(name) from None
    if not blocks:
        raise SourceError(f"{name} has no text to read", "save the article's own page")
    yield Document(about=about, blocks=blocks, doubt=find_wall(blocks, about.title or ""))


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


def _check_size(tree: "HtmlElement", name: str) -> None:
    """Refuse what finding the text would take minutes for."""
    if _count(tree, MOST_ELEMENTS) > MOST_ELEMENTS:
        what = f"{name} has more than {MOST_ELEMENTS:,} elements"
        raise SourceError(what, "save its text alone")
    for paragraph in tree.iter("p"):
        if _count(paragraph, MOST_IN_PARAGRAPH) > MOST_IN_PARAGRAPH:
            what = f"{name} has a paragraph of more than {MOST_IN_PARAGRAPH:,} elements"
            raise SourceError(what, "save its text alone")


def _count(element: "HtmlElement", most: int) -> int:
    """Count what is within an element, up to just more than `most`."""
    return sum(1 for _ in islice(element.iterdescendants(), most + 1))


def _too_deep(name: str) -> SourceError:
    return SourceError(f"{name} nests its elements too deeply", "save the article's own page")
