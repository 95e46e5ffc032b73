"""Articles sent in Slack to several processes on one database: each is added, whoever is killed."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
import pytest

import bot.slack.inbox
from bot.slack.app import serve_socket_mode
from bot.slack.staff import Staff
from index.library import Library
from index.settings import Settings
from index.stores.postgres.server import Server
from tests import postgres
from tests.bot.slack.edges import Answers, slack_settings
from tests.bot.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.bot.slack.payloads import event_body, message, shown
from tests.bot.slack.test_installations import CLIENT, install, send, site
from tests.fakes import FakeEncoder, Hanging, HeldEncoder
from tests.index.stores.test_postgres import check_counts, rows
from tests.index.stores.test_postgres_faults import wait_until

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
]
DONE = ["Articles: 1 added (2 sentences)."]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.slack.inbox, "IDLE_SECONDS", 0.1)


@asynccontextmanager
async def joined(
    slack: FakeSlack, database: str, data: Path, encoder: FakeEncoder | None = None
) -> AsyncIterator[None]:
    """Let a bot with a database join Slack, as one of several."""
    stop, settings = asyncio.Event(), settings_of(slack.api_url, database, data)
    links = slack.links
    with Library.open(settings, encoder=encoder or FakeEncoder()) as library:
        running = asyncio.create_task(serve_socket_mode(Staff(library, Answers()), settings, stop))
        try:
            await slack.until(lambda: slack.links > links)
            yield
        finally:
            stop.set()
            await running


def settings_of(slack_api_url: str, database: str, data: Path) -> Settings:
    settings = slack_settings(slack_api_url, slack_editors="U1", data=data)
    return settings.model_copy(update={"store": Settings.model_validate({"store": database}).store})


def be_hanging(slack_api_url: str, database: str, data: Path) -> None:
    """Be a bot that hangs at what `Hanging` does."""
    settings = settings_of(slack_api_url, database, data)
    with Library.open(settings, encoder=Hanging(data / "told")) as library:
        asyncio.run(serve_socket_mode(Staff(library, Answers()), settings, asyncio.Event()))


@contextmanager
def hanging_process(slack: FakeSlack, database: str, data: Path) -> Iterator[BaseProcess]:
    process = multiprocessing.get_context("spawn").Process(
        target=be_hanging, args=(slack.api_url, database, data)
    )
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def slow_file(slack: FakeSlack) -> dict[str, Any]:
    """Give the event of a DM with a file at which `Hanging` hangs."""
    slack.files["slow.txt"] = (b"It went slowly. It came back.", "text/plain")
    file = {"id": "F1", "name": "slow.txt", "url_private": slack.url("files/slow.txt")}
    return {**message("", ts="1.1", subtype="file_share"), "files": [file]}


def told(slack: FakeSlack) -> list[str]:
    return [shown(each) for each in slack.messages.values()]


async def until(reached: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, reached)


async def test_what_a_killed_process_had_begun_another_adds_and_tells(
    database: str, tmp_path: Path
) -> None:
    async with FakeSlack() as slack:
        with hanging_process(slack, database, tmp_path) as process:
            await slack.until(lambda: slack.links, 30)
            await slack.deliver(event_body(slow_file(slack)))
            await until((tmp_path / "told").exists)
            async with joined(slack, database, tmp_path / "other"):
                await asyncio.sleep(0.5)
                assert "added" not in told(slack)[0], "it is left alone while it is alive"
                assert process.pid
                os.kill(process.pid, signal.SIGKILL)
                await slack.until(lambda: told(slack) == DONE)
        assert len(slack.posts) == 1
    assert rows(database, "SELECT id FROM article") != []
    await until(lambda: rows(database, "SELECT count(*) FROM task WHERE ended IS NULL") == [(0,)])
    assert rows(database, "SELECT count(*) FROM task WHERE what <> ''") == [(0,)]
    check_counts(database)


async def test_what_a_stopped_process_had_begun_is_gone_on_with_after_a_restart(
    database: str, tmp_path: Path
) -> None:
    encoder = HeldEncoder()
    async with FakeSlack() as slack:
        async with joined(slack, database, tmp_path, encoder):
            await slack.deliver(event_body(slow_file(slack)))
            await asyncio.to_thread(encoder.waiting.acquire, timeout=20)
            asyncio.get_running_loop().call_later(0.3, encoder.release.set)
        assert rows(database, "SELECT run, attempts FROM task") == [(None, 0)]
        assert "added" not in told(slack)[0]
        async with joined(slack, database, tmp_path):  # its sentences are encoded already
            await slack.until(lambda: told(slack) == ["Articles: 1 added."])
    check_counts(database)


async def test_what_is_sent_outlasts_a_restart_of_the_database(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    with postgres.running_server() as cluster:
        address = postgres.create_database(cluster, "own")
        Server(address).migrate()
        async with FakeSlack() as slack, joined(slack, address, tmp_path, encoder):
            await slack.deliver(event_body(slow_file(slack)))
            await asyncio.to_thread(encoder.waiting.acquire, timeout=20)
            await asyncio.to_thread(cluster.stop, "immediate")
            encoder.release.set()
            await slack.until(lambda: "cannot be reached" in "".join(told(slack)))
            await asyncio.to_thread(cluster.start)
            await slack.until(lambda: "1 added" in "".join(told(slack)))
        check_counts(address)


async def test_what_ends_every_process_is_given_up(database: str, tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        with hanging_process(slack, database, tmp_path):
            await slack.until(lambda: slack.links, 30)
            await slack.deliver(event_body(slow_file(slack)))
            await until((tmp_path / "told").exists)
            with psycopg.connect(database) as connection:
                connection.execute("UPDATE articlebot.task SET attempts = 3")
        async with joined(slack, database, tmp_path):
            await slack.until(lambda: "it ended each process" in "".join(told(slack)))


async def test_too_many_are_refused_with_the_reason(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.slack.inbox, "WAITING", 0)
    async with FakeSlack() as slack, joined(slack, database, tmp_path):
        await slack.deliver(event_body(slow_file(slack)))
        await slack.until(lambda: "too many articles are waiting" in "".join(told(slack)))


async def test_each_workspace_is_told_with_its_own_token(database: str, tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        settings = settings_of(slack.api_url, database, tmp_path).model_copy(update=CLIENT)
        with Library.open(settings, encoder=FakeEncoder()) as library:
            async with site(slack, library, slack_editors="U1") as client:
                await install(client, "T8")
                assert await send(client, slow_file(slack), "T8") == 200
                await slack.until(lambda: told(slack) == DONE)
    tokens = {call.token for call in slack.calls if call.method.startswith("chat.")}
    assert tokens == {"xoxb-T8"} != {BOT_TOKEN}
