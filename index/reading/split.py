"""Split body paragraphs into sentences and passages, carrying the offsets along."""

import re
from collections.abc import Iterator, Sequence

import sentencex

from index.article import Article, Paragraph, ParsedArticle, Passage, Sentence
from index.reading.clean import find_paragraphs

LONGEST_SENTENCE = 1000
"""Characters; text without full stops is cut there, at a space where there is one."""
SHORT_PASSAGE = 400
"""Characters; shorter neighbouring paragraphs are read together."""
LONGEST_PASSAGE = 1200
"""Characters; about the 256 word pieces that the models read at once."""

_SPEAKS = re.compile(r"\w")


def parse_article(article: Article) -> ParsedArticle:
    """Find an article's paragraphs, sentences and passages.

    1. paragraphs, body or furniture (`index/reading/clean.py`);
    2. the sentences of each body paragraph;
    3. passages: long paragraphs cut at sentence ends, short neighbours joined.
    """
    paragraphs = find_paragraphs(article.text)
    return ParsedArticle(article, paragraphs, tuple(_passages(article.text, paragraphs)))


def split_sentences(text: str, paragraph: Paragraph) -> list[Sentence]:
    """Give the sentences of one paragraph, without the white space around them."""
    sentences = []
    for start, end in _boundaries(text[paragraph.start : paragraph.end]):
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
        yield start, end
        start = end
    if start < len(block):
        yield start, len(block)


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


def _passages(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[Passage]:
    """Join short paragraphs that stand side by side; furniture between them keeps them apart."""
    joined: list[Sentence] = []
    for paragraph in paragraphs:
        if paragraph.kind == "furniture":
            yield from _close(joined)
            joined = []
            continue
        sentences = split_sentences(text, paragraph)
        if joined and paragraph.end - joined[0].start > LONGEST_PASSAGE:
            yield from _close(joined)
            joined = []
        joined.extend(sentences)
        if joined and joined[-1].end - joined[0].start >= SHORT_PASSAGE:
            yield from _close(joined)
            joined = []
    yield from _close(joined)


def _close(sentences: list[Sentence]) -> Iterator[Passage]:
    """Give the sentences as one passage, or as several where they are too long for one."""
    part: list[Sentence] = []
    for sentence in sentences:
        if part and sentence.end - part[0].start > LONGEST_PASSAGE:
            yield Passage(part[0].start, part[-1].end, tuple(part))
            part = []
        part.append(sentence)
    if part:
        yield Passage(part[0].start, part[-1].end, tuple(part))
