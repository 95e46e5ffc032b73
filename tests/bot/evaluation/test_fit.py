"""Fitting the built-in probabilities."""

import numpy as np

from bot.answering.calibration import built_in
from bot.evaluation.fit import Judged, fit, list_thresholds
from index.settings import NO_RERANKER, Settings


def judged(relevance: float, *, right: bool, off_topic: bool = False) -> Judged:
    inputs = np.array([[1.0, relevance, 0.5], [1.0, -9.0, 0.1]])
    return Judged(right, off_topic, inputs, np.array([right, False]))


def test_what_is_more_relevant_is_more_probable() -> None:
    asked = [judged(float(n), right=n > 4 or n == 1) for n in range(10)]
    _, relevance, _ = fit(asked)
    assert relevance > 0


def test_a_threshold_tells_what_it_withholds_and_answers() -> None:
    asked = [
        judged(9.0, right=True),
        judged(-3.0, right=True),
        judged(9.0, right=False),
        judged(-3.0, right=False, off_topic=True),
    ]
    shares = list(list_thresholds(asked, np.array([0.0, 1.0, 0.0])))
    first, *_, last = shares
    assert first[1:] == (0.0, 1.0, 1.0)
    assert last[1:] == (0.5, 1.0, 0.0)


def test_each_model_has_its_own_threshold() -> None:
    alone, judging = Settings(reranker=NO_RERANKER), Settings(reranker="bundled")
    assert built_in(alone).threshold < built_in(judging).threshold
