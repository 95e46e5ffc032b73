"""The rows of articles, by COPY: the articles, their sentences with the vectors, their words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from index.article import ParsedArticle
from index.fingerprint import content_number
from index.models.encode import Vectors
from index.stores.postgres import rows
from index.stores.postgres.schema import Connection
from index.stores.postgres.words import ArticleWords, count_words, round_length

_ARTICLE = (
    "key, id, published, has_path, folded_source, about, text, structure, text_sha256,"
    " content_sha256, added, sentences, sentence_words, passage_words, words, pipeline"
)


@dataclass(frozen=True, slots=True)
class Loading:
    """An article that is about to be inserted."""

    parsed: ParsedArticle
    vectors: Vectors
    """Of its sentences, float32, shape (sentences, dimension)."""
    added: str
    pipeline: int
    content_sha256: str


def insert_articles(connection: Connection, batch: Sequence[Loading]) -> int:
    """Insert articles and count them, in a transaction that alone publishes.

    Returns:
        The sum of the numbers that stand for their contents in the library's fingerprint.
    """
    counted = [count_words(each.parsed) for each in batch]
    sentences = sum(len(each.vectors) for each in batch)
    row = connection.execute(
        "UPDATE library SET articles = articles + %s, sentences = sentences + %s,"
        " sentence_words = sentence_words + %s, passage_words = passage_words + %s,"
        " next_sentence = next_sentence + %s RETURNING next_sentence",
        (
            len(batch),
            sentences,
            sum(words.sentence_words for words in counted),
            sum(words.passage_words for words in counted),
            sentences,
        ),
    ).fetchone()
    assert row is not None, "the migration has put one row into it"
    key = cast(int, row[0]) - sentences
    placed = []
    for each, words in zip(batch, counted, strict=True):
        placed.append((key, each, words))
        key += len(each.vectors)
    _copy(connection, f"article ({_ARTICLE})", (), map(_article_row, placed))
    _copy(
        connection,
        "sentence",
        ("int8", "int8", "int8", *["int4"] * 7, "vector", "text", "text"),
        (row for place in placed for row in _sentence_rows(*place[:2])),
    )
    _copy(
        connection,
        "sentence_word",
        ("text", "int8", "int4", "int4"),
        (row for key, _, words in placed for row in _sentence_words(key, words)),
    )
    _copy(
        connection,
        "passage_word",
        ("text", "int8", "int4", "int4", "int4"),
        (row for key, _, words in placed for row in _passage_words(key, words)),
    )
    _count_words(connection, counted)
    return sum(content_number(e.parsed.article.id, e.content_sha256) for e in batch)


def _count_words(connection: Connection, counted: Sequence[ArticleWords]) -> None:
    sentences = sum((words.sentences_by_word for words in counted), Counter[str]())
    passages = sum((words.passages_by_word for words in counted), Counter[str]())
    names = sorted(sentences | passages)
    connection.execute(
        "INSERT INTO word SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
        " ON CONFLICT (word) DO UPDATE SET sentences = word.sentences + excluded.sentences,"
        " passages = word.passages + excluded.passages",
        (names, [sentences[name] for name in names], [passages[name] for name in names]),
    )


def _copy(
    connection: Connection, table: str, types: Sequence[str], lines: Iterator[tuple[Any, ...]]
) -> None:
    """Copy rows, in the binary format where their types are given."""
    how = " (FORMAT BINARY)" if types else ""
    statement = f"COPY {table} FROM STDIN{how}".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        if types:
            copy.set_types(types)
        for line in lines:
            copy.write_row(line)


def _article_row(placed: tuple[int, Loading, ArticleWords]) -> tuple[Any, ...]:
    key, each, words = placed
    article = each.parsed.article
    return (
        key,
        article.id,
        article.published,
        bool(article.path),
        rows.fold(article.source),
        rows.dump_about(article),
        article.text.encode(),
        rows.dump_structure(each.parsed),
        article.text_sha256,
        each.content_sha256,
        each.added,
        len(each.vectors),
        words.sentence_words,
        words.passage_words,
        words.all,
        each.pipeline,
    )


def _sentence_rows(key: int, each: Loading) -> Iterator[tuple[Any, ...]]:
    paragraphs = {p.number: p for p in each.parsed.paragraphs}
    id_ = key
    for passage in each.parsed.passages:
        first = id_
        for s in passage.sentences:
            around = paragraphs[s.paragraph]
            places = (s.start, s.end, around.start, around.end, passage.start, passage.end)
            vector, section = each.vectors[id_ - key], passage.section
            yield id_, key, first, s.paragraph, *places, vector, around.kind, section
            id_ += 1


def _sentence_words(key: int, words: ArticleWords) -> Iterator[tuple[Any, ...]]:
    for part in words.sentences:
        length = round_length(part.length)
        for word, frequency in part.counts.items():
            yield word, key + part.position, frequency, length


def _passage_words(key: int, words: ArticleWords) -> Iterator[tuple[Any, ...]]:
    for part in words.passages:
        length = round_length(part.length)
        for word, frequency in part.counts.items():
            yield word, key + part.position, part.sentences, frequency, length
