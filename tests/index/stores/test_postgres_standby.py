"""Searching in a standby: nothing that has been published is missed, however far it is behind."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
import pytest
from pydantic import SecretStr

from index.errors import LibraryError, SettingsError
from index.library import Library
from index.settings import load_settings
from index.stores.postgres import standby as module
from index.stores.postgres.reading import PostgresSnapshot
from index.stores.postgres.server import Server
from tests import postgres
from tests.fakes import FakeEncoder
from tests.index.stores.test_postgres import articles, open_library
from tests.index.stores.test_postgres_faults import own_standby, wait_until

pytestmark = pytest.mark.usefixtures("server")  # one that cannot be run is told there

Pair = tuple[postgres.Cluster, postgres.Cluster]


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A server and its standby, which follows when it can."""
    with postgres.running_server() as primary:
        Server(postgres.create_database(primary, "own")).migrate()
        with own_standby(primary, synchronous=False) as standby:
            yield primary, standby


@pytest.fixture
def open_pair(pair: Pair, tmp_path: Path) -> Callable[[], Library]:
    """Open a library anew, as any number of processes do; first, it is empty."""
    primary, standby = pair
    both = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    address = primary.address("own", target_session_attrs="prefer-standby")
    read = address.replace(f"127.0.0.1:{primary.port}", both)

    def open_one() -> Library:
        return open_library(tmp_path, primary.address("own"), store_read=read)

    with open_one() as library:
        if library.info().articles:
            library.remove([each.id for each in library.articles()])
    return open_one


def is_read_from_standby(library: Library) -> bool:
    with library.snapshot() as snapshot:
        connection = cast(PostgresSnapshot, snapshot)._connection
        return connection.execute("SELECT pg_is_in_recovery()").fetchall() == [(True,)]


@contextmanager
def held_back(standby: postgres.Cluster) -> Iterator[None]:
    """Let a standby receive what is written and do nothing with it."""
    with psycopg.connect(standby.address(), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        paused = "SELECT pg_get_wal_replay_pause_state() = 'paused'"
        wait_until(lambda: connection.execute(paused).fetchall() == [(True,)])
        try:
            yield
        finally:
            connection.execute("SELECT pg_wal_replay_resume()")


def test_what_has_just_been_added_is_found_whoever_added_it(
    pair: Pair, open_pair: Callable[[], Library]
) -> None:
    with open_pair() as library, open_pair() as other:
        library.add(articles(3))
        wait_until(lambda: is_read_from_standby(library))
        for round_ in range(3):
            with held_back(pair[1]):
                library.add(articles(1, f"Round {round_}: a queen came"))
                for each in (library, other):
                    began = time.monotonic()
                    assert f"Round {round_}" in each.article("a0").article.text
                    assert time.monotonic() - began < 5
                    assert not is_read_from_standby(each), "it is behind"
            wait_until(lambda: is_read_from_standby(other))
            assert f"Round {round_}" in other.article("a0").article.text


def test_what_is_only_remembered_does_not_keep_from_the_standby(
    pair: Pair, open_pair: Callable[[], Library]
) -> None:
    with open_pair() as library:
        library.add(articles(3))
        wait_until(lambda: is_read_from_standby(library))
        with held_back(pair[1]):
            library.records.put("kind", "key", "value")
            assert library.records.get("kind", "key") == "value"
            assert is_read_from_standby(library)


def test_a_standby_that_catches_up_in_time_is_waited_for(
    pair: Pair, open_pair: Callable[[], Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LAG_SECONDS", 20.0)
    with open_pair() as library:
        library.add(articles(2))
        assert is_read_from_standby(library)
        assert len(library.articles()) == 2


def test_without_the_standby_everything_goes_on_and_it_is_taken_back(
    pair: Pair,
    open_pair: Callable[[], Library],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its address names it alone: of both, the other would be taken for it."""
    monkeypatch.setattr(module, "AWAY_SECONDS", 0.5)
    standby = pair[1]
    with open_pair() as first:
        first.add(articles(3))
        settings = first.settings.model_copy(
            update={"store_read": SecretStr(standby.address("own"))}
        )
    with Library.open(settings, encoder=FakeEncoder()) as library:
        wait_until(lambda: is_read_from_standby(library))
        standby.stop("immediate")
        try:
            with caplog.at_level(logging.WARNING):
                assert len(library.articles()) == 3
                assert library.add(articles(4)).added == 1
                assert len(library.articles()) == 4
            assert "check ARTICLEBOT_STORE_READ" in caplog.text
            assert "secret" not in caplog.text
        finally:
            standby.start()
        wait_until(lambda: is_read_from_standby(library))
        assert len(library.articles()) == 4


def test_a_search_that_a_standby_breaks_off_is_told(
    pair: Pair, open_pair: Callable[[], Library]
) -> None:
    """It does so where a vacuum takes away what the search still sees."""
    primary, standby = pair
    with psycopg.connect(standby.address(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        connection.execute("SELECT pg_reload_conf()")
    with open_pair() as library:
        library.add(articles(3))
        wait_until(lambda: is_read_from_standby(library))

        def search_long() -> None:
            with library.snapshot() as snapshot:
                library.add(articles(3, "A queen came"))
                with psycopg.connect(primary.address("own"), autocommit=True) as connection:
                    connection.execute("VACUUM articlebot.article")
                wait_until(lambda: snapshot.articles() == [])

        with pytest.raises(LibraryError, match="is a standby, which had to go on: try again"):
            search_long()
        assert len(library.articles()) == 3


def test_another_database_is_not_read_from(
    database: str, other_database: str, tmp_path: Path
) -> None:
    with open_library(tmp_path, other_database) as other:
        for number in range(4):
            other.add(articles(1, f"Number {number}: another king came"))
    with open_library(tmp_path, database, store_read=other_database) as library:
        assert library.articles() == []
        for number in range(5):
            library.add(articles(1, f"Number {number}: the king came"))
            assert "the king" in library.article("a0").article.text


def test_the_address_of_a_standby_is_kept_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTICLEBOT_STORE_READ", "mysql://u:secret-word@host/x")
    with pytest.raises(SettingsError, match="begins with postgresql://") as told:
        load_settings()
    assert "secret-word" not in str(told.value)
