"""Floors of answer quality on the seed article, with the real model. Raise them, never lower them.

The questions and their hash are pinned together: another question or another right answer is
another measure, and its floors have to be found anew (`articlebot eval` prints the figures).
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.evaluation.evaluate import Evaluation, Plan, evaluate
from bot.evaluation.figures import Outcome, compute_figures
from index.settings import Settings
from tests.conftest import Exported

QUESTIONS = Path(__file__).with_name("seed_questions.jsonl")
QUESTIONS_SHA256 = "58749f1846a18912885576d0d43298238f343ffaffc1cf1db18a9a8369e3db73"

FLOORS = {
    "p_at_1": 44 / 58,
    "p_at_3": 54 / 58,
    "mrr_at_10": 0.84,
    "citations_exact": 1.0,
    "auroc": 0.97,
}
CEILINGS = {
    "abstained_answerable": 4 / 58,
    "answered_unanswerable": 1 / 15,  # when Turkey joined NATO
}


@pytest.fixture(scope="module")
def evaluation(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    settings = Settings(
        data=tmp_path_factory.mktemp("unused"), cache=exported.cache, reranker="bundled"
    )
    return evaluate(QUESTIONS, Plan(), settings)


@pytest.fixture(scope="module")
def outcomes(evaluation: Evaluation) -> dict[str, Outcome]:
    return {outcome.question.text: outcome for outcome in evaluation.outcomes}


def test_the_questions_are_those_that_the_floors_belong_to() -> None:
    assert hashlib.sha256(QUESTIONS.read_bytes()).hexdigest() == QUESTIONS_SHA256


@pytest.mark.parametrize("name", FLOORS)
def test_floor(name: str, evaluation: Evaluation) -> None:
    assert asdict(compute_figures(evaluation.outcomes))[name] >= FLOORS[name]


@pytest.mark.parametrize("name", CEILINGS)
def test_ceiling(name: str, evaluation: Evaluation) -> None:
    assert asdict(compute_figures(evaluation.outcomes))[name] <= CEILINGS[name]


def test_nothing_off_topic_is_answered(outcomes: dict[str, Outcome]) -> None:
    rows = map(json.loads, QUESTIONS.read_text("utf-8").splitlines())
    off_topic = [row["question"] for row in rows if row.get("topic") == "off"]
    assert len(off_topic) == 10
    assert not [text for text in off_topic if outcomes[text].answer.found]


def test_who_raised_concerns(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["Who raised concerns?"]
    assert outcome.answer.found
    assert outcome.rank == 1
    quotes = [passage.citation.quote for passage in outcome.answer.passages[:3]]
    named = ("NATO allies", "Mattis", "Dunford")
    assert [any(name in quote for quote in quotes) for name in named] == [True] * 3
