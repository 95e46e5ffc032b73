"""Which articles and sentences of the SQLite database are meant."""

import json
import sqlite3
from collections.abc import Sequence

from index.store import Filter


def paths(connection: sqlite3.Connection) -> dict[str, str]:
    """Give the files that live articles were read from, by article id."""
    return dict(connection.execute("SELECT id, path FROM article WHERE live = 1 AND path != ''"))


def read_ids(connection: sqlite3.Connection, beginning: str) -> list[str]:
    """Give the ids of live articles that begin like this."""
    return [
        row[0]
        for row in connection.execute(
            "SELECT id FROM article WHERE live = 1 AND substr(id, 1, ?) = ?",
            (len(beginning), beginning),
        )
    ]


def matching_ids(connection: sqlite3.Connection, only: Filter) -> list[str]:
    """Give the ids of the live articles to which a filter applies."""
    rows = connection.execute(
        "SELECT id FROM article WHERE live = 1"
        " AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))"
        " AND (?2 IS NULL OR published >= ?2) AND (?3 IS NULL OR published <= ?3)",
        (
            None if only.articles is None else json.dumps(only.articles),
            only.since and only.since.isoformat(),
            only.until and only.until.isoformat(),
        ),
    )
    ids = [row[0] for row in rows]
    if only.source is None:
        return ids
    # Compared here: SQLite knows upper and lower case of ASCII alone.
    wanted = only.source.casefold()
    sources = dict(connection.execute("SELECT id, source FROM article WHERE live = 1"))
    return [id_ for id_ in ids if wanted in sources[id_].casefold()]


def sentence_ids(connection: sqlite3.Connection, article_ids: Sequence[str]) -> list[int]:
    return [
        row[0]
        for row in connection.execute(
            "SELECT s.id FROM sentence s JOIN article a ON a.key = s.article"
            " WHERE a.id IN (SELECT value FROM json_each(?)) AND a.live = 1",
            (json.dumps(list(article_ids)),),
        )
    ]
