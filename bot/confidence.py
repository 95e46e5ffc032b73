"""How probable it is that a passage answers a question: a logistic model over two features.

`dense` is the hit's mean cosine with the question; `coverage` the share of the question's words,
function words apart, that its passage or its article's title holds. Raw BM25 is left out: its size
depends on the length of the question and on the number of articles.

Fitted on the best passages for the 4,807 questions of 18 articles of the SQuAD 1.1 development
set, each asked of its own article, of another article, of all articles of its half of the set, and
of the other half, where nothing answers it: half of the 19,228 cases have no answer. Right is a
marked sentence with the answer in it. At `THRESHOLD` 0.7 % of the questions to another article and
3.7 % of those to the other half are answered; 2.9 % of the right answers are withheld. AUROC of
questions with an answer against those without: 0.998 in one article, 0.991 in the nine of a half.
On six articles that were held out, one at a time: AUROC 0.990, 6.2 % of the questions to another
article answered.
"""

import math
from functools import cache

import tantivy

from index.search import Hit
from index.stores.words import analyzer

BIAS, DENSE, COVERAGE = -6.1, 5.5, 4.7
THRESHOLD = 0.2
"""Chosen for at most 5 % answers to questions about other things, all articles in one index."""

FUNCTION_WORDS = (
    "a about an and are as at be been being but by can could did do does for from had has have he "
    "her him his how i if in into is it its me my no not of on or our she should so such than that "
    "the their them then there these they this those to us was we were what when where which who "
    "whom whose why will with would you your"
)


def probability(hit: Hit, coverage: float) -> float:
    """Give the probability, 0 to 1, that a hit answers; `coverage` is that of its passage."""
    return round(1 / (1 + math.exp(-(BIAS + DENSE * hit.dense + COVERAGE * coverage))), 4)


def measure_coverage(question: str, text: str) -> float:
    """Give the share, 0 to 1, of the question's words that the text holds, compared by stems."""
    analyze = _content_words().analyze
    asked = set(analyze(question))
    return len(asked.intersection(analyze(text))) / len(asked) if asked else 0.0


@cache
def _content_words() -> tantivy.TextAnalyzer:
    return analyzer(FUNCTION_WORDS.split())
