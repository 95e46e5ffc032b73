"""The HNSW index over the vectors: built when there are enough of them to be worth it."""

from index.stores.postgres.ranking import NEAREST
from index.stores.postgres.reading import read_state
from index.stores.postgres.schema import Connection

ENOUGH = 20_000
"""Sentences; up to there all are compared, which is exact and takes a few milliseconds."""


def build_nearest(connection: Connection, dimension: int) -> bool:
    """Build the index unless it is there, or not worth it yet; tell whether it was built.

    Everybody may read and write meanwhile. What an interrupted build has left is built anew.
    """
    state = read_state(connection)
    if state.nearest or state.sentences < ENOUGH:
        return False
    lock = "hashtext('articlebot nearest')"
    row = connection.execute(f"SELECT pg_try_advisory_lock({lock})").fetchone()
    if row is None or not row[0]:  # another process is building it
        return False
    try:
        connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {NEAREST}")
        connection.execute("SET maintenance_work_mem TO '512MB'")
        connection.execute(
            f"CREATE INDEX CONCURRENTLY {NEAREST} ON sentence USING hnsw"
            f" ((embedding::halfvec({dimension})) halfvec_ip_ops)".encode()
        )
        connection.execute("UPDATE library SET nearest = true")
        connection.execute("ANALYZE sentence")
    finally:
        connection.execute(f"SELECT pg_advisory_unlock({lock})")
    return True
