"""What is remembered besides articles, in a SQLite file of its own: `records.sqlite3`."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock

from index.errors import LibraryError
from index.store import Cited, Feedback, Turn

FILE = "records.sqlite3"
FORMAT = 2
TURNS_KEPT = 20
"""Turns remembered of a conversation; a follow-up is about one of the last."""
ANSWERS_KEPT = 10_000
ANSWER_LIFE = timedelta(days=90)
CONVERSATION_LIFE = timedelta(hours=24)

_SCHEMA = """
CREATE TABLE turn (
    id INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL, at TEXT NOT NULL,
    question TEXT NOT NULL, resolved_question TEXT NOT NULL, found INTEGER NOT NULL,
    cited TEXT NOT NULL
) STRICT;
CREATE INDEX turn_conversation ON turn (conversation, id);
CREATE INDEX turn_at ON turn (at);
CREATE TABLE answer (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL
) STRICT;
CREATE INDEX answer_at ON answer (at);
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, question TEXT NOT NULL,
    answer_id TEXT, verdict TEXT NOT NULL, spans TEXT NOT NULL, comment TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;
"""
_SCHEMA_2 = """
CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, until TEXT, UNIQUE (kind, key)
) STRICT;
CREATE INDEX note_until ON note (until)
"""
_STEPS = (_SCHEMA, _SCHEMA_2)
"""What each format adds to the one before."""


def _now() -> datetime:
    return datetime.now(UTC)


class LocalRecords:
    """`Records` in a data directory. The file is made when something is first remembered."""

    def __init__(
        self,
        folder: Path,
        conversation_life: timedelta = CONVERSATION_LIFE,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._path = folder / FILE
        self._conversation_life = conversation_life
        self._now = now
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def add_turn(self, conversation: str, turn: Turn) -> None:
        cited = json.dumps([[c.article_id, c.quote] for c in turn.cited])
        row = (turn.question, turn.resolved_question, turn.found, cited)
        with self._writing() as connection:
            self._forget_turns(connection)
            connection.execute(
                "INSERT INTO turn (conversation, at, question, resolved_question, found, cited)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (conversation, self._ago(), *row),
            )
            connection.execute(
                "DELETE FROM turn WHERE conversation = ?1 AND id NOT IN (SELECT id FROM turn"
                " WHERE conversation = ?1 ORDER BY id DESC LIMIT ?2)",
                (conversation, TURNS_KEPT),
            )

    def turns(self, conversation: str) -> list[Turn]:
        with self._reading() as connection:
            rows = connection and connection.execute(
                "SELECT question, resolved_question, found, cited FROM turn"
                " WHERE conversation = ?1 AND (SELECT max(at) FROM turn WHERE conversation = ?1)"
                " >= ?2 ORDER BY id",
                (conversation, self._ago(self._conversation_life)),
            )
            return [
                Turn(question, resolved, bool(found), tuple(Cited(*c) for c in json.loads(cited)))
                for question, resolved, found, cited in rows or ()
            ]

    def delete_conversation(self, conversation: str) -> bool:
        if not self._path.is_file():
            return False
        with self._writing() as connection:
            self._forget_turns(connection)
            cursor = connection.execute("DELETE FROM turn WHERE conversation = ?", (conversation,))
            return cursor.rowcount > 0

    def keep_answer(self, answer_id: str, answer: str, fingerprint: str) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO answer (id, at, fingerprint, answer) VALUES (?, ?, ?, ?)",
                (answer_id, self._ago(), fingerprint, answer),
            )
            connection.execute(
                "DELETE FROM answer WHERE at < ?1 OR rowid <= (SELECT max(rowid) FROM answer) - ?2",
                (self._ago(ANSWER_LIFE), ANSWERS_KEPT),
            )

    def answer(self, answer_id: str) -> str | None:
        with self._reading() as connection:
            row = (
                connection
                and connection.execute(
                    "SELECT answer FROM answer WHERE id = ? AND at >= ?",
                    (answer_id, self._ago(ANSWER_LIFE)),
                ).fetchone()
            )
            return str(row[0]) if row else None

    def add_feedback(self, feedback: Feedback) -> None:
        row = (feedback.question, feedback.answer_id, feedback.verdict)
        rest = (json.dumps(feedback.spans), feedback.comment, feedback.fingerprint)
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO feedback (at, question, answer_id, verdict, spans, comment,"
                " fingerprint) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self._ago(), *row, *rest),
            )

    def feedback(self) -> list[Feedback]:
        with self._reading() as connection:
            rows = connection and connection.execute(
                "SELECT question, answer_id, verdict, spans, comment, fingerprint, at"
                " FROM feedback ORDER BY id"
            )
            return [
                Feedback(question, answer_id, verdict, _spans(spans), *rest)
                for question, answer_id, verdict, spans, *rest in rows or ()
            ]

    def put(self, kind: str, key: str, value: str, life: timedelta | None = None) -> None:
        self._note("INSERT OR REPLACE", kind, key, value, life)

    def put_new(self, kind: str, key: str, value: str, life: timedelta | None = None) -> bool:
        return self._note("INSERT OR IGNORE", kind, key, value, life)

    def get(self, kind: str, key: str) -> str | None:
        with self._reading() as connection:
            row = (
                connection
                and connection.execute(
                    "SELECT value FROM note WHERE kind = ? AND key = ?"
                    " AND (until IS NULL OR until > ?)",
                    (kind, key, self._ago()),
                ).fetchone()
            )
            return str(row[0]) if row else None

    def newest(self, kind: str, beginning: str, count: int) -> list[tuple[str, str]]:
        with self._reading() as connection:
            rows = connection and connection.execute(
                "SELECT key, value FROM note WHERE kind = ?1 AND key >= ?2"
                " AND substr(key, 1, ?3) = ?2 AND (until IS NULL OR until > ?4)"
                " ORDER BY id DESC LIMIT ?5",
                (kind, beginning, len(beginning), self._ago(), count),
            )
            return [(key, value) for key, value in rows or ()]

    def drop(self, kind: str, key: str) -> bool:
        if not self._path.is_file():
            return False
        with self._writing() as connection:
            self._forget_notes(connection)
            cursor = connection.execute("DELETE FROM note WHERE kind = ? AND key = ?", (kind, key))
            return cursor.rowcount > 0

    def _note(self, how: str, kind: str, key: str, value: str, life: timedelta | None) -> bool:
        until = None if life is None else self._ago(-life)
        with self._writing() as connection:
            self._forget_notes(connection)
            cursor = connection.execute(
                f"{how} INTO note (kind, key, value, until) VALUES (?, ?, ?, ?)",
                (kind, key, value, until),
            )
            return cursor.rowcount > 0

    def _forget_notes(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM note WHERE until <= ?", (self._ago(),))

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _ago(self, age: timedelta = timedelta(0)) -> str:
        return (self._now() - age).isoformat(timespec="milliseconds")

    def _forget_turns(self, connection: sqlite3.Connection) -> None:
        """Delete the conversations in which nothing has been said for too long."""
        connection.execute(
            "DELETE FROM turn WHERE id IN (SELECT id FROM turn AS old WHERE at < ?1 AND NOT EXISTS"
            " (SELECT 1 FROM turn WHERE conversation = old.conversation AND at >= ?1))",
            (self._ago(self._conversation_life),),
        )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give the connection, or None where nothing has been remembered yet."""
        with self._lock, self._told():
            yield self._connect() if self._path.is_file() else None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold a transaction; it is rolled back when something goes wrong."""
        with self._lock, self._told():
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _connect(self) -> sqlite3.Connection:
        if self._opened is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # questions are private
            self._opened = _open(self._path)
        return self._opened

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the file system and SQLite say into one sentence with the remedy."""
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise LibraryError(
                f"what was asked before cannot be read from or written to {self._path} ({reason})",
                "free some space and make it writable, or move the file away; no article is in it",
            ) from error


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, its tables made where they are not there."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        # SQLite does not wait for others that do this at the same time: it says "locked" at once.
        with FileLock(path.with_suffix(".lock"), timeout=30, mode=0o600):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # a deleted conversation is gone
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for step in _STEPS[version:]:
            for statement in step.split(";\n"):
                connection.execute(statement)
        if version < FORMAT:
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
        if not 0 <= version <= FORMAT:
            raise ValueError(f"it has format {version}, this program reads {FORMAT}")
    except BaseException:
        connection.close()
        raise
    return connection


def _spans(text: str) -> tuple[tuple[str, int, int], ...]:
    return tuple((article_id, start, end) for article_id, start, end in json.loads(text))
