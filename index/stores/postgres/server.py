"""Connections to a PostgreSQL server."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator

import psycopg
from pgvector.psycopg import register_vector
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from index.errors import LibraryError
from index.stores.postgres import schema
from index.stores.postgres.faults import ENCODED, explain
from index.stores.postgres.schema import Connection

PLACES = 24
"""Connections of one process, at most: more than it answers requests at a time."""
PATIENCE_SECONDS = 3.0
"""How long is waited for a connection: a request is rather refused than kept waiting."""
_KEPT_ALIVE = {
    "application_name": "articlebot",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""libpq's settings, each of which the address may set otherwise."""
_SESSION = (
    f"SET search_path TO {schema.SCHEMA}, public",
    "SET timezone TO 'UTC'",
    # A plan made once for all questions survives settings and fits none of them.
    "SET plan_cache_mode TO force_custom_plan",
    "SET jit TO off",
    # 40 by default, less than what is asked for; and read on where a filter drops rows.
    "SET hnsw.ef_search TO 200",
    "SET hnsw.iterative_scan TO strict_order",
    # So the server notices, too, that this machine has gone, and frees what it held for others.
    "SET tcp_keepalives_idle TO 10",
    "SET tcp_keepalives_interval TO 5",
    "SET tcp_keepalives_count TO 3",
)


class Server:
    """A PostgreSQL server. Thread-safe; nothing is opened before it is needed."""

    def __init__(
        self, address: str, seconds: float = 30.0, setting: str = "ARTICLEBOT_STORE"
    ) -> None:
        """Point to a server.

        Args:
            address: as libpq takes it, `postgresql://…`. It may hold a password.
            seconds: how long a statement of the pooled connections may take.
            setting: by which it was chosen, for messages.
        """
        self._address = address
        self._setting = setting
        self._milliseconds = max(1, round(seconds * 1000))
        self._opening = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None

    @contextlib.contextmanager
    def pooled(self) -> Iterator[Connection]:
        """Lend a connection in autocommit mode; a broken one is replaced beforehand.

        Raises:
            LibraryError: the server cannot be reached, or does not do what is asked.
        """
        with self.told():
            pool = self._open()
            try:
                connection = pool.getconn(PATIENCE_SECONDS)
            except PoolTimeout:
                self.connect().close()  # which tells why, if it is not that all are in use
                raise
            try:
                yield connection
            finally:
                pool.putconn(connection)

    def connect(self, *, checked: bool = True) -> Connection:
        """Open a connection of its own, for which no time limit holds.

        Args:
            checked: whether the tables have to be there.

        Raises:
            LibraryError: as `pooled` does.
        """
        with self.told():
            connection: Connection = psycopg.connect(
                _with_defaults(self._address, self._setting), autocommit=True
            )
            try:
                if checked:
                    schema.check_version(schema.read_version(connection))
                    _configure(connection)
            except BaseException:
                connection.close()
                raise
            return connection

    def migrate(self, on_step: Callable[[int], None] = lambda version: None) -> int:
        """Bring the tables up to date; see `schema.migrate`."""
        with self.told(), contextlib.closing(self.connect(checked=False)) as connection:
            return schema.migrate(connection, on_step)

    def close(self) -> None:
        """Close what is open. It can be used again afterwards."""
        with self._opening:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the driver says into one sentence with the remedy, and without the address."""
        try:
            yield
        except (psycopg.Error, PoolTimeout, PoolClosed) as error:
            raise explain(error, self._setting) from error

    def _open(self) -> "ConnectionPool[Connection]":
        with self._opening:
            if self._pool is None:
                self.connect().close()
                self._pool = ConnectionPool(
                    _with_defaults(self._address, self._setting),
                    min_size=1,
                    max_size=PLACES,
                    timeout=PATIENCE_SECONDS,
                    # After that the next request tries again, rather than a growing pause ends.
                    reconnect_timeout=1.0,
                    kwargs={"autocommit": True},
                    configure=self._configure,
                    check=ConnectionPool.check_connection,
                    open=True,
                )
            return self._pool

    def _configure(self, connection: Connection) -> None:
        _configure(connection)
        connection.execute(f"SET statement_timeout TO {self._milliseconds}")


def _configure(connection: Connection) -> None:
    connection.execute(";".join(_SESSION).encode())
    register_vector(connection)


def _with_defaults(address: str, setting: str) -> str:
    """Add the settings that the address leaves open.

    Raises:
        LibraryError: it is no address of a PostgreSQL server. It is not shown: it may be secret.
    """
    try:
        given = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        given = {"host": "@"}
    host, port, name = (str(given.get(part) or "") for part in ("host", "port", "dbname"))
    # A password that is not encoded ends early; its rest would be taken for these, and be told.
    if "@" in host or "@" in name or not re.fullmatch(r"[\d,]*", port):
        raise LibraryError(
            "the address of the database cannot be read",
            f"set {setting} to postgresql://USER:PASSWORD@HOST/DATABASE; {ENCODED}",
        )
    # psycopg's hints take what it reads from an address for more than what it writes into one.
    return psycopg.conninfo.make_conninfo(**{**_KEPT_ALIVE, **given})  # type: ignore[arg-type]
