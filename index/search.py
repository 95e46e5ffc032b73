"""Search: a question to ranked hits, by meaning and by words."""

from dataclasses import dataclass

from index.encode import Encoder
from index.stages import stage
from index.store import EVERYTHING, Candidate, Filter, Snapshot, StoredSentence

DEPTH = 50
"""Sentences taken from each side, by meaning and by words."""
LEXICAL_WEIGHT = 1 / 30
"""What a point of BM25 counts beside the mean cosine of the views of a sentence."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence with its scores; higher is better."""

    sentence: StoredSentence
    dense: float
    lexical: float
    fused: float


def search(
    snapshot: Snapshot, encoder: Encoder, question: str, k: int, only: Filter = EVERYTHING
) -> list[Hit]:
    """Give the k best sentences for a question, best first; ties in the order of the text.

    1. encode the question;
    2. find candidates by meaning and by words, each with both scores;
    3. fuse the scores in a weighted sum.
    """
    with stage("encode"):
        vector = encoder.encode([question])[0]
    candidates = snapshot.search(vector, question, max(DEPTH, k), only)
    ranked = sorted(candidates, key=lambda c: (-fuse(c), c.sentence_id))[:k]
    stored = snapshot.sentences([c.sentence_id for c in ranked])
    return [Hit(stored[c.sentence_id], c.dense, c.lexical, fuse(c)) for c in ranked]


def fuse(candidate: Candidate) -> float:
    return candidate.dense + LEXICAL_WEIGHT * candidate.lexical
