"""The words of a text as they are compared, the same in every store.

Words are in lower case, without accents, by English stems; those of Arabic, Greek and Russian by
stems of theirs; other languages with spaces keep whole words. Where words are written without
spaces between them, each two neighbouring characters are one.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import tantivy

from index.compatible import make_compatible

VERSION = "2"
"""Raised with every change of the words that are found in a text."""

Analyzer = Callable[[str], Sequence[str]]
"""Gives the words of a text as they are compared."""

_UNSPACED = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"  # Chinese and Japanese
    "|[\u1100-\u11ff\uac00-\ud7af]+"  # Korean, which writes particles to its words
    "|[\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0eb9\u0ebb-\u0ece\u1000-\u103f\u1780-\u17d3]+"
)
"""Runs of scripts without spaces between words: the last are Thai, Lao, Burmese and Khmer."""
_TONES = re.compile("[\u0e47-\u0e4e\u0ec8-\u0ece\u1037-\u103a\u17c6-\u17d3]")
"""Marks that are no letters to tantivy, which would cut a word there."""
_STEMMED = re.compile("[\u0370-\u03ff\u1f00-\u1fff\u0400-\u04ff\u0620-\u065f\u0670-\u06d3]+")
"""Words of scripts that only Greek, Russian and its sisters, Arabic and its sisters write."""
_FURTHER_STEMS = ("arabic", "greek", "russian")


def make_tokenizer(stop_words: Sequence[str] = ()) -> tantivy.TextAnalyzer:
    """Give what finds the words in a text that has been spelt."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.custom_stopword(list(stop_words)))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def make_analyzer(stop_words: Sequence[str] = ()) -> Analyzer:
    """Give what finds the words in any text."""
    analyze = make_tokenizer(stop_words).analyze
    return lambda text: analyze(spell(text))


def spell(text: str) -> str:
    """Give a text in its compatible form, its words apart by spaces in every script."""
    if text.isascii():
        return text
    text = _UNSPACED.sub(_cut, make_compatible(text))
    return _STEMMED.sub(_stem, text)


def _cut(match: re.Match[str]) -> str:
    run = _TONES.sub("", match.group())
    return f" {' '.join(map(''.join, pairwise(run))) or run} "


def _stem(match: re.Match[str]) -> str:
    return " ".join(_further_stemmer().analyze(match.group())) or match.group()


@cache
def _further_stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(
        tantivy.Filter.lowercase()
    )
    for language in _FURTHER_STEMS:
        builder = builder.filter(tantivy.Filter.stemmer(language))
    return builder.build()
