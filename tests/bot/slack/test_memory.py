"""Answered once: by one of several replicas, and not again after a restart."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import httpx
import pytest

import bot.slack.memory
from bot.slack.memory import Memory
from index.library import Library
from index.settings import Settings
from index.store import Records
from index.stores.postgres.records import PostgresRecords
from index.stores.postgres.server import Server
from index.stores.records import LocalRecords
from tests.bot.slack.edges import Answers, OpenEdge
from tests.bot.slack.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.bot.slack.payloads import event_body, mention, shown, signed
from tests.conftest import ROOT, SEEDS, Exported
from tests.fakes import FakeEncoder

pytestmark = pytest.mark.anyio


@contextmanager
def articlebot_serving(environment: dict[str, str]) -> Iterator[str]:
    """Run `articlebot serve` as a process of its own; give its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli.main", "serve", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        address = next(line for line in process.stderr if "Serving on" in line).split()[-1]
        yield address
        process.terminate()
        said = process.stderr.read()
        assert process.wait(20) == 0, said
        assert "Traceback" not in said
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


async def test_of_two_processes_on_one_database_one_answers(
    database: str, exported: Exported
) -> None:
    """Both are told everything, at the same time, as Slack does when an answer is late."""
    bodies = [
        json.dumps(event_body(mention("Who raised concerns?", ts=f"91.{n}"))).encode()
        for n in range(6)
    ]
    stored = {"ARTICLEBOT_STORE": database, "ARTICLEBOT_CACHE": str(exported.cache)}
    async with FakeSlack() as slack:
        tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
        environment = {**stored, **tokens, "SLACK_API_URL": slack.api_url}
        with ExitStack() as running:
            addresses = [running.enter_context(articlebot_serving(environment)) for _ in range(2)]
            await asyncio.to_thread(index_seeds, stored)
            async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
                replies = await asyncio.gather(
                    *(
                        client.post(f"{address}/slack/events", content=body, headers=signed(body))
                        for body in bodies
                        for address in addresses
                    )
                )
            assert [reply.status_code for reply in replies] == [200] * 12
            await slack.until(lambda: len(slack.posts) >= len(bodies))
            await asyncio.to_thread(running.close)  # they end what they have accepted
    assert sorted(post["thread_ts"] for post in slack.posts) == [f"91.{n}" for n in range(6)]
    assert all("raised serious concerns" in shown(post) for post in slack.posts)


def index_seeds(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "index", SEEDS],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )


@pytest.mark.usefixtures("either_store")
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


@pytest.mark.parametrize("store", ["local", "postgres"])
def test_what_cannot_be_remembered_is_answered_once_by_this_process(
    library: Library, store: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bot.slack.memory, "REMEMBERED", 3)
    library.settings.data.mkdir(parents=True)
    (library.settings.data / "records.sqlite3").write_bytes(b"not a database" * 100)
    records = library.records
    if store == "postgres":  # which nobody listens at
        records = PostgresRecords(Server("postgresql://127.0.0.1:9/articlebot"))
    memory = Memory(records)
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


@pytest.mark.parametrize("store", ["local", "postgres"])
def test_an_event_is_forgotten_when_slack_sends_it_no_more(
    library: Library, store: str, request: pytest.FixtureRequest
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    records: Records = LocalRecords(library.settings.data, now=lambda: now)
    if store == "postgres":
        records = PostgresRecords(Server(request.getfixturevalue("database")), now=lambda: now)
    assert Memory(records).claim("e1")
    assert not Memory(records).claim("e1")
    now += bot.slack.memory.EVENT_LIFE
    assert Memory(records).claim("e1")
    records.close()
