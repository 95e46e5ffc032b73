"""How probable it is that a passage answers a question: logistic models of two features each.

With a reranker: `relevance`, its logit for the sentence, and `dense`, the cosine of question and
sentence. Without one: `dense` and `coverage`, the share of the question's words, function words
apart, that the passage or its article's title holds. Raw BM25 is left out: its size depends on
the length of the question and on the number of articles.

Fitted on the three best passages for questions on articles of the SQuAD development sets that the
reranker was not trained on: 858 each of its own article, 596 of all articles, 250 of another
article, where nothing answers, and 1,000 of SQuAD 2.0, about half of which look answerable and
are not; the model without a reranker on fewer of the same. Right is a marked sentence with the
answer in it. `DENSE` is held at half of what fits best there (3.2), and the threshold is as low as
5 % of questions to another article allow: else too many answers are withheld that use other words
than the question, which are rare there and frequent in `tests/quality`.

AUROC of answerable questions against those to another article 0.994 (without a reranker 0.991),
against those that only look answerable 0.72 (0.67). `articlebot eval --off-topic` and `eval
--per-article` show it on any file.
"""

import math
from functools import cache, lru_cache

from index.search import Hit
from index.stores.analysis import Analyzer, make_analyzer

BIAS, RELEVANCE, DENSE = -1.58, 0.42, 1.6
"""With a reranker."""
BIAS_ALONE, DENSE_ALONE, COVERAGE = -6.9, 6.8, 2.7
"""Without one."""
THRESHOLD = 0.086
"""Answers 4.9 % of the questions to another article; withholds 3.5 % of the answerable ones."""

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
        score = BIAS + RELEVANCE * hit.relevance + DENSE * hit.dense
    likely = sigmoid(score)
    if not hit.lexical and is_beyond_latin(question) and is_beyond_latin(passage):
        likely = min(likely, THRESHOLD / 2)
    return round(likely, 4)


def is_beyond_latin(text: str) -> bool:
    """Tell whether most letters are of another script than Latin.

    The bundled models have read English: of other scripts they know hardly more than which words
    question and passage share, and where these share none they guess.
    """
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(character > LATIN for character in letters) > len(letters)


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
