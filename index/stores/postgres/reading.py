"""Reading one state of the articles: a `Snapshot` in a repeatable-read transaction."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np

from index.article import Article, ArticleSummary, ParsedArticle
from index.errors import EmptyLibraryError
from index.fingerprint import PIPELINE, fingerprint
from index.models.encode import Vectors
from index.store import EVERYTHING, Candidate, EncodedArticle, Filter, LibraryInfo, StoredSentence
from index.stores.postgres import rows, schema
from index.stores.postgres.ranking import rank
from index.stores.postgres.schema import Connection

_STORED = (
    's.id, a.id, s.paragraph, s.start, s."end", s.paragraph_start, s.paragraph_end,'
    " s.passage_start, s.passage_end, s.kind, s.section"
    " FROM sentence s JOIN article a ON a.key = s.article"
)


@dataclass(frozen=True, slots=True)
class State:
    """What the one row of the table `library` says."""

    version: int
    model_fingerprint: str | None
    model_name: str | None
    generation: int
    content: int
    articles: int
    sentences: int
    nearest: bool

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.model_fingerprint or "", [self.content])


def read_state(connection: Connection) -> State:
    """Read the state.

    Raises:
        LibraryError: the tables are not those that this program needs.
    """
    row = connection.execute(
        "SELECT (SELECT max(version) FROM migration), model_fingerprint, model_name, generation,"
        " content, articles, sentences, nearest FROM library"
    ).fetchone()
    assert row is not None, "the migration has put one row into it"
    state = State(*cast(tuple[Any, ...], row))
    schema.check_version(state.version)
    return state


class PostgresSnapshot:
    """A `Snapshot` of a PostgreSQL store; the connection is in a transaction that only reads."""

    def __init__(self, connection: Connection) -> None:
        """Begin to read.

        Raises:
            EmptyLibraryError: nothing has been indexed yet.
            LibraryError: the tables are not those that this program needs.
        """
        self._connection = connection
        self.state = read_state(connection)
        """What it is a snapshot of."""
        if not self.state.generation:
            raise EmptyLibraryError(
                "no articles in the database yet", "add some with `articlebot index PATH…`"
            )

    def info(self) -> LibraryInfo:
        return LibraryInfo(self.state.fingerprint, self.state.articles, self.state.sentences)

    def model(self) -> tuple[str, str]:
        return self.state.model_fingerprint or "", self.state.model_name or ""

    def oldest_pipeline(self) -> int:
        row = self._row("SELECT min(pipeline) FROM article")
        return PIPELINE if row is None or row[0] is None else int(row[0])

    def open(self) -> None:
        """Do nothing: the server keeps its indexes open."""

    def articles(self) -> list[ArticleSummary]:
        found = self._rows("SELECT id, about, published, sentences, added FROM article")
        summaries = [
            ArticleSummary(id_, about["title"], about["source"], published, sentences, added)
            for id_, about, published, sentences, added in found
        ]
        return sorted(summaries, key=lambda each: (each.title, each.id))

    def article_ids(self, beginning: str) -> list[str]:
        return [
            row[0]
            for row in self._rows(
                "SELECT id FROM article WHERE starts_with(id, %s) ORDER BY key",
                _text(beginning),
            )
        ]

    def matching_ids(self, only: Filter) -> list[str]:
        return [row[0] for row in self._matching("id", only)]

    def article(self, article_id: str) -> Article | None:
        row = self._row(
            "SELECT id, about, published, text FROM article WHERE id = %s", _text(article_id)
        )
        return rows.load_article(*row) if row else None

    def text_sha256(self, article_id: str) -> str:
        row = self._row("SELECT text_sha256 FROM article WHERE id = %s", _text(article_id))
        assert row is not None, "only asked of articles that are there"
        return str(row[0])

    def parsed(self, article_id: str) -> ParsedArticle | None:
        row = self._row(
            "SELECT id, about, published, text, structure FROM article WHERE id = %s",
            _text(article_id),
        )
        return rows.load_structure(rows.load_article(*row[:4]), row[4]) if row else None

    def encoded(self, article_id: str) -> EncodedArticle | None:
        parsed = self.parsed(article_id)
        if parsed is None:
            return None
        row = self._row(
            "SELECT key, content_sha256, pipeline FROM article WHERE id = %s", _text(article_id)
        )
        assert row is not None, "a snapshot does not change"
        with self._connection.cursor(binary=True) as cursor:
            cursor.execute("SELECT embedding FROM sentence WHERE article = %s ORDER BY id", row[:1])
            vectors = [cast(Any, vector).to_numpy() for (vector,) in cursor]
        stacked = np.stack(vectors).astype(np.float32, copy=False)
        return EncodedArticle(parsed, row[1], stacked, row[2])

    def search(
        self, vector: Vectors, question: str, depth: int, only: Filter = EVERYTHING
    ) -> list[Candidate]:
        among = [row[0] for row in self._matching("key", only)] if only else None
        return rank(
            self._connection,
            vector,
            question,
            depth,
            among=among,
            nearest=self.state.nearest,
        )

    def sentences(self, ids: Sequence[int]) -> Mapping[int, StoredSentence]:
        found = self._rows(f"SELECT {_STORED} WHERE s.id = ANY(%s)", list(ids))
        return {row[0]: StoredSentence(*row) for row in found}

    def passages(self, ids: Sequence[int]) -> list[list[StoredSentence]]:
        found = self._rows(
            f"SELECT {_STORED} WHERE s.id IN (SELECT near.id FROM sentence hit"  # noqa: S608
            " JOIN sentence near ON near.article = hit.article AND near.passage = hit.passage"
            " WHERE hit.id = ANY(%s)) ORDER BY s.id",
            list(ids),
        )
        sentences = (StoredSentence(*row) for row in found)
        return [
            list(group)
            for _, group in itertools.groupby(sentences, lambda s: (s.article_id, s.passage_start))
        ]

    def _matching(self, column: str, only: Filter) -> list[tuple[Any, ...]]:
        ids: list[str] | None = None if only.articles is None else list(map(_text, only.articles))
        since: date | None = only.since
        return self._rows(
            f"SELECT {column} FROM article"  # noqa: S608 - our own name
            " WHERE (%s::text[] IS NULL OR id = ANY(%s)) AND (%s::date IS NULL OR published >= %s)"
            " AND (%s::date IS NULL OR published <= %s)"
            " AND (%s::text IS NULL OR strpos(folded_source, %s) > 0) ORDER BY key",
            *(ids, ids, since, since, only.until, only.until),
            *[None if only.source is None else rows.fold(only.source)] * 2,
        )

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return cast(
            list[tuple[Any, ...]],
            self._connection.execute(statement.encode(), values).fetchall(),
        )

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        found = self._rows(statement, *values)
        return found[0] if found else None


def _text(value: str) -> str:
    """Give what a column may be compared with: one that holds NUL is equal to none."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
