"""What may happen to a server: it is told in one sentence, nothing is lost, and it goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.web.app import create_app
from index.article import Article
from index.errors import LibraryError
from index.library import Library
from index.stores.postgres.server import Server
from tests import postgres
from tests.bot.serving import serving
from tests.fakes import answer_readily
from tests.index.stores.test_postgres import articles, check_counts, connect, open_library

pytestmark = pytest.mark.usefixtures("server")  # one that cannot be run is told there
QUICK_SECONDS = 10.0


@pytest.fixture
def own_server() -> Iterator[postgres.Cluster]:
    """A server that a test may stop."""
    with postgres.running_server() as cluster:
        Server(postgres.create_database(cluster, "own")).migrate()
        yield cluster


def test_a_restart_is_not_noticed_and_an_outage_is_told(
    own_server: postgres.Cluster, tmp_path: Path
) -> None:
    with open_library(tmp_path, own_server.address("own")) as library:
        library.add(articles(3))

        def lose() -> None:
            with library.snapshot() as snapshot:
                own_server.stop("immediate")
                library.search(snapshot, "king", 3)

        with pytest.raises(LibraryError, match="database cannot be reached"):
            lose()
        began = time.monotonic()
        for use in (library.info, lambda: library.add(articles(4)), library.records.feedback):
            with pytest.raises(LibraryError, match=r"cannot be reached .*: see that it runs"):
                use()
        assert time.monotonic() - began < 3 * QUICK_SECONDS
        own_server.start()
        assert library.info().articles == 3, "what was published is there"
        own_server.stop()
        own_server.start()
        assert library.info().articles == 3, "broken connections are replaced unseen"
        assert library.add(articles(4)).added == 1


def test_over_http_an_outage_is_503_and_ends_by_itself(
    own_server: postgres.Cluster, tmp_path: Path
) -> None:
    with open_library(tmp_path, own_server.address("own")) as library:
        library.add(articles(3))
        answer_readily(library)
        with serving(create_app(library, library.settings)) as client:

            def ask() -> httpx.Response:
                return client.post("/v1/ask", json={"question": "Who is the king?"})

            wait_until(lambda: client.get("/readyz").status_code == 200)
            assert ask().status_code == 200
            own_server.stop("immediate")
            for response in (ask(), client.get("/readyz")):
                assert (response.status_code, response.headers["retry-after"]) == (503, "5")
                problem = response.json()
                assert problem["detail"].startswith("the database cannot be reached")
                assert "ARTICLEBOT_STORE" in problem["remedy"]
                assert "secret" not in response.text
            assert client.get("/healthz").status_code == 200
            own_server.start()
            wait_until(lambda: client.get("/readyz").status_code == 200)
            assert ask().status_code == 200


def wait_until(reached: Callable[[], bool], seconds: float = 20.0) -> None:
    last = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < last
        time.sleep(0.05)


@contextmanager
def cut_off(address: str) -> Iterator[None]:
    """End every connection of the program to the database, again and again."""
    stop = threading.Event()

    def cut() -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'articlebot'"
                )

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_connection_lost_amid_a_publication_leaves_nothing_of_it(
    database: str, tmp_path: Path
) -> None:
    with open_library(tmp_path, database) as library:
        library.add(articles(40))
        with connect(database) as connection:  # a publication that waits in its middle
            connection.execute("BEGIN")
            connection.execute("LOCK TABLE passage_word IN SHARE MODE")
            failed: list[Exception] = []
            thread = threading.Thread(target=lambda: failed.append(failure(library)))
            thread.start()
            wait_until(lambda: waits_for_a_lock(database))
            with cut_off(database):
                thread.join()
            connection.execute("ROLLBACK")
        (error,) = failed
        assert isinstance(error, LibraryError)
        assert "cannot be reached" in str(error)
        assert {each.title[0] for each in library.articles()} == {"A"}
        library.add(articles(40, "A queen came"))
        check_counts(database)


def failure(library: Library) -> Exception:
    try:
        library.add(articles(40, "A queen came"))
    except LibraryError as error:
        return error
    return AssertionError("it was not cut off")


def waits_for_a_lock(address: str) -> bool:
    with psycopg.connect(address) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        return found.fetchone() is not None


def test_a_slow_statement_is_given_up(database: str, tmp_path: Path) -> None:
    with open_library(tmp_path, database, request_seconds=0.3) as library:
        library.add(articles(3))
        with connect(database) as connection:
            connection.execute("BEGIN")
            connection.execute("LOCK TABLE article")
            with pytest.raises(LibraryError, match="the database took too long: try again"):
                library.articles()
            connection.execute("ROLLBACK")
        assert len(library.articles()) == 3


def test_all_connections_in_use_is_told(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.stores.postgres.server.PLACES", 2)
    monkeypatch.setattr("index.stores.postgres.server.PATIENCE_SECONDS", 0.2)
    with open_library(tmp_path, database) as library:
        library.add(articles(1))
        with (
            library.snapshot(),
            library.snapshot(),
            pytest.raises(LibraryError, match="no connection free: try again"),
        ):
            library.info()
        assert library.info().articles == 1


def test_a_standby_takes_over_under_load(own_server: postgres.Cluster, tmp_path: Path) -> None:
    """Questions and articles go on through both addresses; what was told to be kept is kept."""
    with own_standby(own_server) as standby:
        host = f"127.0.0.1:{own_server.port},127.0.0.1:{standby.port}"
        address = own_server.address("own").replace(f"127.0.0.1:{own_server.port}", host)
        address += "target_session_attrs=read-write"
        with open_library(tmp_path, address) as library:
            library.add([article(0)])
            kept, refused, stop = [0], [0], threading.Event()

            def write_on() -> None:
                number = 1
                while not stop.is_set():
                    try:
                        library.add([article(number)])
                    except LibraryError:
                        refused[0] += 1
                        time.sleep(0.05)
                    else:
                        kept.append(number)
                        number += 1

            writing = threading.Thread(target=write_on)
            writing.start()
            try:
                wait_until(lambda: len(kept) > 5)
                own_server.stop("immediate")
                standby.promote()
                after = len(kept)
                wait_until(lambda: len(kept) > after + 5)
            finally:
                stop.set()
                writing.join()
            assert {int(each.id) for each in library.articles()} >= set(kept)
            with library.snapshot() as snapshot:
                assert library.search(snapshot, f"number {kept[-1]}", 3)
        check_counts(standby.address("own"), staged=True)


def article(number: int) -> Article:
    return Article(str(number), f"Number {number}", "s", f"The number {number} came.")


@contextmanager
def own_standby(
    primary: postgres.Cluster, *, synchronous: bool = True
) -> Iterator[postgres.Cluster]:
    """Run a standby that has each commit before it is told, or some time later."""
    with postgres.server_home() as home:
        standby = postgres.Cluster(home, primary.programs, postgres.free_port())
        primary.run(
            "pg_basebackup",
            *("-D", standby.data, "-R", "-X", "stream", "-C", "-S", "standby", "-c", "fast"),
            *("-d", primary.address("postgres", application_name="standby")),
        )
        standby.start()
        with psycopg.connect(primary.address(), autocommit=True) as connection:
            if synchronous:
                connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
                connection.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
                connection.execute("SELECT pg_reload_conf()")
            wait_until(lambda: follows(connection, "sync" if synchronous else "async"))
        try:
            yield standby
        finally:
            standby.stop("immediate")


def follows(connection: "psycopg.Connection[tuple[object, ...]]", how: str) -> bool:
    found = connection.execute("SELECT sync_state FROM pg_stat_replication").fetchall()
    return found == [(how,)]
