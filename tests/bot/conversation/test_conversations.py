"""Conversations over the one answer path: remembered, resolved, apart, expiring, forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answering.answer import Answer, ask
from bot.answering.query import Query
from index.article import Article
from index.library import Library
from index.settings import Settings
from index.stores.records import LocalRecords
from tests.fakes import FakeEncoder

TEXT = (
    "The tram line in Marl was opened by the mayor Ada Brandt.\n\n"
    "Brandt said that the tram line in Marl runs at night.\n\n"
    "The ferry in Hollin was opened by the engineer Jo Lind."
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Library]:
    settings = Settings(data=tmp_path / "data")
    with Library.open(settings, encoder=FakeEncoder()) as opened:
        opened.add([Article("town", "Town", "town.txt", TEXT)])
        yield opened


def said(library: Library, question: str, conversation: str | None) -> Answer:
    return ask(library, Query(question=question, conversation=conversation))


def test_a_follow_up_is_answered_by_what_was_asked_before(town: Library) -> None:
    first = said(town, "Who opened the tram line in Marl?", "c")
    assert first.found
    answer = said(town, "What did she say?", "c")
    assert answer.question == "What did she say?"
    assert answer.resolved_question == "What did Brandt say?"
    found = answer.passages or answer.closest
    assert "Brandt said" in found[0].citation.quote
    assert said(town, "And the ferry?", "c").resolved_question == "What did the ferry say?"


def test_conversations_are_apart_and_a_question_alone_has_none(town: Library) -> None:
    said(town, "Who opened the tram line in Marl?", "c")
    for conversation in ("d", None):
        assert (
            said(town, "What did she say?", conversation).resolved_question == "What did she say?"
        )
    assert len(town.records.turns("c")) == 1


def test_not_found_is_decided_by_this_turn_alone(town: Library) -> None:
    assert said(town, "Who opened the tram line in Marl?", "c").found
    assert not said(town, "Zebra quagga okapi?", "c").found


def test_a_forgotten_conversation_is_not_followed_up(town: Library) -> None:
    said(town, "Who opened the tram line in Marl?", "c")
    assert town.records.delete_conversation("c")
    assert said(town, "What did she say?", "c").resolved_question == "What did she say?"


def test_a_conversation_expires(town: Library) -> None:
    said(town, "Who opened the tram line in Marl?", "c")

    def later() -> datetime:
        return datetime.now(UTC) + timedelta(hours=town.settings.conversation_hours, minutes=1)

    life = timedelta(hours=town.settings.conversation_hours)
    town.records = LocalRecords(town.settings.data, life, later)
    assert said(town, "What did she say?", "c").resolved_question == "What did she say?"


def test_an_answer_is_given_also_when_its_turn_cannot_be_kept(
    town: Library, caplog: pytest.LogCaptureFixture
) -> None:
    class Full(LocalRecords):
        def _ago(self, age: timedelta = timedelta(0)) -> str:
            raise OSError(28, "No space left on device")

    town.records = Full(town.settings.data)
    assert said(town, "Who opened the tram line in Marl?", "c").found
    assert "No space left" in caplog.text
