"""Split paragraphs into sentences and passages, carrying the offsets along."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import sentencex

from index.article import HEADINGS, Article, Kind, Paragraph, ParsedArticle, Passage, Sentence
from index.reading.clean import find_paragraphs
from index.reading.questions import mark_questions
from index.reading.sections import find_sections

LONGEST_SENTENCE = 1000
"""Characters; text without full stops is cut there, at a space where there is one."""
SHORT_PASSAGE = 400
"""Characters; shorter neighbouring paragraphs are read together."""
LONGEST_PASSAGE = 1200
"""Characters; about the 256 word pieces that the models read at once."""

_SPEAKS = re.compile(r"\w")
_THAI = re.compile(r"[\u0e00-\u0e7f]{4}")
"""Written without full stops: a space ends a sentence, or a part of one."""
SHORT_THAI = 60
"""Characters; shorter parts are read together."""
_WHOLE: frozenset[Kind] = frozenset({"code", "table"})
"""Kinds whose full stops end no sentences: a paragraph is read as one."""


def parse_article(article: Article) -> ParsedArticle:
    """Find an article's paragraphs, sentences and passages.

    1. paragraphs: as its file states them, else found (`index/reading/clean.py`), and which of
       them only ask (`index/reading/questions.py`);
    2. the section of each (`index/reading/sections.py`);
    3. the sentences of each that may be quoted;
    4. passages: long paragraphs cut at sentence ends, short neighbours of a section joined.
    """
    found = article.layout or find_paragraphs(article.text)
    paragraphs = tuple(mark_questions(article.text, found))
    sections = tuple(find_sections(article.text, paragraphs, article.title))
    passages = _passages(article.text, paragraphs, sections)
    return ParsedArticle(replace(article, layout=()), paragraphs, tuple(passages))


def split_sentences(text: str, paragraph: Paragraph) -> list[Sentence]:
    """Give the sentences of one paragraph, without the white space around them."""
    sentences = []
    block = text[paragraph.start : paragraph.end]
    for start, end in [(0, len(block))] if paragraph.kind in _WHOLE else _boundaries(block):
        for piece_start, piece_end in _pieces(text, paragraph.start + start, paragraph.start + end):
            if _SPEAKS.search(text, piece_start, piece_end):
                sentences.append(Sentence(piece_start, piece_end, paragraph.number))
    return sentences


def _boundaries(block: str) -> Iterator[tuple[int, int]]:
    """Give the sentence spans; together they are the whole block, so lengths give offsets."""
    start = 0
    for boundary in sentencex.get_sentence_boundaries("en", block):
        end = start + len(boundary["text"])
        if block[start:end] != boundary["text"]:
            break  # the splitter dropped or changed a character: keep the rest in one piece
        yield from _at_spaces(block, start, end)
        start = end
    if start < len(block):
        yield start, len(block)


def _at_spaces(block: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the parts of a span in Thai, where spaces end sentences; else the span."""
    if _THAI.search(block, start, end):
        at = block.find(" ", start + SHORT_THAI, end)
        while at >= 0:
            yield start, at
            start = at
            at = block.find(" ", start + SHORT_THAI, end)
    yield start, end


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Trim a span, and cut one that is far too long for a sentence."""
    while end - start > LONGEST_SENTENCE:
        space = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        cut = space if space > 0 else start + LONGEST_SENTENCE
        yield from _trim(text, start, cut)
        start = cut
    yield from _trim(text, start, end)


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    span = text[start:end]
    left = len(span) - len(span.lstrip())
    right = len(span.rstrip())
    if left < right:
        yield start + left, start + right


def _passages(
    text: str, paragraphs: Sequence[Paragraph], sections: Sequence[str]
) -> Iterator[Passage]:
    """Join short paragraphs that stand side by side; furniture and headings keep them apart."""
    joined: list[Sentence] = []
    section = ""
    alone = _find_alone(paragraphs)
    for paragraph, around in zip(paragraphs, sections, strict=True):
        apart = paragraph.kind == "furniture" or paragraph.kind in HEADINGS
        if apart or around != section:
            yield from _close(joined, section)
            joined, section = [], around
        if apart and paragraph.number not in alone:
            continue
        sentences = split_sentences(text, paragraph)
        if joined and paragraph.end - joined[0].start > LONGEST_PASSAGE:
            yield from _close(joined, section)
            joined = []
        joined.extend(sentences)
        if joined and joined[-1].end - joined[0].start >= SHORT_PASSAGE:
            yield from _close(joined, section)
            joined = []
    yield from _close(joined, section)


def _find_alone(paragraphs: Sequence[Paragraph]) -> frozenset[int]:
    """Find the headings, by their numbers, that nothing stands under: what they say is all.

    A question is not among them: it says nothing.
    """
    alone: set[int] = set()
    last: Paragraph | None = None
    for paragraph in (*paragraphs, None):
        if paragraph and paragraph.kind == "furniture":
            continue
        ends = paragraph is None or (
            paragraph.kind == "heading" and last is not None and paragraph.level <= last.level
        )
        if last and ends:
            alone.add(last.number)
        last = paragraph if paragraph and paragraph.kind == "heading" else None
    return frozenset(alone)


def _close(sentences: list[Sentence], section: str) -> Iterator[Passage]:
    """Give the sentences as one passage, or as several where they are too long for one."""
    part: list[Sentence] = []
    for sentence in sentences:
        if part and sentence.end - part[0].start > LONGEST_PASSAGE:
            yield Passage(part[0].start, part[-1].end, tuple(part), section)
            part = []
        part.append(sentence)
    if part:
        yield Passage(part[0].start, part[-1].end, tuple(part), section)
