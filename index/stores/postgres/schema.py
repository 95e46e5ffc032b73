"""The tables of articlebot in a PostgreSQL database, and the migrations that make them."""

from collections.abc import Callable

import psycopg
from psycopg import sql

from index.errors import LibraryError

SCHEMA = "articlebot"
"""All tables lie in this schema: the database may be used for other things, too."""
PGVECTOR = (0, 8)
"""The oldest that reads on in an HNSW index until there are as many rows as were asked for."""

Connection = psycopg.Connection[tuple[object, ...]]

_ARTICLES = """
CREATE TABLE library (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    model_fingerprint text, model_name text, dimension integer,
    generation bigint NOT NULL DEFAULT 0, content bigint NOT NULL DEFAULT 0,
    articles bigint NOT NULL DEFAULT 0, sentences bigint NOT NULL DEFAULT 0,
    sentence_words bigint NOT NULL DEFAULT 0, passage_words bigint NOT NULL DEFAULT 0,
    next_sentence bigint NOT NULL DEFAULT 1, nearest boolean NOT NULL DEFAULT false
);
INSERT INTO library DEFAULT VALUES;

CREATE TABLE article (
    key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, published date,
    has_path boolean NOT NULL, folded_source text COLLATE "C" NOT NULL,
    about json NOT NULL, text bytea NOT NULL, structure json NOT NULL,
    text_sha256 text NOT NULL, content_sha256 text NOT NULL, added text NOT NULL,
    sentences integer NOT NULL, sentence_words bigint NOT NULL, passage_words bigint NOT NULL,
    words text[] NOT NULL
);
COMMENT ON COLUMN article.key IS 'the id of its first sentence; the others follow';
CREATE INDEX article_published ON article (published);

CREATE TABLE sentence (
    id bigint PRIMARY KEY, article bigint NOT NULL, passage bigint NOT NULL,
    paragraph integer NOT NULL, start integer NOT NULL, "end" integer NOT NULL,
    paragraph_start integer NOT NULL, paragraph_end integer NOT NULL,
    passage_start integer NOT NULL, passage_end integer NOT NULL,
    embedding vector NOT NULL
);
CREATE INDEX sentence_article ON sentence (article);
COMMENT ON COLUMN sentence.passage IS 'the id of the first sentence of its passage';

CREATE TABLE sentence_word (
    word text COLLATE "C" NOT NULL, sentence bigint NOT NULL,
    frequency integer NOT NULL, length integer NOT NULL,
    PRIMARY KEY (word, sentence) INCLUDE (frequency, length)
);
CREATE TABLE passage_word (
    word text COLLATE "C" NOT NULL, first_sentence bigint NOT NULL, sentences integer NOT NULL,
    frequency integer NOT NULL, length integer NOT NULL,
    PRIMARY KEY (word, first_sentence) INCLUDE (sentences, frequency, length)
);
CREATE TABLE word (
    word text COLLATE "C" PRIMARY KEY, sentences bigint NOT NULL, passages bigint NOT NULL
) WITH (fillfactor = 70);
COMMENT ON COLUMN word.passages IS 'sentences whose passage has the word';

CREATE SEQUENCE run AS integer CYCLE;
CREATE TABLE staged (
    number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    run integer NOT NULL, id text COLLATE "C" NOT NULL, content_sha256 text NOT NULL,
    article json NOT NULL, structure json NOT NULL, vectors bytea NOT NULL, UNIQUE (run, id)
);
"""

_RECORDS = """
CREATE TABLE turn (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    conversation bytea NOT NULL, at timestamptz NOT NULL, said text NOT NULL
);
CREATE INDEX turn_conversation ON turn (conversation, id);
CREATE INDEX turn_at ON turn (at);
CREATE TABLE answer (
    id bytea PRIMARY KEY, number bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL, fingerprint text NOT NULL, answer text NOT NULL
);
CREATE INDEX answer_at ON answer (at);
CREATE TABLE feedback (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL, given text NOT NULL
);
CREATE TABLE note (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind bytea NOT NULL, key bytea NOT NULL, value text NOT NULL, until timestamptz,
    UNIQUE (kind, key)
);
CREATE INDEX note_until ON note (until);
"""

_JOBS = """
CREATE TABLE job (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, batch text NOT NULL,
    source json NOT NULL, reading json NOT NULL,
    run integer, attempts integer NOT NULL DEFAULT 0, outcome json,
    created timestamptz NOT NULL DEFAULT now(), ended timestamptz
);
CREATE INDEX job_open ON job (id) WHERE ended IS NULL;
CREATE INDEX job_batch ON job (batch);
"""

_TASKS = """
CREATE TABLE task (
    number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, id text NOT NULL UNIQUE,
    what bytea NOT NULL, state bytea NOT NULL,
    run integer, attempts integer NOT NULL DEFAULT 0,
    created timestamptz NOT NULL DEFAULT now(), ended timestamptz
);
CREATE INDEX task_open ON task (number) WHERE ended IS NULL;
"""

_KINDS_OF_TASKS = """
ALTER TABLE task ADD COLUMN kind text NOT NULL DEFAULT 'web';
ALTER TABLE task ALTER COLUMN kind DROP DEFAULT;
"""

_KINDS_OF_PARAGRAPHS = """
ALTER TABLE article ADD COLUMN pipeline integer NOT NULL DEFAULT 3;
ALTER TABLE article ALTER COLUMN pipeline DROP DEFAULT;
CREATE INDEX article_pipeline ON article (pipeline);
ALTER TABLE sentence ADD COLUMN kind text NOT NULL DEFAULT 'body';
ALTER TABLE sentence ADD COLUMN section text NOT NULL DEFAULT '';
"""

MIGRATIONS: tuple[str, ...] = (
    *(_ARTICLES, _RECORDS, _JOBS, _TASKS, _KINDS_OF_TASKS, _KINDS_OF_PARAGRAPHS),
)
"""Each is applied once, in this order, and never changed after it has been released."""


def read_version(connection: Connection) -> int:
    """Give the number of migrations that have been applied; 0 where there is nothing yet."""
    row = connection.execute("SELECT to_regclass('articlebot.migration') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return 0
    found = connection.execute("SELECT max(version) FROM articlebot.migration").fetchone()
    return found[0] if found and isinstance(found[0], int) else 0


def check_version(found: int) -> None:
    """Refuse a database that this version of the program does not fit.

    Raises:
        LibraryError: migrations are missing, or it has newer ones.
    """
    wanted = len(MIGRATIONS)
    if found > wanted:
        raise LibraryError(
            f"the database has version {found} of the tables, this program knows {wanted}",
            "use the version of the program that migrated it",
        )
    if found < wanted:
        what = f"has version {found} of the tables" if found else "has no tables of articlebot yet"
        raise LibraryError(
            f"the database {what}, this program needs version {wanted}",
            "run `articlebot migrate`",
        )


def migrate(connection: Connection, on_step: Callable[[int], None]) -> int:
    """Apply the migrations that are missing, each in a transaction; tell how many they were.

    Raises:
        LibraryError: the database has newer ones, or its pgvector is missing or too old.
    """
    connection.execute("SELECT pg_advisory_lock(hashtext('articlebot migrate'))")
    try:
        before = read_version(connection)
        if before > len(MIGRATIONS):
            check_version(before)
        with connection.transaction():
            _make_schema(connection)
            connection.execute(
                "CREATE TABLE IF NOT EXISTS articlebot.migration"
                " (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())"
            )
            _install_pgvector(connection)
        for version in range(before + 1, len(MIGRATIONS) + 1):
            with connection.transaction():
                connection.execute(f"SET LOCAL search_path TO {SCHEMA}, public")
                connection.execute(MIGRATIONS[version - 1].encode())
                connection.execute("INSERT INTO migration (version) VALUES (%s)", (version,))
            on_step(version)
        return len(MIGRATIONS) - before
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtext('articlebot migrate'))")


def _make_schema(connection: Connection) -> None:
    """Make the schema, unless it is there: even IF NOT EXISTS needs the right to make one."""
    if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (SCHEMA,)).fetchone():
        return
    try:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
    except psycopg.errors.InsufficientPrivilege:
        names = (connection.info.dbname, connection.info.user)
        database, user = (sql.Identifier(name).as_string(connection) for name in names)
        raise LibraryError(
            "the database user may not make the schema articlebot",
            f"let an administrator run `GRANT CREATE ON DATABASE {database} TO {user}`, and run"
            " `articlebot migrate` again",
        ) from None


def _install_pgvector(connection: Connection) -> None:
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public")
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile):
        raise LibraryError(
            "the PostgreSQL server does not have pgvector", "install its package on the server"
        ) from None
    except psycopg.errors.InsufficientPrivilege:
        raise LibraryError(
            "the database user may not install pgvector",
            "let an administrator run `CREATE EXTENSION vector` in this database, and run"
            " `articlebot migrate` again",
        ) from None
    row = connection.execute(
        "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
    ).fetchone()
    version = str(row[0]) if row else ""
    if tuple(int(part) for part in version.split(".")[:2]) < PGVECTOR:
        wanted = ".".join(map(str, PGVECTOR))
        raise LibraryError(
            f"the database has pgvector {version}, this program needs {wanted} or later",
            "update it and run `ALTER EXTENSION vector UPDATE`",
        )
