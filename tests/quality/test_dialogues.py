"""Floors of answer quality in conversations, with the real model. Raise them, never lower them.

Each line of `dialogues.jsonl` is a conversation about one of the articles beside it, asked of a
library that holds all of them and the seed article. `quote` is what a right sentence holds.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.answering.answer import Answer, ask
from bot.answering.passage import AnswerPassage
from bot.answering.query import Query
from index.library import Library
from index.settings import Settings
from index.store import Turn
from tests.conftest import SEEDS, Exported

HERE = Path(__file__).parent
DIALOGUES = HERE / "dialogues.jsonl"
DIALOGUES_SHA256 = "00a041e6e2c6cb5a122f7ebdf323b120b85974431dcf4761d494d840b5db569e"
FOLLOW_UPS = 77
FLOOR = 62 / 77
"""Share of follow-ups with a right sentence first."""


@dataclass(frozen=True)
class Asked:
    """A question of a dialogue and its answer."""

    question: str
    number: int
    answer: Answer
    is_right: bool


@pytest.fixture(scope="module")
def library(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = Settings(
        data=tmp_path_factory.mktemp("dialogues"), cache=exported.cache, reranker="bundled"
    )
    with Library.open(settings) as opened:
        assert opened.index([HERE / "articles", SEEDS]).added == 4
        yield opened


@pytest.fixture(scope="module")
def asked(library: Library) -> list[Asked]:
    return [
        turn
        for name, line in enumerate(DIALOGUES.read_text("utf-8").splitlines())
        for turn in hold(library, f"dialogue {name}", json.loads(line))
    ]


def hold(library: Library, conversation: str, dialogue: dict[str, Any]) -> Iterator[Asked]:
    for number, turn in enumerate(dialogue["turns"]):
        answer = ask(library, Query(question=turn["question"], conversation=conversation))
        first = (answer.passages or answer.closest)[0]
        right = any(is_marked(first, quote) for quote in turn["quote"])
        yield Asked(turn["question"], number, answer, right)


def is_marked(passage: AnswerPassage, quote: str) -> bool:
    """Tell whether the marked sentence holds some of a quote that stands in its passage."""
    start = passage.start + passage.text.find(quote)
    cited = passage.citation
    return quote in passage.text and start < cited.end and cited.start < start + len(quote)


def test_the_dialogues_are_those_that_the_floor_belongs_to() -> None:
    assert hashlib.sha256(DIALOGUES.read_bytes()).hexdigest() == DIALOGUES_SHA256
    dialogues = [json.loads(line) for line in DIALOGUES.read_text("utf-8").splitlines()]
    assert len(dialogues) >= 60
    assert all(2 <= len(dialogue["turns"]) <= 4 for dialogue in dialogues)


def test_every_quote_stands_in_its_article() -> None:
    for line in DIALOGUES.read_text("utf-8").splitlines():
        dialogue = json.loads(line)
        text = (HERE / dialogue["article"]).read_text("utf-8")
        for turn in dialogue["turns"]:
            assert all(quote in text for quote in turn["quote"]), turn


def test_follow_ups_have_a_right_sentence_first(asked: list[Asked]) -> None:
    follow_ups = [each for each in asked if each.number]
    missed = [f"{e.question} ({e.answer.resolved_question})" for e in follow_ups if not e.is_right]
    assert len(follow_ups) == FOLLOW_UPS
    assert 1 - len(missed) / FOLLOW_UPS >= FLOOR, "\n".join(missed)


def test_complete_questions_are_answered_as_if_asked_alone(
    library: Library, asked: list[Asked]
) -> None:
    library.records.add_turn("other", Turn("Who is Anton Rehn?", "Who is Anton Rehn?", False, ()))
    for each in asked:
        if each.number:
            continue
        alone = ask(library, Query(question=each.question))
        amid = ask(library, Query(question=each.question, conversation="other"))
        unlike = {"took_ms": 0.0}
        assert amid.model_copy(update=unlike) == alone.model_copy(update=unlike)


@pytest.mark.parametrize(
    ("first", "then", "full"),
    [
        ("Who raised concerns?", "Why?", "Who raised concerns, and why?"),
        ("Who raised concerns?", "Why did they do that?", "Who raised concerns, and why?"),
        ("Who raised concerns?", "What did they say?", "What did they say?"),
        ("Who criticised the deal?", "Why?", "Who criticised the deal, and why?"),
        ("Who sells the S-400?", "To whom?", "Who sells the S-400, and to whom?"),
        ("Who granted the loan?", "When?", "Who granted the loan, and when?"),
        ("Who opposes the treaty?", "Why?", "Who opposes the treaty, and why?"),
        ("Who signed the letter?", "Why?", "Who signed the letter, and why?"),
        ("Who lost the harvest?", "When was that?", "Who lost the harvest, and when?"),
        (
            "Who designed the tide barrier?",
            "When was that?",
            "When was it that Solberg designed the tide barrier?",
        ),
    ],
)
def test_nobody_is_said_to_have_done_what_no_article_says_of_them(
    library: Library, first: str, then: str, full: str
) -> None:
    name = f"{first} {then}"
    ask(library, Query(question=first, conversation=name))
    assert ask(library, Query(question=then, conversation=name)).resolved_question == full
