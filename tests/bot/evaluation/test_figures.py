from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.figures import (
    Figures,
    Part,
    area_under_roc,
    compute_figures,
    find_rank,
    risk_coverage_curve,
    roc_curve,
)
from bot.evaluation.questions import Span
from bot.evaluation.spans import f1
from tests.bot.examples import outcome, passage

HERE = ((0, 8),)
KING, QUEEN = "The king came by train.", "The queen came by boat."
OUTCOMES = (
    outcome(0.9, rank=1, places=HERE, passages=(passage(KING),), took_ms=10),
    outcome(0.8, rank=2, places=HERE, passages=(passage(QUEEN), passage(KING)), took_ms=20),
    outcome(0.7, passages=(passage(QUEEN),), took_ms=30),
    outcome(0.4, rank=4, places=HERE, passages=(passage(KING),), exact=0, took_ms=40),
    outcome(0.2, rank=None, places=HERE, took_ms=50),
    outcome(0.1, took_ms=60),
)

scores = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=20)


def test_figures_by_hand() -> None:
    assert compute_figures(OUTCOMES) == Figures(
        n=6,
        p_at_1=1 / 4,
        p_at_3=2 / 4,
        mrr_at_10=(1 + 1 / 2 + 1 / 4) / 4,
        citations_exact=4 / 5,
        mean_quote_chars=23.0,
        auroc=(2 + 2 + 1 + 1) / 8,
        abstained_answerable=2 / 4,
        answered_unanswerable=1 / 2,
        latency_ms_p50=35.0,
        latency_ms_p95=57.5,
    )


def test_what_has_no_cases_is_undefined() -> None:
    assert compute_figures([]) == Figures(0, *(None,) * 10)
    answerable = compute_figures(OUTCOMES[:2])
    assert (answerable.auroc, answerable.answered_unanswerable) == (None, None)
    unanswerable = compute_figures(OUTCOMES[2:3])
    assert (unanswerable.p_at_1, unanswerable.mrr_at_10, unanswerable.auroc) == (None, None, None)
    assert unanswerable.abstained_answerable is None


def test_a_rank_beyond_ten_is_no_hit() -> None:
    assert compute_figures([outcome(0.9, rank=11, places=HERE)]).mrr_at_10 == 0
    assert compute_figures([outcome(0.9, rank=10, places=HERE)]).mrr_at_10 == 0.1


@pytest.mark.parametrize(
    ("places", "rank"),
    [
        ([(40, 50)], 2),  # contained
        ([(20, 60)], 2),  # contains
        ([(20, 30), (75, 80)], 3),
        ([(55, 64)], 2),  # runs over the end, five of nine within
        ([(56, 64)], None),  # half and half
        ([(60, 70)], None),  # in none of them
        ([(0, 3)], None),  # nothing shown is there
        ([], None),
    ],
)
def test_rank_of_the_sentence_that_holds_the_answer(places: list[Span], rank: int | None) -> None:
    assert find_rank(places, [(0, 0), (40, 60), (70, 90)]) == rank


def test_roc_by_hand() -> None:
    assert area_under_roc([0.9, 0.4], [0.6, 0.4]) == (1 + 1 + 0 + 0.5) / 4
    assert area_under_roc([0.1], []) is None
    assert area_under_roc([], [0.1]) is None
    assert roc_curve([0.9, 0.4], [0.6, 0.4]) == [(0, 0), (0, 0.5), (0.5, 0.5), (1, 1)]
    assert roc_curve([0.9], []) == []


@pytest.fixture(scope="module")
def metrics() -> Any:
    return pytest.importorskip("sklearn.metrics")


@given(positive=scores, negative=scores)
def test_area_is_that_of_scikit_learn(
    metrics: Any, positive: list[float], negative: list[float]
) -> None:
    truth = [1] * len(positive) + [0] * len(negative)
    expected = metrics.roc_auc_score(truth, positive + negative)
    assert area_under_roc(positive, negative) == pytest.approx(expected)
    false, true, _ = metrics.roc_curve(truth, positive + negative, drop_intermediate=False)
    np.testing.assert_allclose(roc_curve(positive, negative), np.stack([false, true], axis=1))


def test_risk_and_coverage_by_hand() -> None:
    expected = [(1 / 6, 0 / 1), (2 / 6, 1 / 2), (3 / 6, 2 / 3), (4 / 6, 3 / 4), (5 / 6, 4 / 5)]
    np.testing.assert_allclose(risk_coverage_curve(OUTCOMES), [*expected, (6 / 6, 5 / 6)])
    assert risk_coverage_curve([]) == []


def test_equal_confidences_are_answered_together() -> None:
    tied = [outcome(0.5, rank=1, places=HERE), outcome(0.5)]
    assert risk_coverage_curve(tied) == [(1, 0.5)]


def test_kinds_and_words_in_common_are_told_apart() -> None:
    near = replace(outcome(0.8), overlap=0.0)
    outcomes = [
        replace(outcome(0.9, rank=1, places=HERE), overlap=0.2),
        replace(outcome(0.1, places=HERE), overlap=0.5),
        *(replace(each, question=replace(each.question, kind="near")) for each in (near, near)),
    ]
    outcomes[0] = replace(outcomes[0], question=replace(outcomes[0].question, kind="who"))
    figures = compute_figures(outcomes)
    assert figures.by_kind == {"near": Part(2, None, 1.0), "who": Part(1, 1.0, 1.0)}
    assert figures.by_overlap == {
        "answerable, some": Part(1, 1.0, 1.0),
        "answerable, half and more": Part(1, 0.0, 0.0),
        "unanswerable, no words in common": Part(2, None, 1.0),
    }


def test_words_are_judged_where_the_sentence_is_right() -> None:
    asked = replace(OUTCOMES[0].question, spans=("The king",))
    outcomes = [
        replace(OUTCOMES[0], question=asked, span="king"),
        replace(OUTCOMES[0], question=asked, span="The king came by"),
        OUTCOMES[1],
    ]
    figures = compute_figures(outcomes)
    assert figures.em == 1 / 2
    assert figures.f1 == pytest.approx((1 + f1("The king came by", ["The king"])) / 2)
