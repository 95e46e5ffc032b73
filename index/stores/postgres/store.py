"""The store on PostgreSQL: connections lent to snapshots, a connection of its own to a writer."""

import contextlib
from collections.abc import Iterator

import psycopg

from index.encode import Encoder
from index.stores.postgres.nearest import tend
from index.stores.postgres.reading import PostgresSnapshot
from index.stores.postgres.server import Server
from index.stores.postgres.writing import PostgresWriter

_READING = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class PostgresStore:
    """A `Store` in a PostgreSQL database. Any number of processes read and write."""

    place = "the database"
    setting = "ARTICLEBOT_STORE"

    def __init__(self, server: Server) -> None:
        self._server = server

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """Hold one state of the articles.

        Raises:
            LibraryError: the server cannot be reached, or its tables do not fit this program.
        """
        with self._server.pooled() as connection:
            connection.execute(_READING)
            try:
                yield PostgresSnapshot(connection)
            finally:
                with contextlib.suppress(psycopg.OperationalError):  # it is broken: it is replaced
                    connection.rollback()

    @contextlib.contextmanager
    def writing(self, encoder: Encoder, model: str) -> Iterator[PostgresWriter]:
        """Become a writer, one of any number, with the model whose vectors are to be stored.

        Raises:
            LibraryError: as `snapshot` does, or the library holds another model's vectors.
        """
        with self._server.told(), contextlib.closing(self._server.connect()) as connection:
            yield PostgresWriter(connection, encoder, model)
            tend(connection, encoder.dimension)

    def close(self) -> None:
        """Close what is open. The store can be used again afterwards."""
        self._server.close()
