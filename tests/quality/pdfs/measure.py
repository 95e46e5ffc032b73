"""How much of a PDF's text is read, and how much of it in its order."""

import re
from collections import Counter
from dataclasses import dataclass

from index.compatible import make_compatible
from tests.quality.pdfs.prose import Paragraphs

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Score:
    """Of a text that was read, beside what stands in the file."""

    words: float
    """F1 of the words, wherever they are."""
    order: float
    """F1 of three words that follow each other: what is torn, glued or mixed up counts."""
    sentences: float
    """Share of the sentences that are there whole, word for word."""


def measure(found: str, expected: Paragraphs) -> Score:
    """Compare a text with what stands in the file, spaces and line ends apart."""
    sentences = [sentence for paragraph in expected for sentence in paragraph]
    found = make_compatible(found)
    sentences = [make_compatible(sentence) for sentence in sentences]
    here, there = _TOKEN.findall(found), _TOKEN.findall(" ".join(sentences))
    run = f" {' '.join(here)} "
    whole = sum(f" {' '.join(_TOKEN.findall(sentence))} " in run for sentence in sentences)
    return Score(_f1(here, there, 1), _f1(here, there, 3), whole / len(sentences))


def _f1(here: list[str], there: list[str], length: int) -> float:
    one, other = (
        Counter(tuple(tokens[n : n + length]) for n in range(len(tokens) - length + 1))
        for tokens in (here, there)
    )
    common = (one & other).total()
    return 2 * common / max(1, one.total() + other.total())
