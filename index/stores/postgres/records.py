"""`Records` in a PostgreSQL database: all processes remember the same.

What somebody wrote is kept as JSON, and keys as bytes: PostgreSQL's text cannot hold the character
NUL. Rows that another process is about to drop are passed over, so that none waits for another.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from index.store import Cited, Feedback, Turn
from index.stores import records as local
from index.stores.postgres.schema import Connection
from index.stores.postgres.server import Server


def _now() -> datetime:
    return datetime.now(UTC)


class PostgresRecords:
    """`Records` that any number of processes share."""

    def __init__(
        self,
        server: Server,
        conversation_life: timedelta = local.CONVERSATION_LIFE,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._server = server
        self._conversation_life = conversation_life
        self._now = now

    def add_turn(self, conversation: str, turn: Turn) -> None:
        cited = [[each.article_id, each.quote] for each in turn.cited]
        said = json.dumps([turn.question, turn.resolved_question, turn.found, cited])
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO turn (conversation, at, said) VALUES (%s, %s, %s)",
                (_key(conversation), self._ago(), said),
            )
            connection.execute(
                "DELETE FROM turn WHERE id IN (SELECT id FROM turn WHERE conversation = %s"
                " ORDER BY id DESC OFFSET %s FOR UPDATE SKIP LOCKED)",
                (_key(conversation), local.TURNS_KEPT),
            )
            self._forget_turns(connection)

    def turns(self, conversation: str) -> list[Turn]:
        with self._server.pooled() as connection:
            found = connection.execute(
                "SELECT said FROM turn WHERE conversation = %(name)s AND (SELECT max(at) FROM turn"
                " WHERE conversation = %(name)s) >= %(since)s ORDER BY id",
                {"name": _key(conversation), "since": self._ago(self._conversation_life)},
            )
            turns = [json.loads(cast(str, row[0])) for row in found]
        return [
            Turn(question, resolved, found, tuple(Cited(*each) for each in cited))
            for question, resolved, found, cited in turns
        ]

    def delete_conversation(self, conversation: str) -> bool:
        with self._writing() as connection:
            dropped = connection.execute(
                "DELETE FROM turn WHERE conversation = %s", (_key(conversation),)
            )
            self._forget_turns(connection)
            return dropped.rowcount > 0

    def keep_answer(self, answer_id: str, answer: str, fingerprint: str) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO answer (id, at, fingerprint, answer) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (id) DO UPDATE SET number = DEFAULT, at = excluded.at,"
                " fingerprint = excluded.fingerprint, answer = excluded.answer",
                (_key(answer_id), self._ago(), fingerprint, json.dumps(answer)),
            )
            connection.execute(
                "DELETE FROM answer WHERE number IN (SELECT number FROM answer WHERE at < %s OR"
                " number <= (SELECT max(number) FROM answer) - %s"
                " FOR UPDATE SKIP LOCKED)",
                (self._ago(local.ANSWER_LIFE), local.ANSWERS_KEPT),
            )

    def answer(self, answer_id: str) -> str | None:
        kept = self._value(
            "SELECT answer FROM answer WHERE id = %s AND at >= %s",
            (_key(answer_id), self._ago(local.ANSWER_LIFE)),
        )
        return kept and str(json.loads(kept))

    def add_feedback(self, feedback: Feedback) -> None:
        given = {
            name: getattr(feedback, name)
            for name in ("question", "answer_id", "verdict", "spans", "comment", "fingerprint")
        }
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO feedback (at, given) VALUES (%s, %s)", (self._ago(), json.dumps(given))
            )

    def feedback(self) -> list[Feedback]:
        with self._server.pooled() as connection:
            found = connection.execute("SELECT given, at FROM feedback ORDER BY id").fetchall()
        return [_load_feedback(*row) for row in cast(list[tuple[str, datetime]], found)]

    def put(self, kind: str, key: str, value: str, life: timedelta | None = None) -> None:
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO note (kind, key, value, until) VALUES (%s, %s, %s, %s) ON CONFLICT"
                " (kind, key) DO UPDATE SET id = DEFAULT, value = excluded.value,"
                " until = excluded.until",
                (_key(kind), _key(key), json.dumps(value), self._until(life)),
            )
            self._forget_notes(connection)

    def put_new(self, kind: str, key: str, value: str, life: timedelta | None = None) -> bool:
        with self._writing() as connection:
            connection.execute(
                "DELETE FROM note WHERE kind = %s AND key = %s AND until <= %s",
                (_key(kind), _key(key), self._ago()),
            )
            noted = connection.execute(
                "INSERT INTO note (kind, key, value, until) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (_key(kind), _key(key), json.dumps(value), self._until(life)),
            )
            self._forget_notes(connection)
            return noted.rowcount > 0

    def get(self, kind: str, key: str) -> str | None:
        value = self._value(
            "SELECT value FROM note WHERE kind = %s AND key = %s AND (until IS NULL OR until > %s)",
            (_key(kind), _key(key), self._ago()),
        )
        return value and str(json.loads(value))

    def newest(self, kind: str, beginning: str, count: int) -> list[tuple[str, str]]:
        start = _key(beginning)
        with self._server.pooled() as connection:
            found = connection.execute(
                "SELECT key, value FROM note WHERE kind = %s AND key >= %s"
                " AND substr(key, 1, %s) = %s AND (until IS NULL OR until > %s)"
                " ORDER BY id DESC LIMIT %s",
                (_key(kind), start, len(start), start, self._ago(), count),
            ).fetchall()
        return [
            (bytes(key).decode("utf-8", "surrogatepass"), str(json.loads(value)))
            for key, value in cast(list[tuple[bytes, str]], found)
        ]

    def drop(self, kind: str, key: str) -> bool:
        with self._writing() as connection:
            dropped = connection.execute(
                "DELETE FROM note WHERE kind = %s AND key = %s"
                " RETURNING until IS NULL OR until > %s",
                (_key(kind), _key(key), self._ago()),
            ).fetchone()
            self._forget_notes(connection)
            return bool(dropped and dropped[0])

    def close(self) -> None:
        """Close what is open. The records can be used again afterwards."""
        self._server.close()

    def _ago(self, age: timedelta = timedelta(0)) -> datetime:
        return self._now() - age

    def _until(self, life: timedelta | None) -> datetime | None:
        return None if life is None else self._now() + life

    def _forget_turns(self, connection: Connection) -> None:
        """Delete the conversations in which nothing has been said for too long."""
        connection.execute(
            "DELETE FROM turn WHERE id IN (SELECT id FROM turn AS old WHERE at < %(since)s AND"
            " NOT EXISTS (SELECT 1 FROM turn WHERE conversation = old.conversation"
            " AND at >= %(since)s) FOR UPDATE SKIP LOCKED)",
            {"since": self._ago(self._conversation_life)},
        )

    def _forget_notes(self, connection: Connection) -> None:
        connection.execute(
            "DELETE FROM note WHERE id IN"
            " (SELECT id FROM note WHERE until <= %s FOR UPDATE SKIP LOCKED)",
            (self._ago(),),
        )

    def _value(self, statement: str, values: tuple[object, ...]) -> str | None:
        with self._server.pooled() as connection:
            row = connection.execute(statement.encode(), values).fetchone()
        return None if row is None else str(row[0])

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Hold a transaction; it is rolled back when something goes wrong."""
        with self._server.pooled() as connection, connection.transaction():
            yield connection


def _key(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _load_feedback(given: str, at: datetime) -> Feedback:
    row: dict[str, Any] = json.loads(given)
    row["spans"] = tuple((str(id_), start, end) for id_, start, end in row["spans"])
    return Feedback(**row, given=at.astimezone(UTC).isoformat(timespec="milliseconds"))
