"""Questions within an article: they say what is answered below them, and answer nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.article import Paragraph

LONGEST = 300
"""Characters of a question; a longer paragraph that ends with one is text."""
INTERVIEW = 3
"""Paragraphs that end in a question, from which on all of them are an interviewer's."""
_MARKS = tuple("?？؟;՞")
_CLOSERS = "\"'”’»)]*_ \u00a0"
_LABEL = re.compile(
    r"(?:[#>*\-_\s]|\d{1,3}[.)]\s)*(?:Q|F|Question|Frage|Pregunta|Pytanie|问|問)\s?\d{0,3}\s?[:.：]\s?\S",
    re.IGNORECASE,
)
_INNER_END = re.compile(r"[.!…。！][\"'”’»)\]]*\s\s*\S|[。！？]\S")
_QUOTED = re.compile(r"^\s*[\"“„«‘]|[\"”»]\s*$")


def asks(text: str) -> bool:
    """Tell whether a text is one question and nothing else; a quoted one is what somebody said."""
    return _ends_asking(text) and not _INNER_END.search(text.rstrip(_CLOSERS)[:-1])


def mark_questions(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Give paragraphs, those that ask as questions: headings, labelled lines, whole paragraphs.

    What its file marks as a question, by bold type say, stays one.
    """
    said = [
        text[p.start : min(p.end, p.start + LONGEST + 1)]
        if p.kind in ("heading", "body", "item")
        else ""
        for p in paragraphs
    ]
    asking = {n for n, each in enumerate(said) if _ends_asking(each)}
    # Where questions and answers alternate, what stands before a question belongs to it.
    alternating = {n for n in asking if n + 1 not in asking and paragraphs[n].kind == "body"}
    if len(alternating) < INTERVIEW:
        alternating = set()
    for n, (paragraph, each) in enumerate(zip(paragraphs, said, strict=True)):
        labelled = _LABEL.match(each) and (n in asking or "?" not in each)
        if n in alternating or labelled or asks(each):
            yield replace(paragraph, kind="question")
        else:
            yield paragraph


def _ends_asking(text: str) -> bool:
    return (
        0 < len(text) <= LONGEST
        and text.rstrip(_CLOSERS)[-1:] in _MARKS
        and not _QUOTED.search(text)
    )
