"""Publishing in the database: staged articles become live, and what changes by that."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from index.fingerprint import content_number, fingerprint
from index.store import LibraryInfo
from index.stores import database, schema


@dataclass(frozen=True, slots=True)
class Change:
    """What a publication changes."""

    generation: int
    """The number of the publication before."""
    before: LibraryInfo
    """What there was then."""
    articles: list[str]
    """Ids of the articles that have gone, replaced ones among them."""
    removed: list[int]
    """Ids of their sentences."""
    keys: list[int]
    """Keys of the articles that have come."""
    added: int
    """How many sentences these have."""


def publish(connection: sqlite3.Connection, removed: Iterable[str], encoder: str) -> Change:
    """Let staged articles take the places of live ones; the caller commits.

    Counts and fingerprint of the whole are brought up to date from the change alone.

    Args:
        connection: in a transaction.
        removed: ids of live articles to remove.
        encoder: its fingerprint.
    """
    number, before = database.generation(connection), database.read_info(connection)
    noted = schema.get_meta(connection, "contents")
    total = int(noted) if noted else _sum(database.contents(connection, live=True).items())
    gone = connection.execute(
        "SELECT key, id, content_sha256 FROM article WHERE live = 1 AND id IN"
        " (SELECT value FROM json_each(?) UNION SELECT id FROM article WHERE live = 0)",
        (json.dumps(list(removed)),),
    ).fetchall()
    keys = json.dumps([row[0] for row in gone])
    lost = connection.execute(
        "SELECT id FROM sentence WHERE article IN (SELECT value FROM json_each(?))", (keys,)
    ).fetchall()
    connection.execute("DELETE FROM article WHERE key IN (SELECT value FROM json_each(?))", (keys,))
    (added,) = connection.execute(
        "SELECT count(*) FROM article JOIN sentence ON article = key WHERE live = 0"
    ).fetchone()
    come = connection.execute("SELECT key FROM article WHERE live = 0 ORDER BY key").fetchall()
    total += _sum(database.contents(connection, live=False).items())
    total = (total - _sum(row[1:] for row in gone)) % (1 << 64)
    connection.execute("UPDATE article SET live = 1 WHERE live = 0")
    schema.put_meta(
        connection,
        generation=str(number + 1),
        contents=str(total),
        fingerprint=fingerprint(encoder, [total]),
        articles=str(before.articles - len(gone) + len(come)),
        sentences=str(before.sentences - len(lost) + added),
    )
    return Change(
        number,
        before,
        [row[1] for row in gone],
        [row[0] for row in lost],
        [row[0] for row in come],
        added,
    )


def _sum(contents: Iterable[tuple[str, str]]) -> int:
    return sum(content_number(article_id, content) for article_id, content in contents)
