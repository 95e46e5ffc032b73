"""Fit the built-in probabilities of `bot/answering/confidence.py`, and list thresholds.

    python -m bot.evaluation.fit FILE...

Each file is as for `articlebot eval`. Every question is asked of its own article, and each
answerable one of another article too, where nothing answers. The model is logistic, of the
relevance and the cosine of the first hits; a threshold is judged by the first hit of a question.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.answering.confidence import sigmoid
from bot.evaluation.calibrate import fit_logistic
from bot.evaluation.evaluate import Plan, open_questions
from bot.evaluation.figures import find_rank
from bot.evaluation.questions import Question
from index.library import Library
from index.search import Hit
from index.settings import Settings, load_settings
from index.store import Filter

JUDGED = 3
"""Hits of a question that the model is fitted to."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the scores of its first hits, shape (hits, 2), and which of them answer."""

    answerable: bool
    off_topic: bool
    scores: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]


def judge(path: Path, settings: Settings) -> Iterator[Judged]:
    """Ask the questions of a file, each of its own article, then the answerable ones of others."""
    with open_questions(path, Plan(), settings) as (library, questions):
        ids = list(dict.fromkeys(q.article_id for q in questions))
        other = dict(zip(ids, [*ids[1:], ids[0]], strict=True))
        for question in questions:
            yield _judge(library, question, question.article_id)
            if question.places and len(ids) > 1:
                yield _judge(library, question, other[question.article_id])


def _judge(library: Library, question: Question, article_id: str) -> Judged:
    with library.snapshot() as snapshot:
        only = Filter(articles=(article_id,))
        hits = library.search(snapshot, question.text, JUDGED, only)
    own = article_id == question.article_id
    right = [own and _answers(question, hit) for hit in hits]
    scores = [(hit.relevance or 0.0, hit.dense) for hit in hits]
    return Judged(
        answerable=own and bool(question.places),
        off_topic=not own,
        scores=np.array(scores, np.float64).reshape(-1, 2),
        right=np.array(right, bool),
    )


def _answers(question: Question, hit: Hit) -> bool:
    return find_rank(question.places, [(hit.sentence.start, hit.sentence.end)]) == 1


def fit(judged: Sequence[Judged]) -> npt.NDArray[np.float64]:
    """Give the bias and the weights of relevance and cosine."""
    scores = np.concatenate([each.scores for each in judged])
    inputs = np.column_stack([np.ones(len(scores)), scores])
    return fit_logistic(inputs, np.concatenate([each.right for each in judged]))


def list_thresholds(
    judged: Sequence[Judged], weights: npt.NDArray[np.float64]
) -> Iterator[tuple[float, float, float, float]]:
    """Give (threshold, answerable withheld, near misses answered, off-topic answered) of each."""
    logits = [max(weights[0] + each.scores @ weights[1:], default=-np.inf) for each in judged]
    best = np.array([sigmoid(float(logit)) for logit in logits])
    answerable = np.array([each.answerable for each in judged])
    off_topic = np.array([each.off_topic for each in judged])
    for threshold in np.arange(0.02, 0.6, 0.02):
        found = best >= threshold
        withheld, near = ~found[answerable], found[~answerable & ~off_topic]
        yield float(threshold), _share(withheld), _share(near), _share(found[off_topic])


def _share(flags: npt.NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else math.nan


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    settings = load_settings()
    judged = [each for file in parser.parse_args().files for each in judge(file, settings)]
    weights = fit(judged)
    print("bias {:.2f}, relevance {:.3f}, cosine {:.2f}".format(*weights))
    print("threshold  answerable withheld  near misses answered  off-topic answered")
    for threshold, *shares in list_thresholds(judged, weights):
        print(f"{threshold:9.2f}", *(f"{share:20.1%}" for share in shares))


if __name__ == "__main__":
    main()
