"""The questions in other languages are about their articles, and as many in each."""

from pathlib import Path

import pytest

from bot.evaluation.questions import place, read_questions

FOLDER = Path(__file__).parent / "languages"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.jsonl")), ids=lambda file: str(file.stem))
def test_every_answer_stands_in_its_article(file: Path) -> None:
    questions = read_questions(file)
    [article] = questions.articles.values()
    placed = [place(entry, article) for entry in questions.entries]
    assert [bool(question.places) for question in placed] == [True] * 12 + [False]
