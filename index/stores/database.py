"""The SQLite database of a local store: the truth that the search files are derived from."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from index.errors import EmptyLibraryError, LibraryError
from index.store import EncodedArticle, LibraryInfo

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
    if create:
        path.touch(mode=0o600)  # articles are private; SQLite gives its other files the same mode
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
    return info(read_meta(connection))


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT key, value FROM meta"))


def info(meta: Mapping[str, str]) -> LibraryInfo:
    sizes = (int(meta.get(name, 0)) for name in ("articles", "sentences"))
    return LibraryInfo(meta.get("fingerprint", ""), *sizes)
