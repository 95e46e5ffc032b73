"""The SQLite database of a local store: the truth that the search files are derived from."""

import itertools
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from index.article import Article, ArticleSummary, Kind, Paragraph, ParsedArticle, Passage, Sentence
from index.encode import Vectors
from index.errors import EmptyLibraryError, LibraryError
from index.store import EncodedArticle, LibraryInfo, StoredSentence

FORMAT = "4"
"""Raised with every change of the schema."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE article (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, live INTEGER NOT NULL,
    title TEXT NOT NULL, source TEXT NOT NULL, published TEXT, author TEXT,
    language TEXT, path TEXT NOT NULL, text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL, content_sha256 TEXT NOT NULL, added TEXT NOT NULL, UNIQUE (id, live)
) STRICT;
CREATE TABLE paragraph (
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    number INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (article, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL
) STRICT;
CREATE INDEX passage_article ON passage (article);
CREATE TABLE sentence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    passage INTEGER NOT NULL REFERENCES passage ON DELETE CASCADE,
    paragraph INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX sentence_article ON sentence (article);
CREATE INDEX sentence_passage ON sentence (passage);
CREATE VIEW stored_sentence AS
    SELECT s.id, a.id AS article_id, s.paragraph, s.start, s."end",
        g.start AS paragraph_start, g."end" AS paragraph_end,
        p.start AS passage_start, p."end" AS passage_end
    FROM sentence s JOIN article a ON a.key = s.article
    JOIN paragraph g ON g.article = s.article AND g.number = s.paragraph
    JOIN passage p ON p.id = s.passage;
"""

_CONTENTS = "CREATE INDEX IF NOT EXISTS article_contents ON article (live, id, content_sha256)"
"""Tells what is known, and what is staged, without the articles' texts."""


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """Open the database, made first where it is not there and `create` is set.

    Raises:
        EmptyLibraryError: nothing has been written to it yet.
        LibraryError: it is damaged, of another format, or cannot be opened.
    """
    if not create and not path.is_file():
        raise sqlite3.OperationalError(f"no database at {path}")
    connection = sqlite3.connect(
        path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if create:
            connection.execute("PRAGMA journal_mode = WAL")
            _create(connection)
            connection.execute(_CONTENTS)
        if not _is_made(connection):  # another process is making it
            raise no_articles(path)
        found = get_meta(connection, "format")
        if found != FORMAT:
            raise LibraryError(
                f"the library at {path.parent} has format {found}, this program reads {FORMAT}",
                "use the program's version that made it, or index into another ARTICLEBOT_DATA",
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables unless another process has made them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _is_made(connection):
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            put_meta(connection, format=FORMAT, generation="0", fingerprint="empty")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_made(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
    return found is not None


def no_articles(path: Path) -> EmptyLibraryError:
    return EmptyLibraryError(
        f"no articles in {path.parent} yet", "add some with `articlebot index PATH…`"
    )


def get_meta(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put_meta(connection: sqlite3.Connection, **values: str) -> None:
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values.items(),
    )


def generation(connection: sqlite3.Connection) -> int:
    """Give the number of the last publication; it names the search files that belong to it."""
    return int(get_meta(connection, "generation") or 0)


def insert_article(connection: sqlite3.Connection, encoded: EncodedArticle) -> None:
    """Write an article as staged, in place of what was staged under its id."""
    article, parsed = encoded.parsed.article, encoded.parsed
    delete_staged(connection, article.id)
    row = {
        "id": article.id,
        "live": 0,
        "title": article.title,
        "source": article.source,
        "published": article.published and article.published.isoformat(),
        "author": article.author,
        "language": article.language,
        "path": article.path,
        "text": article.text,
        "text_sha256": article.text_sha256,
        "content_sha256": encoded.content_sha256,
        "added": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    key = connection.execute(
        f"INSERT INTO article ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608 - our own names
        tuple(row.values()),
    ).lastrowid
    connection.executemany(
        "INSERT INTO paragraph VALUES (?, ?, ?, ?, ?)",
        ((key, p.number, p.start, p.end, p.kind) for p in parsed.paragraphs),
    )
    rows = iter(encoded.vectors.astype("<f4", copy=False))
    for passage in parsed.passages:
        passage_id = connection.execute(
            'INSERT INTO passage (article, start, "end") VALUES (?, ?, ?)',
            (key, passage.start, passage.end),
        ).lastrowid
        connection.executemany(
            'INSERT INTO sentence (article, passage, paragraph, start, "end", vector)'
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                (key, passage_id, s.paragraph, s.start, s.end, next(rows).tobytes())
                for s in passage.sentences
            ),
        )


def delete_staged(connection: sqlite3.Connection, article_id: str) -> None:
    connection.execute("DELETE FROM article WHERE id = ? AND live = 0", (article_id,))


def contents(connection: sqlite3.Connection, *, live: bool) -> dict[str, str]:
    return dict(
        connection.execute("SELECT id, content_sha256 FROM article WHERE live = ?", (live,))
    )


def read_info(connection: sqlite3.Connection) -> LibraryInfo:
    return LibraryInfo(
        get_meta(connection, "fingerprint") or "",
        int(get_meta(connection, "articles") or 0),
        int(get_meta(connection, "sentences") or 0),
    )


def read_summaries(connection: sqlite3.Connection) -> list[ArticleSummary]:
    return [
        ArticleSummary(id_, title, source, _date(published), sentences, added)
        for id_, title, source, published, sentences, added in connection.execute(
            "SELECT id, title, source, published,"
            " (SELECT count(*) FROM sentence WHERE article = key), added"
            " FROM article WHERE live = 1 ORDER BY title, id"
        )
    ]


def read_article(connection: sqlite3.Connection, article_id: str) -> tuple[int, Article] | None:
    """Give an article with its key, or None."""
    row = connection.execute(
        "SELECT key, id, title, source, text, published, author, language, path FROM article"
        " WHERE id = ? AND live = 1",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    key, id_, title, source, text, published, *rest = row
    return key, Article(id_, title, source, text, _date(published), *rest)


def read_text_sha256(connection: sqlite3.Connection, article_id: str) -> str:
    """Give the sha256 that an article's text had when its sentences were found in it."""
    query = "SELECT text_sha256 FROM article WHERE id = ? AND live = 1"
    return str(connection.execute(query, (article_id,)).fetchone()[0])


def read_parsed(connection: sqlite3.Connection, article_id: str) -> ParsedArticle | None:
    found = read_article(connection, article_id)
    if found is None:
        return None
    key, article = found
    paragraphs = tuple(
        Paragraph(number, start, end, cast(Kind, kind))
        for number, start, end, kind in connection.execute(
            'SELECT number, start, "end", kind FROM paragraph WHERE article = ? ORDER BY number',
            (key,),
        )
    )
    sentences: dict[int, list[Sentence]] = {}
    for passage, start, end, number in connection.execute(
        'SELECT passage, start, "end", paragraph FROM sentence WHERE article = ? ORDER BY id',
        (key,),
    ):
        sentences.setdefault(passage, []).append(Sentence(start, end, number))
    passages = tuple(
        Passage(start, end, tuple(sentences.get(id_, ())))
        for id_, start, end in connection.execute(
            'SELECT id, start, "end" FROM passage WHERE article = ? ORDER BY id', (key,)
        )
    )
    return ParsedArticle(article, paragraphs, passages)


def read_encoded(connection: sqlite3.Connection, article_id: str) -> EncodedArticle | None:
    parsed = read_parsed(connection, article_id)
    if parsed is None:
        return None
    query = "SELECT key, content_sha256 FROM article WHERE id = ? AND live = 1"
    key, content = connection.execute(query, (article_id,)).fetchone()
    rows = connection.execute("SELECT vector FROM sentence WHERE article = ? ORDER BY id", (key,))
    vectors = np.frombuffer(b"".join(row[0] for row in rows), dtype="<f4")
    return EncodedArticle(parsed, content, vectors.reshape(len(parsed.sentences), -1))


def read_sentences(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> Mapping[int, StoredSentence]:
    rows = connection.execute(
        "SELECT * FROM stored_sentence WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row[0]: StoredSentence(*row) for row in rows}


def read_passages(connection: sqlite3.Connection, ids: Sequence[int]) -> list[list[StoredSentence]]:
    """Give all sentences of each passage that holds one of these, in the order of the text."""
    rows = connection.execute(
        "SELECT * FROM stored_sentence WHERE id IN (SELECT id FROM sentence WHERE passage IN"
        " (SELECT passage FROM sentence WHERE id IN (SELECT value FROM json_each(?))))"
        " ORDER BY id",
        (json.dumps(list(ids)),),
    )
    sentences = (StoredSentence(*row) for row in rows)
    return [
        list(group)
        for _, group in itertools.groupby(sentences, lambda s: (s.article_id, s.passage_start))
    ]


def iter_vectors(
    connection: sqlite3.Connection,
    dimension: int,
    keys: Sequence[int] | None = None,
    *,
    every: int = 1,
    batch: int = 8192,
) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
    """Give the ids (n,) and vectors (float32, (n, dimension)) of live sentences, in batches.

    Args:
        connection: to the database.
        dimension: of a vector.
        keys: of the articles; None: all.
        every: give every n-th sentence alone.
        batch: sentences in one batch.
    """
    if keys is None:
        which = "JOIN article a ON a.key = s.article WHERE a.live = 1 AND s.id % ? = 0"
    else:
        which = "WHERE s.id % ? = 0 AND s.article IN (SELECT value FROM json_each(?))"
    rows = connection.execute(
        f"SELECT s.id, s.vector FROM sentence s {which} ORDER BY s.id",  # noqa: S608 - ours
        (every,) if keys is None else (every, json.dumps(keys)),
    )
    while part := rows.fetchmany(batch):
        ids = np.array([row[0] for row in part], dtype=np.int64)
        joined = b"".join(row[1] for row in part)
        yield ids, np.frombuffer(joined, dtype="<f4").reshape(len(part), dimension)


def read_vectors(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> tuple[list[int], list[bytes]]:
    """Give the ids that there are among these, and their vectors (float32, as bytes)."""
    rows = connection.execute(
        "SELECT id, vector FROM sentence WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]


def iter_texts(
    connection: sqlite3.Connection, keys: Sequence[int] | None = None
) -> Iterator[tuple[int, str, str, str]]:
    """Give (sentence id, article id, sentence, its passage after the title) of live sentences.

    Those of the articles with these keys, when they are given.
    """
    which = "live = 1" if keys is None else "key IN (SELECT value FROM json_each(?))"
    for key, article_id, title, text in connection.execute(
        f"SELECT key, id, title, text FROM article WHERE {which} ORDER BY key",  # noqa: S608
        () if keys is None else (json.dumps(keys),),
    ):
        for id_, start, end, passage_start, passage_end in connection.execute(
            'SELECT s.id, s.start, s."end", p.start, p."end" FROM sentence s'
            " JOIN passage p ON p.id = s.passage WHERE s.article = ? ORDER BY s.id",
            (key,),
        ):
            yield id_, article_id, text[start:end], f"{title}\n{text[passage_start:passage_end]}"


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
