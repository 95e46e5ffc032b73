"""The tables of the SQLite database, and those of the format before.

These are read as they are, and become those of today when the database is written to.
"""

import sqlite3
from collections.abc import Mapping

from index.fingerprint import PIPELINE

FORMAT = "5"
"""Raised with every change of the schema."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE article (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, live INTEGER NOT NULL,
    title TEXT NOT NULL, source TEXT NOT NULL, published TEXT, author TEXT,
    language TEXT, path TEXT NOT NULL, text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL, content_sha256 TEXT NOT NULL, added TEXT NOT NULL,
    pipeline INTEGER NOT NULL, warnings TEXT NOT NULL, UNIQUE (id, live)
) STRICT;
CREATE TABLE paragraph (
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    number INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL,
    level INTEGER NOT NULL, PRIMARY KEY (article, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, section TEXT NOT NULL
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
"""
_SENTENCES = """VIEW stored_sentence AS
    SELECT s.id, a.id AS article_id, s.paragraph, s.start, s."end",
        g.start AS paragraph_start, g."end" AS paragraph_end,
        p.start AS passage_start, p."end" AS passage_end, g.kind, p.section
    FROM sentence s JOIN article a ON a.key = s.article
    JOIN paragraph g ON g.article = s.article AND g.number = s.paragraph
    JOIN passage p ON p.id = s.passage"""
_PIPELINES = "CREATE INDEX article_pipeline ON article (live, pipeline)"
"""Tells whether there are articles that an earlier version has read."""

BEFORE = "4"
OLD_PIPELINE = 3
"""The version of reading and splitting that its articles have come from."""

_STEPS = (
    f"ALTER TABLE article ADD COLUMN pipeline INTEGER NOT NULL DEFAULT {OLD_PIPELINE}",
    "ALTER TABLE article ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE paragraph ADD COLUMN level INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE passage ADD COLUMN section TEXT NOT NULL DEFAULT ''",
    "DROP VIEW stored_sentence",
)
_AS_NOW = f"""
CREATE TEMP VIEW article AS
    SELECT *, {OLD_PIPELINE} AS pipeline, '[]' AS warnings FROM main.article;
CREATE TEMP VIEW paragraph AS SELECT *, 0 AS level FROM main.paragraph;
CREATE TEMP VIEW passage AS SELECT *, '' AS section FROM main.passage;
"""  # noqa: S608 - our own number
"""What a reader sees in place of the tables."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables unless another process has made them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not is_made(connection):
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"CREATE {_SENTENCES}")
            connection.execute(_PIPELINES)
            put_meta(connection, format=FORMAT, generation="0", fingerprint="empty")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_made(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
    return found is not None


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the tables into the format of today; the articles stay as they were read."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if get_meta(connection, "format") == BEFORE:
            for statement in (*_STEPS, f"CREATE {_SENTENCES}", _PIPELINES):
                connection.execute(statement)
            put_meta(connection, format=FORMAT)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def adapt(connection: sqlite3.Connection, meta: Mapping[str, str]) -> None:
    """Let a transaction see the tables as those of today; its rollback takes that back."""
    if meta.get("format") == BEFORE:
        for statement in (*_AS_NOW.split(";\n"), f"CREATE TEMP {_SENTENCES}"):
            connection.execute(statement)


def oldest_pipeline(connection: sqlite3.Connection, meta: Mapping[str, str]) -> int:
    """Give the earliest version of reading and splitting that a live article has come from."""
    if meta.get("format") == BEFORE:
        return OLD_PIPELINE
    row = connection.execute("SELECT min(pipeline) FROM article WHERE live = 1").fetchone()
    return PIPELINE if row[0] is None else int(row[0])


def get_meta(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def put_meta(connection: sqlite3.Connection, **values: str) -> None:
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values.items(),
    )
