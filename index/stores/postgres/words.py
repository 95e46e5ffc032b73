"""The words of articles as rows for BM25, counted exactly as tantivy counts them.

The analyser is that of the local store. A length is rounded down to what fits into tantivy's one
byte, so that both stores give the same scores.
"""

import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.article import ParsedArticle, head
from index.stores.analysis import make_analyzer


def _lengths() -> Iterator[int]:
    """Give the 256 lengths that one byte stands for: exact to 40, then in steps that double."""
    for code in range(256):
        steps, rest = code - 24, (code - 24) & 7
        shift = (steps >> 3) - 1
        yield code if code < 24 else 24 + (rest if shift < 0 else (rest | 8) << shift)


LENGTHS = tuple(_lengths())


def round_length(words: int) -> int:
    """Give the greatest of `LENGTHS` that is not over a number of words."""
    return LENGTHS[bisect.bisect_right(LENGTHS, words) - 1]


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of one sentence."""

    position: int
    """Of the sentence among those of its article, from 0."""
    counts: Counter[str]
    length: int
    """In words, not rounded."""


@dataclass(frozen=True, slots=True)
class PassageWords:
    """The words of a passage after its headings, which each of its sentences is found by, too."""

    position: int
    """Of its first sentence."""
    sentences: int
    counts: Counter[str]
    length: int


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """All words of an article."""

    sentences: tuple[SentenceWords, ...]
    passages: tuple[PassageWords, ...]

    @property
    def all(self) -> list[str]:
        counted = [part.counts for part in self.sentences]
        counted += [part.counts for part in self.passages]
        return sorted(set().union(*counted))

    @property
    def sentences_by_word(self) -> Counter[str]:
        """Count the sentences that have a word."""
        return Counter(word for part in self.sentences for word in part.counts)

    @property
    def passages_by_word(self) -> Counter[str]:
        """Count the sentences whose passage has a word."""
        found: Counter[str] = Counter()
        for part in self.passages:
            for word in part.counts:
                found[word] += part.sentences
        return found

    @property
    def sentence_words(self) -> int:
        return sum(part.length for part in self.sentences)

    @property
    def passage_words(self) -> int:
        """Words of the passages, counted once for each sentence."""
        return sum(part.length * part.sentences for part in self.passages)


def analyze(text: str) -> Sequence[str]:
    """Give the words of a text as they are compared."""
    return make_analyzer()(text)


def count_words(parsed: ParsedArticle) -> ArticleWords:
    """Count the words of an article's sentences and passages."""
    analyze = make_analyzer()
    title, text = parsed.article.title, parsed.article.text
    sentences: list[SentenceWords] = []
    passages: list[PassageWords] = []
    for passage in parsed.passages:
        if not passage.sentences:
            continue
        words = analyze(f"{head(title, passage.section)}\n{text[passage.start : passage.end]}")
        passages.append(
            PassageWords(len(sentences), len(passage.sentences), Counter(words), len(words))
        )
        for sentence in passage.sentences:
            words = analyze(text[sentence.start : sentence.end])
            sentences.append(SentenceWords(len(sentences), Counter(words), len(words)))
    return ArticleWords(tuple(sentences), tuple(passages))
