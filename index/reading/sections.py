"""Sections: the headings that a paragraph stands under."""

import re
from collections.abc import Iterator, Sequence

from index.article import HEADINGS, SEPARATOR, Paragraph

LONGEST_HEADING = 150
"""Characters of a heading that are kept; longer ones are text that was marked as a heading."""

LONGEST_ANSWER = 2000
"""Characters after a question without a level that are taken for its answer."""

_MARKS = re.compile(r"^(?:#{1,6}\s+|(?:[QF]|Question|Frage)\s*[:.)]\s*)", re.IGNORECASE)
_LETTERS = re.compile(r"\w+")
_DEEPEST = 99
"""Level of a heading without one: it stands under all that have one, and ends with the next."""


def find_sections(text: str, paragraphs: Sequence[Paragraph], title: str) -> Iterator[str]:
    """Give the headings that each paragraph stands under, outermost first: "Returns › Refunds".

    A heading stands under itself. One that only repeats the article's title is left out.
    """
    path: list[tuple[int, str]] = []
    section = ""
    asked = 0
    for paragraph in paragraphs:
        if path and path[-1][0] == _DEEPEST and paragraph.start > asked + LONGEST_ANSWER:
            path.pop()
            section = _join(path)
        if paragraph.kind in HEADINGS:
            level = paragraph.level or _DEEPEST
            while path and path[-1][0] >= level:
                path.pop()
            heading = _plain(text[paragraph.start : paragraph.end])
            is_title = paragraph.kind == "heading" and _same(heading, title)
            path.append((level, "" if is_title else heading))
            section = _join(path)
            asked = paragraph.end
        yield section


def _join(path: Sequence[tuple[int, str]]) -> str:
    return SEPARATOR.join(filter(None, (each for _, each in path)))


def _plain(heading: str) -> str:
    """Give a heading on one line, without marks; NUL is no character of any heading."""
    line = " ".join(heading.replace("\0", " ").split())
    plain = _MARKS.sub("", line.rstrip("#*_ ")) or line
    if len(plain) <= LONGEST_HEADING:
        return plain
    return plain[:LONGEST_HEADING].rsplit(" ", 1)[0] + "…"


def _same(heading: str, title: str) -> bool:
    return _LETTERS.findall(heading.casefold()) == _LETTERS.findall(title.casefold())
