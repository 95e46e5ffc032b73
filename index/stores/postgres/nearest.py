"""What makes searching quick: statistics for the planner, and an HNSW index over many vectors."""

from index.stores.postgres.ranking import NEAREST
from index.stores.postgres.reading import read_state
from index.stores.postgres.schema import Connection

ENOUGH = 20_000
"""Sentences; up to there all are compared, which is exact and takes a few milliseconds."""


_TABLES = ("library", "article", "sentence", "word", "sentence_word", "passage_word")


def tend(connection: Connection, dimension: int) -> None:
    """Do after a publication what searching needs, where enough has changed since the last time.

    The connection is in no transaction.
    """
    refresh_statistics(connection)
    build_nearest(connection, dimension)


def refresh_statistics(connection: Connection) -> bool:
    """Tell the planner how much there is when it has doubled or halved; tell whether it was told.

    The server does so by itself, but a minute later; until then, after a first load of 5,000
    sentences, a search took 1.5 s in place of 18 ms, as it was planned for empty tables.
    """
    row = connection.execute(
        "SELECT sentences > 2 * reltuples OR 2 * sentences < reltuples FROM library, pg_class"
        " WHERE pg_class.oid = 'sentence'::regclass"
    ).fetchone()
    if row is None or not row[0]:
        return False
    connection.execute(f"VACUUM (ANALYZE, SKIP_LOCKED) {', '.join(_TABLES)}".encode())
    return True


KB_A_SENTENCE, MOST_KB = 2, 2 * 1024 * 1024
"""Memory in which the index is built: it takes 1.1 kB a sentence, and what does not fit any more
is added several times as slowly."""
_MAKE_ROOM = """
SELECT set_config('maintenance_work_mem', greatest(setting::bigint, %s) || 'kB', false)
FROM pg_settings WHERE name = 'maintenance_work_mem'
"""


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
        connection.execute(_MAKE_ROOM, (min(MOST_KB, state.sentences * KB_A_SENTENCE),))
        connection.execute(
            f"CREATE INDEX CONCURRENTLY {NEAREST} ON sentence USING hnsw"
            f" ((embedding::halfvec({dimension})) halfvec_ip_ops)".encode()
        )
        connection.execute("UPDATE library SET nearest = true")
        connection.execute("ANALYZE sentence")
    finally:
        connection.execute(f"SELECT pg_advisory_unlock({lock})")
    return True
