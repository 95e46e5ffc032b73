"""Fit the built-in probabilities of `bot/answering/confidence.py`, and list thresholds.

    python -m bot.evaluation.fit [--off-topic FILE [--about NAME]...] FILE...

Each file is as for `articlebot eval`, and each question is asked of its own article; the answerable
ones of the file for `--off-topic` of another article too, where nothing answers. Printed are the
bias and the weights that fit the first hits best, and what thresholds would do with the ones that
are built in.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.answering.confidence import BIAS, DENSE, RELEVANCE, measure_relevance, sigmoid
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
    """A question, what is known of its first hits, shape (hits, 3), and which of them answer."""

    answerable: bool
    off_topic: bool
    inputs: npt.NDArray[np.float64]
    """1, the relevance of the sentence and of all together, and the cosine."""
    right: npt.NDArray[np.bool_]


def judge(path: Path, plan: Plan, settings: Settings) -> Iterator[Judged]:
    """Ask the questions of a file of their own articles, and as planned of others."""
    with open_questions(path, replace(plan, off_topic=False), settings) as (library, questions):
        ids = list(dict.fromkeys(q.article_id for q in questions))
        other = dict(zip(ids, [*ids[1:], ids[0]], strict=True))
        for question in questions:
            yield _judge(library, question, question.article_id)
            if question.places and plan.off_topic:
                yield _judge(library, question, other[question.article_id])


def _judge(library: Library, question: Question, article_id: str) -> Judged:
    with library.snapshot() as snapshot:
        only = Filter(articles=(article_id,))
        hits = library.search(snapshot, question.text, JUDGED, only)
    own = article_id == question.article_id
    right = [own and _answers(question, hit) for hit in hits]
    inputs = [(1.0, measure_relevance(hit), hit.dense) for hit in hits]
    return Judged(
        answerable=own and bool(question.places),
        off_topic=not own,
        inputs=np.array(inputs, np.float64).reshape(-1, 3),
        right=np.array(right, bool),
    )


def _answers(question: Question, hit: Hit) -> bool:
    return find_rank(question.places, [(hit.sentence.start, hit.sentence.end)]) == 1


def fit(judged: Sequence[Judged]) -> npt.NDArray[np.float64]:
    """Give the bias and the weights of relevance and cosine."""
    inputs = np.concatenate([each.inputs for each in judged])
    return fit_logistic(inputs, np.concatenate([each.right for each in judged]))


def list_thresholds(
    judged: Sequence[Judged], weights: npt.NDArray[np.float64]
) -> Iterator[tuple[float, float, float, float]]:
    """Give (threshold, answerable withheld, near misses answered, off-topic answered) of each."""
    logits = [max(each.inputs @ weights, default=-np.inf) for each in judged]
    best = np.array([sigmoid(float(logit)) for logit in logits])
    answerable = np.array([each.answerable for each in judged])
    off_topic = np.array([each.off_topic for each in judged])
    for threshold in np.arange(0.02, 0.7, 0.02):
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
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--off-topic", type=Path)
    parser.add_argument("--about", action="append", default=[])
    args = parser.parse_args()
    planned = [(file, Plan()) for file in args.files]
    if args.off_topic:
        planned.append((args.off_topic, Plan(off_topic=True, about=tuple(args.about))))
    settings = load_settings()
    judged = [each for file, plan in planned for each in judge(file, plan, settings)]
    print("bias {:.2f}, relevance {:.3f}, cosine {:.2f}".format(*fit(judged)))
    print("threshold  answerable withheld  near misses answered  off-topic answered")
    for threshold, *shares in list_thresholds(judged, np.array([BIAS, RELEVANCE, DENSE])):
        print(f"{threshold:9.2f}", *(f"{share:20.1%}" for share in shares))


if __name__ == "__main__":
    main()
