"""How probable it is that a passage answers a question: logistic models of two features each.

With a reranker: `relevance`, its logit for the sentence and that of all sentences read together,
added up, and `dense`, the cosine of question and sentence. All sentences together tell better
whether anything answers: of 337 near misses 22 in 100 are answered in place of 28 where 12 in 100
answerable questions are withheld. Without a reranker: `dense` and `coverage`, the share of the
question's words, function words apart, that the passage or its article's title holds. Raw BM25 is
left out: its size depends on the length of the question and on the number of articles.

With one it is fitted on the three best passages for questions that it was not trained on: 888 on
33 articles of the newsroom, 337 of them near misses; 111 of Natural Questions; 596 of SQuAD, each
of its own article, and 335 of these last two of another article, where nothing answers. `DENSE` is
held at half of what fits best there (3.2): else near misses that share words with the text are
answered more often than others. The threshold withholds 11 in 100 answerable questions of the
newsroom, and 7 of SQuAD, and answers 24 in 100 near misses and 3 in 100 questions to another
article. The command is `python -m bot.evaluation.fit`; what is reached on articles that nothing was
chosen by is in `tests/quality/README.md`.

The model without a reranker is fitted on questions of SQuAD, and its threshold is as low as 5 % of
questions to another article allow.
"""

import math
from functools import cache, lru_cache

from index.search import Hit
from index.stores.analysis import Analyzer, make_analyzer

BIAS, RELEVANCE, DENSE = -2.02, 0.272, 1.62
"""With a reranker."""
BIAS_ALONE, DENSE_ALONE, COVERAGE = -6.9, 6.8, 2.7
"""Without one."""
THRESHOLD = 0.15
"""With a reranker; what it answers and withholds is in `tests/quality/README.md`."""
THRESHOLD_ALONE = 0.086
"""Without one."""

LATIN = "\u024f"
"""The last of the letters of European languages in Latin script."""

FUNCTION_WORDS = (
    "a about an and are as at be been being but by can could did do does for from had has have he "
    "her him his how i if in into is it its me my no not of on or our she should so such than that "
    "the their them then there these they this those to us was we were what when where which who "
    "whom whose why will with would you your"
)


def probability(hit: Hit, question: str, passage: str) -> float:
    """Give the probability, 0 to 1, that a hit answers; `passage` is its own, after the title."""
    if hit.relevance is None:
        coverage = measure_coverage(question, passage)
        score = BIAS_ALONE + DENSE_ALONE * hit.dense + COVERAGE * coverage
    else:
        score = BIAS + RELEVANCE * measure_relevance(hit) + DENSE * hit.dense
    likely = sigmoid(score)
    if not hit.lexical and is_beyond_latin(question) and is_beyond_latin(passage):
        likely = min(likely, THRESHOLD_ALONE / 2)
    return round(likely, 4)


def is_beyond_latin(text: str) -> bool:
    """Tell whether most letters are of another script than Latin.

    The bundled models have read English: of other scripts they know hardly more than which words
    question and passage share, and where these share none they guess.
    """
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(character > LATIN for character in letters) > len(letters)


def measure_relevance(hit: Hit) -> float:
    """Give what the reader thinks of a sentence, and of all sentences together: their sum."""
    alone = hit.relevance or 0.0
    return alone + (alone if hit.total is None else hit.total)


def sigmoid(score: float) -> float:
    """Give the logistic function, for scores of any size."""
    return 1 / (1 + math.exp(-score)) if score >= 0 else math.exp(score) / (1 + math.exp(score))


def measure_coverage(question: str, text: str) -> float:
    """Give the share, 0 to 1, of the question's words that the text holds, compared by stems."""
    asked = _asked(question)
    return len(asked & stems(text)) / len(asked) if asked else 0.0


def stems(text: str) -> frozenset[str]:
    """Give the stems of a text's words, function words apart."""
    return frozenset(_content_words()(text))


_asked = lru_cache(maxsize=16)(stems)
"""Of a question, of which each of its passages is asked."""


@cache
def _content_words() -> Analyzer:
    return make_analyzer(FUNCTION_WORDS.split())
