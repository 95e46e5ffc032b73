"""The database as such: migrations, what is said about it, and that nothing is left behind."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from pgvector.psycopg import register_vector

from index.article import Article
from index.errors import LibraryError, SettingsError
from index.library import Library
from index.settings import Settings
from index.stores.choice import open_server
from index.stores.postgres import nearest, schema
from index.stores.postgres.ranking import rank
from index.stores.postgres.server import Server
from tests.fakes import FakeEncoder


@pytest.fixture
def library(tmp_path: Path, database: str) -> Iterator[Library]:
    with open_library(tmp_path, database) as opened:
        yield opened


def open_library(tmp_path: Path, address: str, **more: object) -> Library:
    settings = Settings.model_validate({"data": tmp_path / "data", "store": address, **more})
    return Library.open(settings, encoder=FakeEncoder())


@contextlib.contextmanager
def connect(address: str) -> Iterator[schema.Connection]:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET search_path TO articlebot, public")
        yield connection


def rows(address: str, statement: str) -> list[tuple[object, ...]]:
    with connect(address) as connection:
        return connection.execute(statement.encode()).fetchall()


def articles(count: int, said: str = "The king came") -> list[Article]:
    return [Article(f"a{n}", f"A {n}", "s", f"{said} {n}. He left.") for n in range(count)]


def test_tables_that_are_missing_are_refused_with_the_remedy(
    empty_database: str, tmp_path: Path
) -> None:
    with open_library(tmp_path, empty_database) as library:
        for use in (library.info, lambda: library.records.get("a", "b"), library.articles):
            with pytest.raises(LibraryError, match=r"no tables .*: run `articlebot migrate`"):
                use()
        Server(empty_database).migrate()
        assert library.info().articles == 0


def test_migrations_are_applied_once_one_by_one(empty_database: str) -> None:
    steps: list[int] = []
    assert Server(empty_database).migrate(steps.append) == len(schema.MIGRATIONS) == len(steps)
    assert Server(empty_database).migrate(steps.append) == 0
    assert steps == list(range(1, len(schema.MIGRATIONS) + 1))
    assert rows(empty_database, "SELECT version FROM migration ORDER BY version") == [
        (version,) for version in steps
    ]


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (1, "has version 1 of the tables, this program needs version .*: run `articlebot migrate`"),
        (99, "has version 99 of the tables, this program knows .*: use the version"),
    ],
)
def test_older_and_newer_tables_are_refused(
    version: int, said: str, database: str, tmp_path: Path
) -> None:
    with connect(database) as connection:
        connection.execute("DELETE FROM migration WHERE version > %s", (version,))
        connection.execute("INSERT INTO migration VALUES (%s) ON CONFLICT DO NOTHING", (version,))
    with open_library(tmp_path, database) as library:
        with pytest.raises(LibraryError, match=said):
            library.info()
        with pytest.raises(LibraryError, match=said):
            library.add(articles(1))
    if version == 99:
        with pytest.raises(LibraryError, match="version 99"):
            Server(database).migrate()


def test_tables_that_become_newer_meanwhile_are_refused(library: Library, database: str) -> None:
    library.add(articles(1))
    with connect(database) as connection:
        connection.execute("INSERT INTO migration VALUES (99)")
    with pytest.raises(LibraryError, match="version 99"):
        library.info()


def test_a_migration_that_fails_leaves_the_version_before(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", ("CREATE TABLE a (b int)", "CREATE TABLE a (b int)"))
    with pytest.raises(LibraryError, match="refuses what is asked"):
        Server(empty_database).migrate()
    assert rows(empty_database, "SELECT version FROM migration") == [(1,)]


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    settings = Settings.model_validate({"store": "postgresql://host/x"})
    with pytest.raises(SettingsError, match=r"pip install \"articlebot\[postgres\]\""):
        open_server(settings)
    with pytest.raises(SettingsError, match="set ARTICLEBOT_STORE"):
        open_server(Settings(store=None))


_WRONG_COUNTS = """
SELECT word, sentences, passages FROM word EXCEPT SELECT word, coalesce(s.n, 0), coalesce(p.n, 0)
FROM (SELECT word, count(*) AS n FROM sentence_word GROUP BY word) AS s
FULL JOIN (SELECT word, sum(sentences) AS n FROM passage_word GROUP BY word) AS p USING (word)
"""


def check_counts(address: str, *, staged: bool = False) -> None:
    """Check what is counted as articles come and go against what is there."""
    assert rows(
        address, "SELECT articles, sentences, sentence_words, passage_words FROM library"
    ) == rows(
        address,
        "SELECT count(*), coalesce(sum(sentences), 0)::bigint,"
        " coalesce(sum(sentence_words), 0)::bigint, coalesce(sum(passage_words), 0)::bigint"
        " FROM article",
    )
    assert rows(address, "SELECT count(*) FROM sentence") == rows(
        address, "SELECT sentences FROM library"
    )
    for statement in (
        "SELECT 1 FROM sentence_word WHERE sentence NOT IN (SELECT id FROM sentence)",
        "SELECT 1 FROM passage_word WHERE first_sentence NOT IN (SELECT id FROM sentence)",
        "SELECT 1 FROM sentence WHERE article NOT IN (SELECT key FROM article)",
        _WRONG_COUNTS,
        *([] if staged else ["SELECT 1 FROM staged"]),
    ):
        assert rows(address, statement) == []


def test_what_is_replaced_and_removed_leaves_no_row(library: Library, database: str) -> None:
    library.add(articles(5))
    library.add([*articles(3, "A queen slept"), Article("b", "B", "s", "One. Two. Three.")])
    check_counts(database)
    library.remove(["a0", "a4"])
    check_counts(database)
    library.remove([each.id for each in library.articles()])
    check_counts(database)
    assert rows(database, "SELECT count(*) FROM sentence_word") == [(0,)]


def test_many_vectors_are_found_through_an_index_and_scored_exactly(
    library: Library, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(articles(300))
    with library.snapshot() as snapshot:
        exact = library.search(snapshot, "king 17", 400)
    monkeypatch.setattr(nearest, "ENOUGH", 100)
    library.add([Article("last", "Last", "s", "The last one.")])
    assert rows(database, "SELECT nearest FROM library") == [(True,)]
    library.remove(["last"])
    address = f"{database}options=-c%20enable_seqscan%3Doff"  # so few could as well be compared
    with open_library(tmp_path, address) as through_index, through_index.snapshot() as snapshot:
        found = through_index.search(snapshot, "king 17", 400)
    assert len(found) >= 400, "as many as were asked for, more than the index gives by itself"
    assert [hit.dense for hit in found[:20]] == [hit.dense for hit in exact[:20]]
    assert "sentence_nearest" in explain(address)


def explain(address: str) -> str:
    """Give the plan of the very statement that a search sends."""
    vector = FakeEncoder().encode(["king"])[0]
    with connect(address) as connection:
        register_vector(connection)
        sent: list[str] = []

        class Spy:
            def execute(self, statement: bytes, values: dict[str, Any]) -> Self:
                found = connection.execute(b"EXPLAIN " + statement, values)
                sent.extend(str(row[0]) for row in found)
                return self

            def fetchall(self) -> list[object]:
                return []

        rank(Spy(), vector, "king", 50, among=None, nearest=True)  # type: ignore[arg-type]
    return "\n".join(sent)


def test_the_planner_knows_how_much_there_is_when_a_publication_has_ended(
    library: Library, database: str
) -> None:
    library.add(articles(50))
    known = "SELECT reltuples::integer FROM pg_class WHERE oid = 'sentence'::regclass"
    assert rows(database, known) == [(100,)]
    library.add(articles(60))
    assert rows(database, known) == [(100,)], "so little more is not worth it"
    library.add(articles(120))
    assert rows(database, known) == [(240,)]


def test_an_index_that_was_left_half_built_is_built_anew(
    library: Library, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(articles(60))
    with connect(database) as connection:
        connection.execute(
            "CREATE INDEX sentence_nearest ON sentence USING hnsw"
            " ((embedding::halfvec(64)) halfvec_l2_ops)"
        )
    monkeypatch.setattr(nearest, "ENOUGH", 100)
    library.add(articles(61))
    assert "halfvec_ip_ops" in str(
        rows(database, "SELECT pg_get_indexdef('sentence_nearest'::regclass)")
    )
