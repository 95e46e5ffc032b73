"""Who is let in: what is said about a password, an address, and a user who may too little."""

import logging
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from index.errors import ArticlebotError, LibraryError, SettingsError, UnavailableError
from index.settings import load_settings
from index.stores.postgres.faults import explain
from index.stores.postgres.server import Server
from tests import postgres
from tests.index.stores.test_postgres import articles, open_library
from tests.pages import PAGES, blocks, read

SECRET = "secret-word"
ENCODED = "percent-encoded (%40 for @"


@pytest.mark.parametrize(
    ("change", "said", "remedy"),
    [
        (lambda a: re.sub(r":\d+/", ":1/", a), "connection refused", "see that it runs"),
        (lambda a: a.replace(SECRET, f"{SECRET}-2"), "not take the user or the pass", ENCODED),
        (lambda a: a.replace("tester", "nobody"), "not take the user or the password", ENCODED),
        (lambda a: a.replace(f":{SECRET}", ""), "wants a password", ENCODED),
        (
            lambda a: a.replace("/test_", "/none_"),
            "does not exist on its server",
            "CREATE DATABASE",
        ),
        (lambda a: f"{a}&sslmode={SECRET}", "address of the database cannot be read", ENCODED),
        (lambda a: f"postgresql://u:{SECRET}@[", "cannot be read", ENCODED),
        (lambda a: f"postgresql://u:p@{SECRET}@nowhere.invalid/x", "cannot be read", ENCODED),
        (lambda a: f"postgresql://u:{SECRET}/p@nowhere.invalid/x", "cannot be read", ENCODED),
        (lambda a: f"postgresql://u:1/{SECRET}@nowhere.invalid/x", "cannot be read", ENCODED),
        (lambda a: f"postgresql://u:%{SECRET}@nowhere.invalid/x", "cannot be read", ENCODED),
        (lambda a: f"postgresql://u:{SECRET}@nowhere.invalid/x", "no such host", "check"),
    ],
)
def test_no_password_is_told_to_anybody(
    change: Callable[[str], str],
    said: str,
    remedy: str,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    caplog.set_level(logging.DEBUG)
    library = open_library(tmp_path, change(database))
    with library, pytest.raises(LibraryError) as told:
        library.info()
    assert said in told.value.what
    assert remedy in told.value.remedy
    assert "ARTICLEBOT_STORE" in told.value.remedy
    everything = f"{caplog.text} {library.settings!r} {library.settings}"
    assert SECRET not in everything + "".join(traceback.format_exception(told.value))


def test_what_an_administrator_is_told_is_enough(server: postgres.Cluster, tmp_path: Path) -> None:
    [(page, told)] = [(page, block) for page in PAGES for block in blocks(page, "sql")]
    before, _, after = told.partition("\\c articlebot\n")
    for database, statements in (("postgres", before), ("articlebot", after)):
        with psycopg.connect(server.address(database), autocommit=True) as administrator:
            for statement in statements.splitlines():
                administrator.execute(statement.encode())
    address = server.address("articlebot").replace(f"tester:{SECRET}", "articlebot:p%40ss%2Fword")
    assert "`p%40ss%2Fword`" in read(page)
    Server(address).migrate()
    with open_library(tmp_path, address) as library:
        assert library.add(articles(2)).added == 2
    postgres.drop_database(server, "articlebot")


def test_an_address_of_something_else_is_refused_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTICLEBOT_STORE", f"mysql://u:{SECRET}@host/x")
    with pytest.raises(SettingsError, match="begins with postgresql://") as told:
        load_settings()
    assert SECRET not in str(told.value)


def test_a_user_who_may_too_little_is_told_what_to_grant(
    server: postgres.Cluster, empty_database: str, tmp_path: Path
) -> None:
    """What is told is done, step by step, until the user can use what an administrator allowed."""
    address = empty_database.replace("tester", "plain")
    with (
        psycopg.connect(empty_database, autocommit=True) as administrator,
        open_library(tmp_path, address) as library,
    ):
        administrator.execute(f"CREATE ROLE plain LOGIN PASSWORD '{SECRET}'".encode())
        administrator.execute(
            f"REVOKE CONNECT ON DATABASE {administrator.info.dbname} FROM public".encode()
        )
        for use in (library.info, Server(address).migrate):
            with pytest.raises(LibraryError, match=r"does not let its user in: .*GRANT CONNECT"):
                use()
        name = administrator.info.dbname
        administrator.execute(f"GRANT CONNECT ON DATABASE {name} TO plain".encode())
        for part, wanted in (
            ("make the schema articlebot", f'GRANT CREATE ON DATABASE "{name}" TO "plain"'),
            ("install pgvector", "CREATE EXTENSION vector"),
        ):
            with pytest.raises(LibraryError, match=f"may not {part}") as told:
                Server(address).migrate()
            assert f"let an administrator run `{wanted}`" in told.value.remedy
            administrator.execute(wanted.encode())
        assert Server(address).migrate() > 0
        assert library.add(articles(2)).added == 2


def test_a_user_whose_tables_an_administrator_made_is_told_so(
    server: postgres.Cluster, database: str, tmp_path: Path
) -> None:
    with psycopg.connect(database, autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE other LOGIN PASSWORD '{SECRET}'".encode())
        with open_library(tmp_path, database.replace("tester", "other")) as library:
            for use in (library.info, lambda: library.add(articles(2))):
                with pytest.raises(LibraryError, match=r"its user do this: .* role to this"):
                    use()
            administrator.execute("GRANT tester TO other")
            assert library.add(articles(2)).added == 2


def test_every_error_of_the_driver_is_one_sentence() -> None:
    for error in (
        psycopg.OperationalError(f"connection to {SECRET} lost"),
        psycopg.errors.DiskFull(SECRET),
        psycopg.errors.QueryCanceled(SECRET),
        psycopg.errors.SyntaxError(SECRET),
        psycopg.errors.ReadOnlySqlTransaction(SECRET),
    ):
        told = explain(error)
        assert isinstance(told, ArticlebotError)
        assert SECRET not in str(told)
        assert told.remedy


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.QueryCanceled(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.OperationalError("password authentication failed"), False),
        (psycopg.errors.UndefinedTable(), False),
        (psycopg.errors.InsufficientPrivilege(), False),
        (psycopg.errors.SyntaxError(), False),
    ],
)
def test_what_may_pass_is_told_apart_from_what_lasts(error: psycopg.Error, passes: bool) -> None:
    assert isinstance(explain(error), UnavailableError) is passes
