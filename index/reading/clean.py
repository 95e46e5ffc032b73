"""Find the paragraphs of a text, and tell the story from the furniture around it."""

import itertools
import re
from collections.abc import Iterator, Sequence

from index.article import Kind, Paragraph

Span = tuple[int, int]

_LINE = re.compile(r"[^\r\n\u0085\u2028\u2029\f\v]+")
_BREAK = re.compile(r"\r\n|[\r\n\u0085\u2028\u2029\f\v]")
_WRAP_WIDTHS = range(40, 121)
"""Columns at which people and programs wrap text; other line ends are the ends of paragraphs."""
_WRAP_SLACK = 0.9
_LONG = 25
"""A block of this many words is text even when its full stop is missing."""

_CLOSERS = "\"'”’»)]}*_ \u00a0♦■◆●▪∎"
"""What may stand after a full stop; magazines end a story with a sign."""
_TERMINAL = ".?!…:。！？；؟۔।॥።։"
_FOOTNOTE = re.compile(r"\[\d{1,3}\]")
_BULLET = re.compile(r"^(?:[-*•‣◦–—]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_HEADING = re.compile(r"#{1,6} ")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_LINE_OF_SIGNS, _LINE_OF_WORDS = 8, 5
"""Characters, or words, of a line that is text in a script whose lines often have no full stop."""
_UNMARKED = re.compile(r"[\u0600-\u06ff\u0750-\u077f]{2}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]{4}")
"""Scripts written without spaces, where words cannot be counted."""
_BOILERPLATE = re.compile(
    r"^(?:read (?:more|also|next)(?:\W*$| *[:»>…→]| (?:about|on|at|here)\b)|"
    r"(?:also|see also|related)\b.{0,20}:|click here|tap here|sign up\b|subscribe\b|"
    r"log ?in(?:$| (?:to|or|with|here)\b)|follow us|share (?:this|on|via)|"
    r"download (?:the|our) app|we use cookies|this (?:web)?site uses cookies|"
    r"by continuing to (?:use|browse|visit)|accept (?:all )?cookies|"
    r"photo(?: credit)?s?\s*:|image(?: credit)?s?\s*:|©|\(c\)|copyright (?:©|\(c\)|by\b|\d)|"
    r"all rights reserved|advertisement\W*$|listen live|get short url|"
    r"community standards(?:discussion)?\W*$|comments?\b.{0,3}$|"
    r"this page was last |leave a (?:reply|comment)\b)",
    re.IGNORECASE,
)
_BOILERPLATE_LENGTH = 240
"""Longer paragraphs that begin like boilerplate are taken for text."""


def find_paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Split a text into paragraphs, each `body` or `furniture`.

    A blank line ends a paragraph; so does any line end, except in hard-wrapped text. A text
    in which nothing looks like a sentence (notes, a list, a poem) is all body.

    Returns:
        The paragraphs in order, without the white space around them, numbered from 1.
    """
    spans = [span for block in _blocks(text) for span in _block_paragraphs(text, block)]
    kinds: list[Kind] = []
    listing = False  # inside a list that a colon or a Markdown heading announced
    for start, end in spans:
        block = text[start:end]
        listed = listing and bool(_BULLET.match(block))
        body = listed or _is_body(block)
        listing = listed or bool(_HEADING.match(block)) or (body and block.rstrip().endswith(":"))
        kinds.append("body" if body else "furniture")
    if "body" not in kinds:
        kinds = ["body" if _WORD.search(text, *span) else "furniture" for span in spans]
    return tuple(
        Paragraph(number, start, end, kind)
        for number, ((start, end), kind) in enumerate(zip(spans, kinds, strict=True), 1)
    )


def _blocks(text: str) -> Iterator[list[Span]]:
    """Give the runs of lines between blank lines, each line without its outer white space."""
    block: list[Span] = []
    previous_end = 0
    for match in _LINE.finditer(text):
        line = match.group()
        bare = line.strip()
        breaks = len(_BREAK.findall(text, previous_end, match.start()))
        previous_end = match.end()
        if block and (breaks > 1 or not bare):
            yield block
            block = []
        if bare:
            start = match.start() + line.index(bare[0])
            block.append((start, start + len(bare)))
    if block:
        yield block


def _block_paragraphs(text: str, lines: Sequence[Span]) -> list[Span]:
    """Join the lines of a hard-wrapped block; give the lines of any other one by one.

    In wrapped text no line had room for the first word of the next. Headlines, link lists and
    one-paragraph-a-line text do not pass that test.
    """
    width = max(end - start for start, end in lines)
    wrapped = width in _WRAP_WIDTHS
    for (start, end), (next_start, next_end) in itertools.pairwise(lines):
        first_word = text[next_start:next_end].split(maxsplit=1)[0]
        if (end - start) + 1 + len(first_word) < width * _WRAP_SLACK:
            wrapped = False
        if _BULLET.match(text[next_start:next_end]):
            wrapped = False
    return [(lines[0][0], lines[-1][1])] if wrapped else list(lines)


def _is_body(block: str) -> bool:
    words = _WORD.findall(block)
    if len(block) <= _BOILERPLATE_LENGTH and _BOILERPLATE.match(block):
        return False
    if _UNSPACED.search(block):
        return block.rstrip(_CLOSERS)[-1:] in _TERMINAL or len(block) >= _LINE_OF_SIGNS
    if len(words) < 2:
        return False
    if len(words) >= _LINE_OF_WORDS and _UNMARKED.search(block):
        return True
    ending = _without_footnotes(block).rstrip(_CLOSERS)
    if ending[-1:] and ending[-1:] in _TERMINAL:
        return True
    commas = block.count(",")
    return len(words) >= _LONG and commas * 4 < len(words)


def _without_footnotes(block: str) -> str:
    """Take the marks of footnotes, "[12]", and the white space before them off the end."""
    end = len(block)
    while match := _FOOTNOTE.fullmatch(block, max(block.rfind("[", 0, end), 0), end):
        end = match.start()
        while end and block[end - 1].isspace():
            end -= 1
    return block[:end]
