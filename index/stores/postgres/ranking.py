"""Hybrid search in one statement: nearest vectors, BM25 over the words, both scores of all."""

from collections.abc import Sequence

from index.encode import Vectors
from index.store import Candidate
from index.stores.postgres.schema import Connection
from index.stores.postgres.words import analyze
from index.stores.words import PASSAGE_WEIGHT

NEAREST = "sentence_nearest"
"""The HNSW index over the vectors, in half precision."""
_EXACT = "embedding <#> %(vector)s"
_BY_INDEX = (
    "embedding::halfvec({dimension}) <#> %(vector)s::vector({dimension})::halfvec({dimension})"
)
_AMONG = "WHERE id IN (SELECT id FROM sentence {limited})"

# k1 = 1.2 and b = 0.75, as in tantivy; a word's frequency in documents is that of sentences, each
# of which has the words of its passage as a second field.
_STATEMENT = """
WITH library AS MATERIALIZED (
    SELECT sentences::float8 AS n,
        0.9 * sentences / greatest(sentence_words, 1)::float8 AS per_sentence,
        0.9 * sentences / greatest(passage_words, 1)::float8 AS per_passage
    FROM library
), near AS MATERIALIZED (
    SELECT id FROM sentence {among} ORDER BY {distance} LIMIT %(depth)s
), in_sentence AS MATERIALIZED (
    SELECT sentence, word, frequency::float8 AS f, length
    FROM sentence_word WHERE word = ANY(%(words)s)
), sentence_weight AS (
    SELECT word, 2.2 * ln(1 + (n - count(*) + 0.5) / (count(*) + 0.5)) AS weight
    FROM in_sentence, library GROUP BY word, n
), in_passage AS MATERIALIZED (
    SELECT first_sentence, sentences, word, frequency::float8 AS f, length
    FROM passage_word WHERE word = ANY(%(words)s)
), passage_weight AS (
    SELECT word,
        %(passage)s * 2.2 * ln(1 + (n - sum(sentences) + 0.5) / (sum(sentences) + 0.5)) AS weight
    FROM in_passage, library GROUP BY word, n
), passage_score AS (
    SELECT first_sentence, sentences, sum(weight * f / (f + 0.3 + per_passage * length)) AS score
    FROM in_passage JOIN passage_weight USING (word), library GROUP BY first_sentence, sentences
), lexical AS MATERIALIZED (
    SELECT id, sum(score) AS score FROM (
        SELECT sentence AS id, weight * f / (f + 0.3 + per_sentence * length) AS score
        FROM in_sentence JOIN sentence_weight USING (word), library
        UNION ALL
        SELECT first_sentence + place, score
        FROM passage_score, generate_series(0, sentences - 1) AS place
    ) AS part GROUP BY id
), best AS (
    SELECT id FROM lexical {lexical_among} ORDER BY score DESC, id LIMIT %(depth)s
)
SELECT s.id, -(s.embedding <#> %(vector)s), coalesce(lexical.score, 0)
FROM (SELECT id FROM near UNION SELECT id FROM best) AS found
JOIN sentence s USING (id) LEFT JOIN lexical USING (id)
ORDER BY s.id
"""


def rank(
    connection: Connection,
    vector: Vectors,
    question: str,
    depth: int,
    *,
    among: Sequence[int] | None,
    nearest: bool,
) -> list[Candidate]:
    """Find the sentences nearest in meaning and the best by words, each with both scores.

    Args:
        connection: within a transaction.
        vector: the question's, float32, shape (dimension,).
        question: its words.
        depth: how many to take from each side.
        among: keys of the articles to search, alone; None: all.
        nearest: whether there is an index of the nearest; without one, or among certain
            articles, the nearest are found exactly.
    """
    distance = _EXACT
    if nearest and among is None:
        distance = _BY_INDEX.format(dimension=len(vector))
    limited = "" if among is None else "WHERE article = ANY(%(among)s)"
    statement = _STATEMENT.format(
        distance=distance,
        among=limited,
        lexical_among="" if among is None else _AMONG.format(limited=limited),
    )
    rows = connection.execute(
        statement.encode(),
        {
            "vector": vector,
            "depth": depth,
            "words": list(dict.fromkeys(analyze(question))),
            "passage": PASSAGE_WEIGHT,
            "among": None if among is None else list(among),
        },
    )
    return [Candidate(*row) for row in rows]  # type: ignore[arg-type]  # as it is selected
