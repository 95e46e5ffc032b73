"""SQLite gives back what was stored, tells damage, and replaces articles as a whole."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, canonical
from index.build import sentence_vectors
from index.errors import LibraryError
from index.library import Library
from index.reading.split import parse_article
from index.store import EncodedArticle, Filter
from index.stores import database, publication, reading, schema, selection
from tests.fakes import FakeEncoder


def encoded(text: str, article_id: str = "a", **fields: object) -> EncodedArticle:
    article = Article(
        article_id, str(fields.get("title", "T")), "/s", canonical(text), date(2020, 8, 7)
    )
    parsed = parse_article(article)
    return EncodedArticle(parsed, f"sha of {text}", sentence_vectors(parsed, FakeEncoder()))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = database.connect(tmp_path / "articles.sqlite3", create=True)
    yield opened
    opened.close()


def publish(connection: sqlite3.Connection, *articles: EncodedArticle) -> None:
    for article in articles:
        database.insert_article(connection, article)
    publication.publish(connection, (), "fake-64")


@given(st.text(max_size=200))
def test_what_is_stored_is_given_back(text: str) -> None:
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        schema.create(connection)
        stored = encoded(text, title=canonical(text[:20]))
        publish(connection, stored)
        assert reading.read_parsed(connection, "a") == stored.parsed
        ids = selection.sentence_ids(connection, ["a"])
        rows = reading.read_sentences(connection, ids)
        assert [(rows[i].start, rows[i].end) for i in ids] == [
            (s.start, s.end) for s in stored.parsed.sentences
        ]
        vectors = [v for _, part in reading.iter_vectors(connection, 64, batch=2) for v in part]
        np.testing.assert_array_equal(np.reshape(vectors, (-1, 64)), stored.vectors)
    connection.close()


def test_staged_articles_are_not_read(connection: sqlite3.Connection) -> None:
    publish(connection, encoded("One came. Two went."))
    database.insert_article(connection, encoded("Three stayed."))
    database.insert_article(connection, encoded("Four.", "b"))
    assert reading.read_article(connection, "b") is None
    assert selection.read_ids(connection, "") == ["a"]
    assert database.read_info(connection).sentences == 2
    assert [row[2] for row in reading.iter_texts(connection)] == ["One came.", "Two went."]
    assert sum(len(ids) for ids, _ in reading.iter_vectors(connection, 64)) == 2
    assert [s.sentences for s in reading.read_summaries(connection)] == [2]
    assert database.contents(connection, live=False) == {
        "a": "sha of Three stayed.",
        "b": "sha of Four.",
    }


def test_a_replaced_article_leaves_nothing_behind(connection: sqlite3.Connection) -> None:
    publish(connection, encoded("One came. Two went.\n\nShare this"))
    old = selection.sentence_ids(connection, ["a"])
    publish(connection, encoded("Three stayed."))
    new = selection.sentence_ids(connection, ["a"])
    assert not set(old) & set(new)  # an id is never used again: no citation leads elsewhere
    for table, rows in (("article", 1), ("paragraph", 1), ("passage", 1), ("sentence", 1)):
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert (table, count) == (table, rows)


def test_removed_articles_are_gone(connection: sqlite3.Connection) -> None:
    publish(connection, encoded("One."), encoded("Two.", "b"))
    publication.publish(connection, ["a"], "fake-64")
    assert selection.read_ids(connection, "") == ["b"]


def test_beginnings_are_compared_as_they_are(connection: sqlite3.Connection) -> None:
    publish(connection, *(encoded("One.", id_) for id_ in ("ab-1", "ab-2", "a%", "a_", "é1")))
    assert selection.read_ids(connection, "ab") == ["ab-1", "ab-2"]
    assert selection.read_ids(connection, "a%") == ["a%"]
    assert selection.read_ids(connection, "a_") == ["a_"]
    assert selection.read_ids(connection, "é") == ["é1"]


def test_another_format_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "articles.sqlite3"
    opened = database.connect(path, create=True)
    schema.put_meta(opened, format="99")
    opened.close()
    for create in (False, True):
        with pytest.raises(
            LibraryError, match=f"has format 99, this program reads {schema.FORMAT}: use the"
        ):
            database.connect(path, create=create)


def test_a_missing_database_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        database.connect(tmp_path / "articles.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_filter_limits_by_all_that_it_gives(library: Library) -> None:
    def article(id_: str, source: str, published: date | None) -> Article:
        return Article(id_, id_, source, "One came by sea.", published)

    library.add(
        [
            article("a", "https://NÉWS.example/1", date(2017, 3, 1)),
            article("b", "https://news.example/2", date(2018, 5, 31)),
            article("c", "notes.txt", None),
        ]
    )
    with library.snapshot() as snapshot:
        for only, ids in [
            (Filter(), "abc"),
            (Filter(articles=("b", "c", "x")), "bc"),
            (Filter(since=date(2017, 3, 1)), "ab"),
            (Filter(since=date(2017, 3, 2)), "b"),
            (Filter(until=date(2018, 5, 31)), "ab"),
            (Filter(until=date(2018, 5, 30)), "a"),
            (Filter(source="néws.EXAMPLE"), "a"),
            (Filter(source="news.example", until=date(2017, 12, 31)), ""),
        ]:
            assert sorted(snapshot.matching_ids(only)) == list(ids)
            hits = library.search(snapshot, "Who came by sea?", 9, only)
            assert sorted(hit.sentence.article_id for hit in hits) == list(ids)
