"""Answered once: by one of several replicas, and not again after a restart."""

import asyncio
from datetime import UTC, datetime

import pytest

import bot.slack.memory
from bot.slack.memory import Memory
from index.library import Library
from index.settings import Settings
from index.stores.records import LocalRecords
from tests.bot.slack.edges import Answers, OpenEdge
from tests.fake_slack import event_body, mention
from tests.fakes import FakeEncoder

pytestmark = pytest.mark.anyio


async def test_of_several_replicas_one_answers_and_after_a_restart_none(
    open_edge: OpenEdge, library: Library
) -> None:
    answers = Answers()
    bodies = [event_body(mention(f"number {n}?", ts=f"90.{n}")) for n in range(8)]
    settings = Settings(data=library.settings.data)
    with Library.open(settings, encoder=FakeEncoder()) as other:
        async with open_edge(answers, library) as one, open_edge(answers, other) as two:
            every = [edge.deliver(body) for body in bodies for edge in (one, two)]
            assert all(await asyncio.gather(*every))
            await one.stop()
            await two.stop()
            assert len(one.slack.posts) + len(two.slack.posts) == len(bodies)
    async with open_edge(answers, library) as again:
        assert all(await asyncio.gather(*(again.deliver(body, 1) for body in bodies)))
        await again.stop()
    assert again.slack.posts == []
    assert sorted(answers.questions) == sorted(f"number {n}?" for n in range(8))


def test_what_cannot_be_remembered_is_answered_once_by_this_process(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bot.slack.memory, "REMEMBERED", 3)
    library.settings.data.mkdir(parents=True)
    (library.settings.data / "records.sqlite3").write_bytes(b"not a database" * 100)
    memory = Memory(library.records)
    assert memory.claim("e1", "m1")
    assert not memory.claim("e1")
    assert not memory.claim("e2", "m1")
    assert memory.claim("e3")
    assert memory.claim("e4")
    assert len(memory._seen) == 3
    assert memory.reply("m") is None
    assert not memory.has_joined("t")
    assert memory.asked("p") == []
    assert "Something is not remembered" in caplog.text


def test_an_event_is_forgotten_when_slack_sends_it_no_more(library: Library) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    records = LocalRecords(library.settings.data, now=lambda: now)
    assert Memory(records).claim("e1")
    assert not Memory(records).claim("e1")
    now += bot.slack.memory.EVENT_LIFE
    assert Memory(records).claim("e1")
    records.close()
