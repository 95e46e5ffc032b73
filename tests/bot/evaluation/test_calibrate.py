"""Fitting the probabilities to one's own questions, and what is stored of it."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.answering.answer import Answer, IndexInfo, ask
from bot.answering.calibration import (
    BUILT_IN,
    FILE,
    Calibration,
    drop_calibration,
    load_calibration,
    save_calibration,
)
from bot.answering.passage import AnswerPassage, Citation
from bot.answering.query import Query
from bot.cli.main import app
from bot.cli.session import Session
from bot.evaluation.calibrate import fit_calibration
from bot.evaluation.figures import Outcome
from bot.evaluation.questions import Question
from index.errors import LibraryError, UsageError
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder


def outcome(score: float, *, right: bool, answerable: bool = True) -> Outcome:
    citation = Citation(
        article_id="a", title="A", source="a.txt", published=None, paragraph=1, start=0, end=1,
        quote="x", text_sha256="", link="",
    )  # fmt: skip
    passage = AnswerPassage(rank=1, score=score, text="x", start=0, end=1, citation=citation)
    answer = Answer(
        question="?", resolved_question="?", found=True, confidence=score, passages=(passage,),
        index=IndexInfo(fingerprint="", articles=1, sentences=1), took_ms=1,
    )  # fmt: skip
    places = ((0, 1),) if answerable else ()
    return Outcome(Question("?", "a", places), answer, 1 if right else None, 1, 1)


def drawn(scale: float, shift: float, n: int = 4000) -> list[Outcome]:
    """Outcomes whose true probability is a scaled and shifted one of what they show."""
    random.seed(1)
    outcomes = []
    for _ in range(n):
        logit = random.gauss(0, 2)
        true = 1 / (1 + math.exp(-(scale * logit + shift)))
        shown = 1 / (1 + math.exp(-logit))
        outcomes.append(outcome(shown, right=random.random() < true))
    return outcomes


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (0.5, 1.0), (2.0, -1.5)])
def test_the_true_probabilities_are_found(scale: float, shift: float) -> None:
    fitted = fit_calibration(drawn(scale, shift), Settings())
    assert fitted.scale == pytest.approx(scale, rel=0.12)
    assert fitted.shift == pytest.approx(shift, abs=0.2)
    assert fitted.threshold == BUILT_IN.threshold  # nothing says where unanswerable ones lie


def test_at_most_five_in_a_hundred_unanswerable_ones_pass() -> None:
    answered = [outcome(0.5 + n / 100, right=True) for n in range(40)]
    unanswerable = [outcome(n / 100, right=False, answerable=False) for n in range(40)]
    fitted = fit_calibration(answered + unanswerable, Settings())
    passing = [fitted.apply(o.answer.confidence) >= fitted.threshold for o in unanswerable]
    assert sum(passing) == 2
    assert all(fitted.apply(o.answer.confidence) >= fitted.threshold for o in answered)


def test_too_few_or_meaningless_questions_are_refused() -> None:
    few = [outcome(0.9, right=True)] * 50 + [outcome(0.1, right=False)] * 9
    with pytest.raises(UsageError, match="50 are right and 9 wrong: at least 10 of each"):
        fit_calibration(few, Settings())
    upside_down = [outcome(n / 100, right=n < 50) for n in range(100)]
    with pytest.raises(UsageError, match="the wrong passages score as high as the right ones"):
        fit_calibration(upside_down, Settings())


def test_the_built_in_calibration_changes_nothing() -> None:
    for probability in np.linspace(0.0002, 0.9998, 50):
        assert BUILT_IN.apply(float(probability)) == pytest.approx(probability, abs=6e-5)
    assert 0 <= BUILT_IN.apply(0.0) < BUILT_IN.apply(1.0) <= 1


def test_what_is_stored_applies_to_the_same_models_alone(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert load_calibration(settings) == BUILT_IN
    stored = Calibration(2.0, -1.0, 0.4, settings.reranker, settings.model, 80)
    save_calibration(settings.data, stored)
    assert load_calibration(settings) == stored
    assert load_calibration(Settings(data=tmp_path, model="another")) == BUILT_IN
    for damaged in ("", "{", "[]", '{"scale": "x"}', '{"unknown": 1}'):
        (tmp_path / FILE).write_text(damaged)
        assert load_calibration(settings) == BUILT_IN
    assert drop_calibration(tmp_path)
    assert not drop_calibration(tmp_path)


def test_an_unwritable_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot be written"):
        save_calibration(tmp_path / "file", BUILT_IN)


def test_the_command_fits_stores_and_resets(seed_library: Library, tmp_path: Path) -> None:
    [article] = seed_library.articles()
    parsed = seed_library.article(article.id)
    text = parsed.article.text
    quotes = [text[s.start : s.end] for s in parsed.sentences[:15]]
    lines: list[dict[str, str | None]] = [
        {"question": quote, "article": article.id, "quote": quote} for quote in quotes
    ]
    lines += [
        {"question": f"Zebra {n} quince {n}?", "article": article.id, "quote": None}
        for n in range(12)
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    session = Session(lambda settings: Library.open(settings, encoder=FakeEncoder()))
    session.options["data"] = seed_library.settings.data

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["calibrate", *arguments], obj=session)
        assert done.exit_code == 0, done.output
        return done.stdout

    before = ask(seed_library, Query(question=quotes[0]))
    assert "fitted to 27 questions: answered from a probability of" in run(str(file))
    after = ask(seed_library, Query(question=quotes[0]))
    assert load_calibration(seed_library.settings).questions == 27
    assert after.found
    assert after.confidence != before.confidence
    assert not ask(seed_library, Query(question="Zebra 3 quince 3?")).found
    first = load_calibration(seed_library.settings)
    run(str(file))  # it starts from the built-in probabilities, not from its own
    assert load_calibration(seed_library.settings) == first
    assert "apply again" in run("--reset")
    assert ask(seed_library, Query(question=quotes[0])).confidence == before.confidence
    assert "apply already" in run("--reset")
    assert CliRunner().invoke(app, ["calibrate"], obj=session).exit_code == 2
