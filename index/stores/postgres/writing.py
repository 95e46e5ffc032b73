"""Writing: articles are staged one by one, then replaced in one transaction.

Any number of processes may write. Each has a run, whose number it holds by an advisory lock for as
long as its connection lives; what a run that has ended has staged, the next one takes over.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from index.errors import LibraryError
from index.fingerprint import content_number
from index.models.encode import Encoder
from index.store import EncodedArticle
from index.stores.postgres import rows
from index.stores.postgres.loading import Loading, insert_articles
from index.stores.postgres.reading import read_state
from index.stores.postgres.schema import Connection

RUNS = 0x61627231
"""Class of the advisory locks that runs hold."""
BATCH = 64
"""Articles whose rows are copied together."""
_PUBLISHING = "SELECT pg_advisory_xact_lock(hashtext('articlebot publish'))"


class PostgresWriter:
    """A `Writer`, one of any number, over a connection of its own."""

    def __init__(self, connection: Connection, encoder: Encoder, model: str) -> None:
        """Begin a run, with the model whose vectors are going to be stored.

        Raises:
            LibraryError: the library holds another model's vectors.
        """
        self._connection = connection
        self._encoder = encoder
        self._model = model
        _check_model(connection, encoder, model)
        self.run = begin_run(connection)
        connection.execute(
            # Of what several ended runs have staged under an id, the last is taken over.
            "WITH ended AS (SELECT run FROM (SELECT DISTINCT run FROM staged) AS runs"
            "  WHERE pg_try_advisory_xact_lock(%(runs)s, run)), last AS (SELECT max(number) AS"
            "  number FROM staged WHERE run IN (SELECT run FROM ended) GROUP BY id), old AS"
            "  (DELETE FROM staged WHERE run IN (SELECT run FROM ended)"
            "  AND number NOT IN (SELECT number FROM last))"
            " UPDATE staged SET run = %(run)s WHERE number IN (SELECT number FROM last)",
            {"runs": RUNS, "run": self.run},
        )

    def contents(self) -> Mapping[str, str]:
        return _Contents(self._connection, "article", "true", ())

    def staged(self) -> Mapping[str, str]:
        return _Contents(self._connection, "staged", "run = %s", (self.run,))

    def paths(self) -> Mapping[str, str]:
        found = self._connection.execute("SELECT id, about FROM article WHERE has_path")
        return {
            cast(str, id_): cast(dict[str, str], about)["path"] for id_, about in found.fetchall()
        }

    def stage(self, article: EncodedArticle) -> None:
        row = rows.dump_staged(article, datetime.now(UTC).isoformat(timespec="seconds"))
        with self._connection.transaction():
            self.unstage(article.parsed.article.id)
            self._connection.execute(
                "INSERT INTO staged (run, id, content_sha256, article, structure, vectors)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (self.run, article.parsed.article.id, article.content_sha256, *row),
            )

    def unstage(self, article_id: str) -> None:
        self._connection.execute(
            "DELETE FROM staged WHERE run = %s AND id = %s", (self.run, article_id)
        )

    def publish(self, removed: Iterable[str] = ()) -> None:
        with self._connection.transaction():
            self._connection.execute(_PUBLISHING)
            _check_model(self._connection, self._encoder, self._model)
            change = -_delete_articles(self._connection, self.run, list(removed))
            while batch := self._take_staged():
                change += insert_articles(self._connection, batch)
            self._connection.execute(
                "UPDATE library SET generation = generation + 1, content = %s, model_name = %s,"
                " model_fingerprint = %s, dimension = %s",
                (
                    _signed(read_state(self._connection).content + change),
                    self._model,
                    self._encoder.fingerprint,
                    self._encoder.dimension,
                ),
            )

    def _take_staged(self) -> list[Loading]:
        """Take some of what this run has staged, in the order in which it was staged."""
        found = self._connection.execute(
            "WITH first AS (SELECT number FROM staged WHERE run = %s ORDER BY number LIMIT %s),"
            " taken AS (DELETE FROM staged WHERE number IN (SELECT number FROM first) RETURNING *)"
            " SELECT content_sha256, article, structure, vectors FROM taken ORDER BY number",
            (self.run, BATCH),
        ).fetchall()
        return [
            Loading(*rows.load_staged(article, structure, vectors), content)
            for content, article, structure, vectors in cast(list[tuple[Any, ...]], found)
        ]


class _Contents(Mapping[str, str]):
    """`content_sha256` by article id, looked up when it is asked for: there may be millions."""

    def __init__(
        self, connection: Connection, table: str, where: str, values: tuple[object, ...]
    ) -> None:
        self._connection = connection
        self._from = f"FROM {table} WHERE {where}"
        self._values = values

    def __getitem__(self, article_id: str) -> str:
        statement = f"SELECT content_sha256 {self._from} AND id = %s"
        values = (*self._values, article_id.replace("\0", "\N{REPLACEMENT CHARACTER}"))
        row = self._connection.execute(statement.encode(), values).fetchone()
        if row is None:
            raise KeyError(article_id)
        return cast(str, row[0])

    def __iter__(self) -> Iterator[str]:
        found = self._connection.execute(f"SELECT id {self._from}".encode(), self._values)
        return iter([cast(str, row[0]) for row in found.fetchall()])

    def __len__(self) -> int:
        statement = f"SELECT count(*) {self._from}"
        row = self._connection.execute(statement.encode(), self._values).fetchone()
        assert row is not None, "an aggregate gives one row"
        return cast(int, row[0])


def begin_run(connection: Connection) -> int:
    """Take a number that no other run has, and hold it until the connection closes."""
    row = connection.execute("SELECT nextval('run')::integer").fetchone()
    assert row is not None, "a sequence gives a number"
    connection.execute("SELECT pg_advisory_lock(%s, %s)", (RUNS, row[0]))
    return cast(int, row[0])


def _delete_articles(connection: Connection, run: int, removed: list[str]) -> int:
    """Delete what a run replaces and what is removed; give the sum of their content numbers."""
    found = connection.execute(
        "DELETE FROM article WHERE id = ANY(%s) OR id IN (SELECT id FROM staged WHERE run = %s)"
        " RETURNING id, content_sha256, key, words, sentences, sentence_words, passage_words",
        (removed, run),
    ).fetchall()
    total = 0
    for id_, content, key, words, *counts in cast(list[tuple[Any, ...]], found):
        connection.execute("DELETE FROM sentence WHERE article = %s", (key,))
        connection.execute(
            "WITH s AS (DELETE FROM sentence_word WHERE word = ANY(%(words)s)"
            "  AND sentence BETWEEN %(first)s AND %(last)s RETURNING word),"
            " p AS (DELETE FROM passage_word WHERE word = ANY(%(words)s)"
            "  AND first_sentence BETWEEN %(first)s AND %(last)s RETURNING word, sentences),"
            " gone AS (SELECT word, sum(s) AS s, sum(p) AS p FROM (SELECT word, 1 AS s, 0 AS p"
            "  FROM s UNION ALL SELECT word, 0, sentences FROM p) AS each GROUP BY word)"
            " UPDATE word SET sentences = sentences - gone.s, passages = passages - gone.p"
            " FROM gone WHERE word.word = gone.word",
            {"words": words, "first": key, "last": key + counts[0] - 1},
        )
        connection.execute(
            "UPDATE library SET articles = articles - 1, sentences = sentences - %s,"
            " sentence_words = sentence_words - %s, passage_words = passage_words - %s",
            counts,
        )
        total += content_number(id_, content)
    connection.execute(
        "DELETE FROM word WHERE word = ANY(%s) AND passages = 0 AND sentences = 0",
        (sorted({word for row in found for word in cast(list[str], row[3])}),),
    )
    return total


def _signed(number: int) -> int:
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _check_model(connection: Connection, encoder: Encoder, model: str) -> None:
    state = read_state(connection)
    if state.articles and state.model_fingerprint != encoder.fingerprint:
        raise LibraryError(
            f"the articles in the database are indexed with the model {state.model_name},"
            f" not {model}",
            "set ARTICLEBOT_MODEL back, or set ARTICLEBOT_STORE to another database",
        )
