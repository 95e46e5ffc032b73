"""JSON-LD: what a page says of its article to programs."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_OPENING = re.compile(r"\s*(?:(?:/\*|//|<!--)\s*)?<!\[CDATA\[\s*(?:\*/|-->)?")
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review)$")
_INNER = ("@graph", "mainEntity", "mainEntityOfPage")
DEEPEST = 4
"""Levels of nodes in each other."""


def find_nodes(tree: "HtmlElement") -> list[dict[str, Any]]:
    """Give all nodes that a page states, outer ones first."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json":
            try:
                data = json.loads(_unwrap(script.text or ""), strict=False)
            except (ValueError, RecursionError):
                continue
            nodes += _nodes(data, DEEPEST)
    return nodes


def _unwrap(text: str) -> str:
    """Take a CDATA section's marks off, which JSON does not have."""
    if opening := _OPENING.match(text):
        closing = text.rfind("]]>")
        return text[opening.end() : max(closing, 0) or None].rstrip("/* \n\t\r")
    return text


def find_article(nodes: list[dict[str, Any]], address: str | None) -> dict[str, Any]:
    """Give the node of the page's own article; an empty one where there is none.

    Teasers of other articles have nodes, too: of several, that counts which has the page's address.
    """
    articles = [node for node in nodes if any(map(_ARTICLE.search, types(node)))]
    own = (node for node in articles if address and address in _addresses(node))
    return next(own, articles[0] if articles else {})


def types(node: dict[str, Any]) -> list[str]:
    stated = node.get("@type")
    return [str(each) for each in (stated if isinstance(stated, list) else [stated]) if each]


def names(value: Any) -> Iterator[str]:
    """Give the names of persons or organisations, however they are stated."""
    for each in value if isinstance(value, list) else [value]:
        name = each.get("name") if isinstance(each, dict) else each
        for one in name if isinstance(name, list) else [name]:
            if isinstance(one, str) and one.strip():
                yield " ".join(one.split())


def _addresses(node: dict[str, Any]) -> set[str]:
    page = node.get("mainEntityOfPage")
    inner = page.get("@id") if isinstance(page, dict) else page
    return {str(each) for each in (node.get("url"), node.get("@id"), inner) if each}


def _nodes(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    for part in data if isinstance(data, list) else [data]:
        if isinstance(part, dict):
            yield part
            for name in _INNER if depth else ():
                yield from _nodes(part.get(name), depth - 1)
