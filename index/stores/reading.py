"""Reading articles, sentences and vectors from the SQLite database."""

import itertools
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast

import numpy as np
import numpy.typing as npt

from index.article import (
    Article,
    ArticleSummary,
    Kind,
    Paragraph,
    ParsedArticle,
    Passage,
    Sentence,
    head,
)
from index.models.encode import Vectors
from index.store import EncodedArticle, StoredSentence


def read_summaries(connection: sqlite3.Connection) -> list[ArticleSummary]:
    return [
        ArticleSummary(id_, title, source, _date(published), sentences, added)
        for id_, title, source, published, sentences, added in connection.execute(
            "SELECT id, title, source, published,"
            " (SELECT count(*) FROM sentence WHERE article = key), added"
            " FROM article WHERE live = 1 ORDER BY title, id"
        )
    ]


def read_article(connection: sqlite3.Connection, article_id: str) -> tuple[int, Article] | None:
    """Give an article with its key, or None."""
    row = connection.execute(
        "SELECT key, id, title, source, text, published, author, language, path, warnings"
        " FROM article WHERE id = ? AND live = 1",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    key, id_, title, source, text, published, author, language, path, warnings = row
    about = (_date(published), author, language, path)
    return key, Article(id_, title, source, text, *about, tuple(json.loads(warnings)))


def read_text_sha256(connection: sqlite3.Connection, article_id: str) -> str:
    """Give the sha256 that an article's text had when its sentences were found in it."""
    query = "SELECT text_sha256 FROM article WHERE id = ? AND live = 1"
    return str(connection.execute(query, (article_id,)).fetchone()[0])


def read_parsed(connection: sqlite3.Connection, article_id: str) -> ParsedArticle | None:
    found = read_article(connection, article_id)
    if found is None:
        return None
    key, article = found
    paragraphs = tuple(
        Paragraph(number, start, end, cast(Kind, kind), level)
        for number, start, end, kind, level in connection.execute(
            'SELECT number, start, "end", kind, level FROM paragraph WHERE article = ?'
            " ORDER BY number",
            (key,),
        )
    )
    sentences: dict[int, list[Sentence]] = {}
    for passage, start, end, number in connection.execute(
        'SELECT passage, start, "end", paragraph FROM sentence WHERE article = ? ORDER BY id',
        (key,),
    ):
        sentences.setdefault(passage, []).append(Sentence(start, end, number))
    passages = tuple(
        Passage(start, end, tuple(sentences.get(id_, ())), section)
        for id_, start, end, section in connection.execute(
            'SELECT id, start, "end", section FROM passage WHERE article = ? ORDER BY id', (key,)
        )
    )
    return ParsedArticle(article, paragraphs, passages)


def read_encoded(connection: sqlite3.Connection, article_id: str) -> EncodedArticle | None:
    parsed = read_parsed(connection, article_id)
    if parsed is None:
        return None
    query = "SELECT key, content_sha256, pipeline FROM article WHERE id = ? AND live = 1"
    key, content, pipeline = connection.execute(query, (article_id,)).fetchone()
    rows = connection.execute("SELECT vector FROM sentence WHERE article = ? ORDER BY id", (key,))
    vectors = np.frombuffer(b"".join(row[0] for row in rows), dtype="<f4")
    return EncodedArticle(parsed, content, vectors.reshape(len(parsed.sentences), -1), pipeline)


def read_sentences(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> Mapping[int, StoredSentence]:
    rows = connection.execute(
        "SELECT * FROM stored_sentence WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row[0]: StoredSentence(*row) for row in rows}


def read_passages(connection: sqlite3.Connection, ids: Sequence[int]) -> list[list[StoredSentence]]:
    """Give all sentences of each passage that holds one of these, in the order of the text."""
    rows = connection.execute(
        "SELECT * FROM stored_sentence WHERE id IN (SELECT id FROM sentence WHERE passage IN"
        " (SELECT passage FROM sentence WHERE id IN (SELECT value FROM json_each(?))))"
        " ORDER BY id",
        (json.dumps(list(ids)),),
    )
    sentences = (StoredSentence(*row) for row in rows)
    return [
        list(group)
        for _, group in itertools.groupby(sentences, lambda s: (s.article_id, s.passage_start))
    ]


def iter_vectors(
    connection: sqlite3.Connection,
    dimension: int,
    keys: Sequence[int] | None = None,
    *,
    every: int = 1,
    batch: int = 8192,
) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
    """Give the ids (n,) and vectors (float32, (n, dimension)) of live sentences, in batches.

    Args:
        connection: to the database.
        dimension: of a vector.
        keys: of the articles; None: all.
        every: give every n-th sentence alone.
        batch: sentences in one batch.
    """
    if keys is None:
        which = "JOIN article a ON a.key = s.article WHERE a.live = 1 AND s.id % ? = 0"
    else:
        which = "WHERE s.id % ? = 0 AND s.article IN (SELECT value FROM json_each(?))"
    rows = connection.execute(
        f"SELECT s.id, s.vector FROM sentence s {which} ORDER BY s.id",  # noqa: S608 - ours
        (every,) if keys is None else (every, json.dumps(keys)),
    )
    while part := rows.fetchmany(batch):
        ids = np.array([row[0] for row in part], dtype=np.int64)
        joined = b"".join(row[1] for row in part)
        yield ids, np.frombuffer(joined, dtype="<f4").reshape(len(part), dimension)


def read_vectors(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> tuple[list[int], list[bytes]]:
    """Give the ids that there are among these, and their vectors (float32, as bytes)."""
    rows = connection.execute(
        "SELECT id, vector FROM sentence WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]


def iter_texts(
    connection: sqlite3.Connection, keys: Sequence[int] | None = None
) -> Iterator[tuple[int, str, str, str]]:
    """Give (sentence id, article id, sentence, its passage after its headings) of live sentences.

    Those of the articles with these keys, when they are given.
    """
    which = "live = 1" if keys is None else "key IN (SELECT value FROM json_each(?))"
    for key, article_id, title, text in connection.execute(
        f"SELECT key, id, title, text FROM article WHERE {which} ORDER BY key",  # noqa: S608
        () if keys is None else (json.dumps(keys),),
    ):
        for id_, start, end, passage_start, passage_end, section in connection.execute(
            'SELECT s.id, s.start, s."end", p.start, p."end", p.section FROM sentence s'
            " JOIN passage p ON p.id = s.passage WHERE s.article = ? ORDER BY s.id",
            (key,),
        ):
            passage = f"{head(title, section)}\n{text[passage_start:passage_end]}"
            yield id_, article_id, text[start:end], passage


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
