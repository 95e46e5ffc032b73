"""How probable it is that a sentence answers the question, from its search scores."""

import math

from index.search import Hit

BIAS, DENSE, LEXICAL = -6.0, 10.0, 0.3
THRESHOLD = 0.3


def probability(hit: Hit) -> float:
    """Give the probability, 0 to 1, by a logistic model of the hit's scores."""
    return round(1 / (1 + math.exp(-(BIAS + DENSE * hit.dense + LEXICAL * hit.lexical))), 4)
