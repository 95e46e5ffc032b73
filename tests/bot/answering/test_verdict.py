"""Whether the articles answer, and with which of their words."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.answering.answer import Answer, ask
from bot.answering.calibration import BUILT_IN, logit
from bot.answering.confidence import sigmoid
from bot.answering.query import Query
from bot.answering.verdict import MOST_ANSWERS, UNSURE, decide
from index.library import Library
from index.models.rerank import PassageText, Reading, Span
from tests.bot.passages import check

Write = Callable[[str, str | bytes], Path]


class Pointing:
    """A reader that is given what each sentence with a word is worth, and what answers there."""

    def __init__(self, logits: dict[str, float], answers: Sequence[str], score: float = 0) -> None:
        self.logits, self.answers, self.score = logits, answers, score

    def read(self, question: str, passages: Sequence[PassageText]) -> list[list[Reading]]:
        return [[self._read(p.text, *sentence) for sentence in p.sentences] for p in passages]

    def _read(self, text: str, start: int, end: int) -> Reading:
        value = next((v for word, v in self.logits.items() if word in text[start:end]), -9.0)
        for answer in self.answers:
            if (at := text.find(answer, start, end)) >= 0:
                return Reading(value, Span(at, at + len(answer), self.score))
        return Reading(value, None)


QUAY = "Mayor Ada Holm feared the quay. It is old.\n\nEngineer Bo Lind feared the quay, too."


def answered(
    library: Library, monkeypatch: pytest.MonkeyPatch, reader: Pointing, question: str = "Who?"
) -> Answer:
    monkeypatch.setattr(library.models, "reranker", lambda: reader)
    answer = ask(library, Query(question=question))
    check(library, answer, 3)
    return answer


def test_the_verdict_follows_the_confidence() -> None:
    threshold = 0.2
    lowest = sigmoid(logit(threshold) - UNSURE)
    assert [decide(c, threshold) for c in (1, threshold, 0.19, lowest, lowest - 0.01, 0)] == [
        *("answered", "answered", "unsure", "unsure", "not_found", "not_found")
    ]


def test_the_words_that_answer_are_given_once_each(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index([write("quay.txt", QUAY)])
    reader = Pointing({"Holm": 6, "Lind": 5}, ["Mayor Ada Holm", "Bo Lind"])
    answer = answered(library, monkeypatch, reader, "Who feared for the quay?")
    assert (answer.verdict, answer.found) == ("answered", True)
    assert [each.text for each in answer.answers] == ["Mayor Ada Holm", "Bo Lind"]
    assert [each.rank for each in answer.answers] == [1, 2]
    reader.answers = ["feared the quay"]
    assert [each.text for each in answered(library, monkeypatch, reader).answers] == [
        "feared the quay"
    ]


def test_no_other_passage_answers_in_the_place_of_the_first(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index([write("quay.txt", QUAY)])
    reader = Pointing({"Holm": 6, "Lind": 5}, ["Bo Lind"])
    assert answered(library, monkeypatch, reader, "Who feared for the quay?").answers == ()


def test_others_answer_beside_the_first_where_several_may_and_they_are_as_likely(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index([write("quay.txt", QUAY)])
    reader = Pointing({"Holm": 6, "Lind": 5}, ["Mayor Ada Holm", "Bo Lind"])
    answer = answered(library, monkeypatch, reader, "Why was the quay feared?")
    assert [each.text for each in answer.answers] == ["Mayor Ada Holm"]
    reader.logits = {"Holm": 6, "Lind": -3}
    answer = answered(library, monkeypatch, reader, "Who feared for the quay?")
    assert [each.text for each in answer.answers] == ["Mayor Ada Holm"]


def test_words_that_are_not_sure_are_not_given(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index([write("quay.txt", QUAY)])
    answer = answered(library, monkeypatch, Pointing({"Holm": 6}, ["Ada Holm"], score=-2))
    assert answer.found
    assert answer.answers == ()
    assert {passage.answer for passage in answer.passages} == {None}


def test_what_may_not_answer_is_no_answer(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.index([write("quay.txt", QUAY)])
    strong = Pointing({"Holm": 6, "Lind": -9}, ["Ada Holm", "Bo Lind"])
    answer = answered(library, monkeypatch, strong)
    assert [each.text for each in answer.answers] == ["Ada Holm"]  # the other passage is weak
    assert [passage.strength for passage in answer.passages][:2] == ["strong", "weak"]
    weak = Pointing({"Holm": -9, "Lind": -9}, ["Ada Holm", "Bo Lind"])
    answer = answered(library, monkeypatch, weak)
    assert answer.confidence < BUILT_IN.threshold
    assert (answer.answers, answer.passages) == ((), ())


def test_no_more_than_five(library: Library, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    towns = [f"Town{n}" for n in range(9)]
    library.index([write("t.txt", "\n\n".join(f"The king visited {t} by train." for t in towns))])
    monkeypatch.setattr(library.models, "reranker", lambda: Pointing({"king": 6}, towns))
    answer = ask(library, Query(question="Which towns did the king visit?", top_k=9))
    assert len(answer.answers) == MOST_ANSWERS


def test_an_answer_that_was_kept_before_there_were_verdicts_is_read() -> None:
    kept = {
        "question": "Who?",
        "resolved_question": "Who?",
        "confidence": 0.5,
        "passages": [],
        "index": {"fingerprint": "f", "articles": 1, "sentences": 1},
        "took_ms": 1.0,
    }
    assert Answer.model_validate(kept | {"found": True}).verdict == "answered"
    assert Answer.model_validate(kept | {"found": False}).verdict == "not_found"
