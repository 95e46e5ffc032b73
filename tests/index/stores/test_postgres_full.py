"""A server whose disk is full: it is told, nothing is lost, and the work goes on."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from index.article import Article
from index.errors import LibraryError
from tests import postgres
from tests.index.stores.test_postgres import articles, check_counts, connect, open_library


@pytest.fixture
def small_database(server: postgres.Cluster) -> Iterator[tuple[str, Path]]:
    """A database on a disk that has room for little more, and the folder of the disk."""
    try:
        with (
            postgres.small_disk(64) as folder,
            psycopg.connect(server.address(), autocommit=True) as connection,
        ):
            connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'".encode())
            connection.execute("CREATE DATABASE small TEMPLATE migrated TABLESPACE small")
            connection.execute("CHECKPOINT")
            used = shutil.disk_usage(folder).used
            postgres.resize_disk(folder, used // 2**20 + 4)
            yield server.address("small"), folder
            connection.execute("DROP DATABASE small WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")
    except postgres.MissingError as error:
        pytest.skip(str(error))


def test_a_full_disk_loses_nothing_and_the_work_goes_on_when_there_is_room(
    small_database: tuple[str, Path], tmp_path: Path
) -> None:
    address, folder = small_database
    many = [
        Article(f"b{n}", f"B {n}", "s", f"The queen number {n} came by train. " * 40)
        for n in range(200)
    ]
    with open_library(tmp_path, address) as library:
        library.add(articles(3))
        info = library.info()
        for _ in range(2):
            with pytest.raises(LibraryError, match="the database is full: free some space"):
                library.add(many)
            assert library.info() == info
            assert len(library.articles()) == 3
        check_counts(address, staged=True)
        postgres.resize_disk(folder, 256)
        report = library.add(many)
        assert (report.added, report.unchanged) == (200, 0)
        assert library.info().articles == 203
    check_counts(address)


def test_what_is_full_in_the_middle_of_a_publication_changes_nothing(
    database: str, tmp_path: Path
) -> None:
    """The server says so by an error in the middle of a COPY, as it does when it is full."""
    with open_library(tmp_path, database) as library:
        library.add(articles(3))
        info = library.info()
        with connect(database) as connection:
            connection.execute(
                "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.word"
                " = 'queen' THEN RAISE 'no space' USING ERRCODE = 'disk_full'; END IF;"
                " RETURN NEW; END $$"
            )
            connection.execute(
                "CREATE TRIGGER fill BEFORE INSERT ON passage_word FOR EACH ROW"
                " EXECUTE FUNCTION fill()"
            )
            with pytest.raises(LibraryError, match="the database is full: free some space"):
                library.add(articles(5, "A queen came"))
            assert library.info() == info
            check_counts(database, staged=True)
            connection.execute("DROP TRIGGER fill ON passage_word")
        report = library.add(articles(5, "A queen came"))
        assert (report.added, report.changed) == (2, 3)
        assert report.sentences == 0, "what was staged before is not encoded again"
        check_counts(database)
