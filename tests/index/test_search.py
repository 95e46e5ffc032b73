"""Fusing: the weighted sum of both scores, in a fixed order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import sentence_vectors
from index.library import Library
from index.search import LEXICAL_WEIGHT, search
from tests.fakes import FakeEncoder

pytestmark = pytest.mark.usefixtures("either_store")

Write = Callable[[str, str | bytes], Path]

QUESTION = "Who raised concerns about the missile deal?"


def test_scores_are_those_of_the_stored_views(seed_library: Library) -> None:
    """Beside the exact reference: NumPy over all sentences, BM25 by the word index alone."""
    encoder = FakeEncoder()
    (summary,) = seed_library.articles()
    parsed = seed_library.article(summary.id)
    dense = sentence_vectors(parsed, encoder) @ encoder.encode([QUESTION])[0]
    with seed_library.snapshot() as snapshot:
        hits = search(snapshot, encoder, QUESTION, 1000)
    assert len(hits) == len(parsed.sentences) == summary.sentences
    rows = {(s.start, s.end): row for row, s in enumerate(parsed.sentences)}
    for hit in hits:
        row = rows[hit.sentence.start, hit.sentence.end]
        assert hit.dense == pytest.approx(float(dense[row]), abs=1e-6)
        assert hit.fused == pytest.approx(hit.dense + LEXICAL_WEIGHT * hit.lexical)
    assert [hit.fused for hit in hits] == sorted((hit.fused for hit in hits), reverse=True)
    assert sum(hit.lexical > 0 for hit in hits) > 5


def test_fewer_are_the_beginning_of_more(seed_library: Library) -> None:
    with seed_library.snapshot() as snapshot:
        every = search(snapshot, FakeEncoder(), QUESTION, 1000)
        for k in (1, 3, 10):
            assert search(snapshot, FakeEncoder(), QUESTION, k) == every[:k]


def test_equal_scores_come_in_the_order_of_the_text(library: Library, write: Write) -> None:
    paragraph = "The cat sat. " + "Nothing at all happened there on that day. " * 10
    library.index([write("a.txt", "\n\n".join([paragraph] * 5))])
    with library.snapshot() as snapshot:
        hits = search(snapshot, FakeEncoder(), "Where sat the cat?", 5)
    assert len({hit.fused for hit in hits}) == 1
    starts = [hit.sentence.start for hit in hits]
    assert len(starts) == 5
    assert starts == sorted(starts)
