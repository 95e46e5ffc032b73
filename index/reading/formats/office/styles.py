"""What the styles of a Word document make of a paragraph, and what they hide."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.article import Kind

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading (\d)")
_CODE = re.compile(r"html preformatted|(?:source )?code\b|plain text$|macro")
_OFF = ("0", "false", "off")
_BODY_LEVEL = 9
_DEEPEST = 20
"""Styles that are based on each other; Word has ten at most."""
_TITLES = {"title": 1, "subtitle": 2}


def is_on(element: "_Element | None") -> bool | None:
    """Tell whether a property is set: True, switched off: False, or not stated: None."""
    return None if element is None else element.get(f"{W}val") not in _OFF


class Styles:
    """The styles of a document by their ids, each with those that it is based on."""

    def __init__(self, styles: "_Element") -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
        self._hidden: dict[str, bool] = {}
        self._kinds: dict[str, tuple[Kind, int]] = {}

    def kind(self, paragraph: "_Element") -> tuple[Kind, int]:
        """Give the kind and level that a paragraph has by what it states, or by its style."""
        level = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if level is not None and (stated := _level(level)):
            return "heading", stated
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        kind, depth = self._kind("" if named is None else named.get(f"{W}val", ""))
        if kind != "body":
            return kind, depth
        return _listed(paragraph.find(f"{W}pPr/{W}numPr")) or (kind, depth)

    def hides(self, run: "_Element") -> bool:
        """Tell whether a run of text is hidden, by itself or by its style."""
        stated = is_on(run.find(f"{W}rPr/{W}vanish"))
        if stated is not None:
            return stated
        named = run.find(f"{W}rPr/{W}rStyle")
        return named is not None and self._hides(named.get(f"{W}val", ""))

    def hides_paragraph(self, paragraph: "_Element") -> bool:
        """Tell whether a paragraph's style hides what its runs do not show by themselves."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        return named is not None and self._hides(named.get(f"{W}val", ""))

    def _hides(self, style: str) -> bool:
        if style not in self._hidden:
            stated = (is_on(each.find(f"{W}rPr/{W}vanish")) for each in self._chain(style))
            self._hidden[style] = next((s for s in stated if s is not None), False)
        return self._hidden[style]

    def _kind(self, style: str) -> tuple[Kind, int]:
        if style not in self._kinds:
            found = (_own_kind(each) for each in self._chain(style))
            self._kinds[style] = next(filter(None, found), ("body", 0))
        return self._kinds[style]

    def _chain(self, style: str | None) -> Iterator["_Element"]:
        seen: set[str | None] = set()
        while style not in seen and style in self._styles and len(seen) < _DEEPEST:
            seen.add(style)
            yield self._styles[style]
            based = self._styles[style].find(f"{W}basedOn")
            style = None if based is None else based.get(f"{W}val")


def _own_kind(style: "_Element") -> tuple[Kind, int] | None:
    # Word stores the names of its own styles in English, whatever language it speaks.
    named = style.find(f"{W}name")
    name = "" if named is None else named.get(f"{W}val", "").lower()
    if heading := _HEADING.match(name):
        return "heading", max(int(heading.group(1)), 1)
    if name in _TITLES:
        return "heading", _TITLES[name]
    if name == "caption":
        return "caption", 0
    if name.startswith(("toc ", "table of figures", "index ")):
        return "furniture", 0
    if _CODE.match(name):
        return "code", 0
    if name.startswith("list") and name != "list paragraph":
        return "item", 0
    level = style.find(f"{W}pPr/{W}outlineLvl")
    if level is not None and (stated := _level(level)):
        return "heading", stated
    return _listed(style.find(f"{W}pPr/{W}numPr"))


def _level(outline: "_Element") -> int:
    value = outline.get(f"{W}val", "")
    return int(value) + 1 if value.isdecimal() and int(value) < _BODY_LEVEL else 0


def _listed(numbering: "_Element | None") -> tuple[Kind, int] | None:
    if numbering is None:
        return None
    numbered = numbering.find(f"{W}numId")
    if numbered is not None and numbered.get(f"{W}val") == "0":  # taken out of the style's list
        return None
    level = numbering.find(f"{W}ilvl")
    value = "0" if level is None else level.get(f"{W}val", "0")
    return "item", int(value) if value.isdecimal() else 0
