"""What servers do for each other: tasks that wait in a table until one of them has done it.

What is to be done and how far it has come are the servers' own affair: here both are bytes.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString, cast

from index.stores.postgres.schema import Connection
from index.stores.postgres.server import Server
from index.stores.postgres.writing import RUNS, begin_run

KEPT = timedelta(days=1)
"""How long is told how a task has ended."""


@dataclass(frozen=True, slots=True)
class TakenTask:
    """A task that is this process's to do, for as long as its connection lives."""

    id: str
    what: bytes
    state: bytes
    attempts: int
    """How often it has been begun, this time included."""
    run: int
    server: Server
    connection: Connection

    def note(self, state: bytes) -> None:
        """Note how far it has come."""
        self._tell("UPDATE task SET state = %s WHERE id = %s AND run = %s", state)

    def finish(self, state: bytes) -> None:
        """Note how it has ended."""
        self._tell(
            "UPDATE task SET state = %s, what = '', ended = now() WHERE id = %s AND run = %s",
            state,
        )

    def hand_back(self, state: bytes) -> None:
        """Leave it to another process, as if it had not been begun."""
        self._tell(
            "UPDATE task SET state = %s, run = NULL, attempts = attempts - 1"
            " WHERE id = %s AND run = %s",
            state,
        )

    def _tell(self, statement: LiteralString, state: bytes) -> None:
        with self.server.told():
            self.connection.execute(statement, (state, self.id, self.run))


class Tasks:
    """The tasks of all servers on one database. Thread-safe; raises LibraryError as its server."""

    def __init__(self, server: Server, kind: str) -> None:
        """Take tasks of one kind alone: not every server can do every kind."""
        self._server = server
        self._kind = kind

    def add(self, task_id: str, what: bytes, state: bytes, most: int) -> bool:
        """Let a task wait; False where so many wait or are worked on already.

        What ended long ago is forgotten.
        """
        with self._server.pooled() as connection, connection.transaction():
            connection.execute("DELETE FROM task WHERE ended < now() - %s", (KEPT,))
            added = connection.execute(
                "INSERT INTO task (id, kind, what, state) SELECT %(id)s, %(kind)s, %(what)s,"
                " %(state)s WHERE (SELECT count(*) FROM task WHERE ended IS NULL"
                " AND kind = %(kind)s) < %(most)s",
                {"id": task_id, "kind": self._kind, "what": what, "state": state, "most": most},
            )
            return added.rowcount > 0

    def state(self, task_id: str) -> bytes | None:
        """Give how far a task has come; None when there is none (any more)."""
        with self._server.pooled() as connection:
            row = connection.execute("SELECT state FROM task WHERE id = %s", (task_id,)).fetchone()
        return None if row is None else bytes(cast(bytes, row[0]))

    @contextlib.contextmanager
    def taking(self) -> Iterator[TakenTask | None]:
        """Take the first task that waits, or that a process has left which has ended.

        Of any number that take at once, no two get the same. What is not finished in the block
        is another's to take afterwards.
        """
        with self._server.pooled() as connection:
            waiting = connection.execute(
                "SELECT 1 FROM task WHERE ended IS NULL AND kind = %s LIMIT 1", (self._kind,)
            )
            found = waiting.fetchone() is not None
        if not found:
            yield None
            return
        with self._server.told(), contextlib.closing(self._server.connect()) as connection:
            yield self._claim(connection, begin_run(connection))

    def close(self) -> None:
        self._server.close()

    def _claim(self, connection: Connection, run: int) -> TakenTask | None:
        row = connection.execute(
            "UPDATE task SET run = %(run)s, attempts = attempts + 1 WHERE number = (SELECT number"
            " FROM task WHERE ended IS NULL AND kind = %(kind)s"
            " AND (run IS NULL OR pg_try_advisory_xact_lock(%(runs)s, run))"
            " ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, what, state, attempts",
            {"run": run, "runs": RUNS, "kind": self._kind},
        ).fetchone()
        if row is None:
            return None
        id_, what, state, attempts = cast(tuple[str, bytes, bytes, int], row)
        return TakenTask(id_, bytes(what), bytes(state), attempts, run, self._server, connection)
