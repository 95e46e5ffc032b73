"""The figures of other languages, as the page states them, with the real model."""

import re
from pathlib import Path

import pytest

from bot.evaluation.evaluate import Plan, evaluate
from bot.evaluation.figures import compute_figures
from index.settings import Settings
from tests.conftest import Exported

HERE = Path(__file__).parent
NAMES = {
    "English": "en",
    "German": "de",
    "French": "fr",
    "Spanish": "es",
    "Russian": "ru",
    "Chinese": "zh",
}
STATED = {
    NAMES[name]: (int(first), int(among), int(missed), answered == "yes")
    for name, first, among, missed, answered in re.findall(
        r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (yes|no) \|$",
        (HERE / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
}


def test_each_language_is_on_the_page() -> None:
    assert set(STATED) == {file.stem for file in HERE.glob("languages/*.jsonl")}


@pytest.mark.parametrize("language", STATED)
def test_the_figures_of_a_language(language: str, exported: Exported, tmp_path: Path) -> None:
    """One question more or less may be the processor's rounding; more has to go onto the page."""
    settings = Settings(data=tmp_path, cache=exported.cache, reranker="bundled")
    outcomes = evaluate(HERE / "languages" / f"{language}.jsonl", Plan(), settings).outcomes
    figures = compute_figures(outcomes)
    first, among, missed, answered = STATED[language]
    assert [outcome.answerable for outcome in outcomes] == [True] * 12 + [False]
    assert figures.p_at_1 == pytest.approx(first / 12, abs=1.1 / 12)
    assert figures.p_at_3 == pytest.approx(among / 12, abs=1.1 / 12)
    assert figures.abstained_answerable == pytest.approx(missed / 12, abs=1.1 / 12)
    assert bool(figures.answered_unanswerable) is answered
