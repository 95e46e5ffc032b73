"""Hybrid search in one statement: nearest vectors, BM25 over the words, both scores of all."""

from collections.abc import Sequence
from typing import Any, cast

from index.models.encode import Vectors
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
#
# Common words, such as "the", stand in most sentences and say the least. The words of which all
# together cannot bring a sentence over `budget` are therefore not looked up: whatever is among the
# best has another word, too. Who may still be among the best is then scored with all words.
_STATEMENT = """
WITH library AS MATERIALIZED (
    SELECT sentences::float8 AS n,
        0.9 * sentences / greatest(sentence_words, 1)::float8 AS per_sentence,
        0.9 * sentences / greatest(passage_words, 1)::float8 AS per_passage
    FROM library
), near AS MATERIALIZED (
    SELECT id FROM sentence {among} ORDER BY {distance} LIMIT %(depth)s
), weight AS MATERIALIZED (
    SELECT word, passages,
        2.2 * ln(1 + (n - sentences + 0.5) / (sentences + 0.5)) AS s,
        %(passage)s * 2.2 * ln(1 + (n - passages + 0.5) / (passages + 0.5)) AS p
    FROM word, library WHERE word = ANY(%(words)s)
), budget AS MATERIALIZED (
    SELECT coalesce(%(budget)s::float8, 0.4 * max(p) FILTER (WHERE passages >= %(depth)s), 0) AS top
    FROM weight
), part AS MATERIALIZED (
    SELECT word, s, p, sum(s + p) OVER (ORDER BY s + p, word) AS up_to FROM weight
), rest AS MATERIALIZED (
    SELECT coalesce(max(up_to), 0) AS most FROM part, budget WHERE up_to <= top
), essential AS MATERIALIZED (
    SELECT word, s, p FROM part, budget WHERE up_to > top
), found AS MATERIALIZED (
    SELECT id, sum(score) AS score FROM (
        SELECT sentence AS id, s * frequency / (frequency + 0.3 + per_sentence * length) AS score
        FROM essential JOIN sentence_word USING (word), library
        UNION ALL
        SELECT first_sentence + place, score FROM (
            SELECT first_sentence, sentences,
                sum(p * frequency / (frequency + 0.3 + per_passage * length)) AS score
            FROM essential JOIN passage_word USING (word), library
            GROUP BY first_sentence, sentences
        ) AS passage, generate_series(0, sentences - 1) AS place
    ) AS scored {found_among} GROUP BY id
), least AS MATERIALIZED (
    SELECT coalesce(
        (SELECT score FROM found ORDER BY score DESC OFFSET %(depth)s - 1 LIMIT 1), 0
    ) AS score
), chosen AS MATERIALIZED (
    SELECT found.id FROM found, least, rest WHERE found.score + rest.most >= least.score
    UNION SELECT id FROM near
), complete AS MATERIALIZED (
    SELECT sentence.id,
        coalesce((
            SELECT sum(s * frequency / (frequency + 0.3 + per_sentence * length))
            FROM part JOIN sentence_word w ON w.word = part.word AND w.sentence = sentence.id
        ), 0) + coalesce((
            SELECT sum(p * frequency / (frequency + 0.3 + per_passage * length))
            FROM part JOIN passage_word w
            ON w.word = part.word AND w.first_sentence = sentence.passage
        ), 0) AS lexical
    FROM chosen JOIN sentence USING (id), library
), best AS MATERIALIZED (
    SELECT id, lexical FROM complete WHERE lexical > 0 ORDER BY lexical DESC, id LIMIT %(depth)s
)
SELECT id, -(embedding <#> %(vector)s), lexical, (SELECT most FROM rest),
    CASE WHEN (SELECT count(*) FROM best) < %(depth)s THEN 0
    ELSE (SELECT min(lexical) FROM best) END
FROM complete JOIN sentence USING (id)
WHERE id IN (SELECT id FROM near UNION SELECT id FROM best) ORDER BY id
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
        found_among="" if among is None else _AMONG.format(limited=limited),
    )
    values = {
        "vector": vector,
        "depth": depth,
        "words": list(dict.fromkeys(analyze(question))),
        "passage": PASSAGE_WEIGHT,
        "among": None if among is None else list(among),
        "budget": None,
    }
    rows = _execute(connection, statement, values)
    if rows and (least := rows[0][4]) < rows[0][3]:
        # The budget was too high for the scores that there are: now it is known what is not.
        rows = _execute(connection, statement, values | {"budget": least})
    return [Candidate(*row[:3]) for row in rows]


def _execute(
    connection: Connection, statement: str, values: dict[str, Any]
) -> list[tuple[int, float, float, float, float]]:
    return cast(
        list[tuple[int, float, float, float, float]],
        connection.execute(statement.encode(), values).fetchall(),
    )
