"""Reading from a standby, which may be behind: only where it has all that has been published."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator

import psycopg

from index.errors import EmptyLibraryError, LibraryError
from index.stores.postgres.reading import PostgresSnapshot, State
from index.stores.postgres.server import Server

LAG_SECONDS = 0.2
"""How long is waited for a standby that is behind; then is read from where was written."""
LOOK_SECONDS = 0.02
AWAY_SECONDS = 10.0
"""How long a standby is left alone that could not be reached."""
_READING = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

log = logging.getLogger(__name__)


@contextlib.contextmanager
def reading(server: Server) -> Iterator[PostgresSnapshot]:
    """Hold one state of the articles.

    Raises:
        EmptyLibraryError: nothing has been indexed yet.
        LibraryError: the server cannot be reached, or its tables do not fit this program.
    """
    with server.pooled() as connection:
        connection.execute(_READING)
        try:
            yield PostgresSnapshot(connection)
        finally:
            with contextlib.suppress(psycopg.OperationalError):  # it is broken: it is replaced
                connection.rollback()


class Standby:
    """Another server with the same articles, a little later. Thread-safe."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._away_until = 0.0

    def enter(
        self, held: contextlib.ExitStack, published: Callable[[], State]
    ) -> PostgresSnapshot | None:
        """Hold its state of the articles; None where it is away, or does not catch up in time.

        Args:
            held: what ends the reading.
            published: gives the state that the articles have where they are written.
        """
        last = time.monotonic() + LAG_SECONDS
        while time.monotonic() >= self._away_until:
            wanted = published()
            with contextlib.ExitStack() as tried:
                try:
                    snapshot = tried.enter_context(reading(self._server))
                except EmptyLibraryError:
                    snapshot = None
                except LibraryError as error:
                    self._away_until = time.monotonic() + AWAY_SECONDS
                    log.warning("The standby is not read from: %s", error)
                    return None
                if snapshot and _is_same(snapshot.state, wanted):
                    held.enter_context(tried.pop_all())
                    return snapshot
            if time.monotonic() >= last:
                log.debug("The standby is behind")
                return None
            time.sleep(LOOK_SECONDS)
        return None

    def close(self) -> None:
        self._server.close()


def _is_same(one: State, other: State) -> bool:
    return (one.generation, one.content) == (other.generation, other.content)
