"""The store on PostgreSQL: connections lent to snapshots, a connection of its own to a writer."""

import contextlib
from collections.abc import Iterator

from index.models.encode import Encoder
from index.store import OnWait, wait_quietly
from index.stores.postgres.nearest import tend
from index.stores.postgres.reading import PostgresSnapshot, State, read_state
from index.stores.postgres.server import Server
from index.stores.postgres.standby import Standby, reading
from index.stores.postgres.writing import PostgresWriter


class PostgresStore:
    """A `Store` in a PostgreSQL database. Any number of processes read and write."""

    place = "the database"
    setting = "ARTICLEBOT_STORE"

    def __init__(self, server: Server, standby: Standby | None = None) -> None:
        """Point to a database, and perhaps to a standby of it, which is read from when it can."""
        self._server = server
        self._standby = standby

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """Hold one state of the articles: at least what has been published by now.

        Raises:
            LibraryError: the server cannot be reached, or its tables do not fit this program.
        """
        with contextlib.ExitStack() as held:
            snapshot = self._standby and self._standby.enter(held, self._published)
            yield snapshot or held.enter_context(reading(self._server))

    def _published(self) -> State:
        with self._server.pooled() as connection:
            return read_state(connection)

    @contextlib.contextmanager
    def writing(
        self, encoder: Encoder, model: str, on_wait: OnWait = wait_quietly
    ) -> Iterator[PostgresWriter]:
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
        if self._standby:
            self._standby.close()
