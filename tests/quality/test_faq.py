"""A question of an article never answers, not even itself: with the real models."""

from pathlib import Path

import pytest

from bot.answering.answer import ask
from bot.answering.query import Query
from index.library import Library
from index.settings import Settings
from tests.conftest import Exported

ANSWERS = {
    "Which lorries may cross the bridge?": "Those of less than three tonnes, until spring.",
    "How much does the ferry cost?": "Nine crowns for a car and two for a walker.",
    "When does the ferry run?": "From six in the morning to ten in the evening, every day but"
    " Sunday.",
    "Who decides about the toll?": "The council of Orm, at its meeting in June.",
}
STYLES = {
    "headings": ("faq.html", "<h2>{q}</h2><p>{a}</p>"),
    "bold": ("faq.html", "<p><strong>{q}</strong></p><p>{a}</p>"),
    "labels": ("faq.txt", "Q: {q}\n\nA: {a}\n\n"),
    "lines": ("faq.txt", "{q}\n\n{a}\n\n"),
}


@pytest.mark.parametrize("style", STYLES)
def test_the_answer_is_first(style: str, exported: Exported, tmp_path: Path) -> None:
    name, pattern = STYLES[style]
    body = "".join(pattern.format(q=question, a=answer) for question, answer in ANSWERS.items())
    page = f"<html><title>Bridge FAQ</title><main>{body}</main></html>"
    file = tmp_path / name
    file.write_text(page if name.endswith("html") else body, "utf-8")
    settings = Settings(data=tmp_path / "data", cache=exported.cache, reranker="bundled")
    with Library.open(settings) as library:
        assert library.index([file]).added == 1
        for question, expected in ANSWERS.items():
            answer = ask(library, Query(question=question))
            assert answer.found, question
            first = answer.passages[0].citation
            assert first.quote.removeprefix("A: ") == expected
            assert first.section == question
            quotes = [passage.citation.quote for passage in answer.shown]
            assert not set(quotes) & set(ANSWERS)
