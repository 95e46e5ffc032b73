"""Fit probabilities to one's own articles: Platt scaling of the built-in ones.

The logit of a built-in probability is scaled and shifted so that the likelihood of one's own
questions is greatest, with the smoothed targets of Platt, "Probabilistic outputs for support
vector machines" (1999), which keep a few questions from leading to certainties.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bot.answering.calibration import Calibration, built_in, logit
from bot.evaluation.figures import Outcome
from index.errors import UsageError
from index.settings import Settings

FEWEST = 10
"""Questions with a right and with a wrong first passage, at least, of each."""
WRONGLY_ANSWERED = 0.05
"""Share of the unanswerable questions that may be answered."""


def fit_calibration(outcomes: Sequence[Outcome], settings: Settings) -> Calibration:
    """Fit scale and shift to the first passages of outcomes, and choose the threshold.

    The threshold lets at most `WRONGLY_ANSWERED` of the unanswerable questions through; without
    any of those it stays as it was built in.

    Raises:
        UsageError: there are too few questions, or all are answered right, or none.
    """
    judged = [(o.answer.shown[0].score, o) for o in outcomes if o.answer.shown]
    logits = np.array([logit(score) for score, _ in judged])
    right = np.array([o.right for _, o in judged], dtype=bool)
    wrong_or_right = sorted((int(right.sum()), int((~right).sum())))
    if wrong_or_right[0] < FEWEST:
        raise UsageError(
            f"of the first passages {int(right.sum())} are right and {int((~right).sum())} wrong",
            f"at least {FEWEST} of each are needed: add questions, unanswerable ones too",
        )
    scale, shift = _fit(logits, right)
    fitted = Calibration(
        scale=scale,
        shift=shift,
        threshold=built_in(settings).threshold,
        reranker=settings.reranker,
        model=settings.model,
        questions=len(judged),
    )
    unanswerable = [fitted.apply(score) for score, o in judged if not o.answerable]
    if not unanswerable:
        return fitted
    allowed = math.floor(WRONGLY_ANSWERED * len(unanswerable))
    highest = sorted(unanswerable, reverse=True)[allowed]
    return replace(fitted, threshold=min(round(highest + 0.0001, 4), 1.0))


def _fit(logits: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    inputs = np.stack([logits, np.ones_like(logits)], axis=1)
    scale, shift = fit_logistic(inputs, right)
    # A negative scale would say that a lower score is better: the scores then say nothing.
    if scale <= 0:
        raise UsageError(
            "on these questions the wrong passages score as high as the right ones",
            "check the quotes of the file",
        )
    return float(scale), float(shift)


def fit_logistic(
    inputs: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Give the weights of the inputs, (rows, weights), for which the likelihood is greatest.

    By Newton's method, with the smoothed targets; a few weights, so a few steps are enough.
    """
    positive, negative = right.sum(), (~right).sum()
    target = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    weights = np.zeros(inputs.shape[1])
    for _ in range(100):
        given = 1 / (1 + np.exp(-(inputs @ weights)))
        slope = inputs.T @ (given - target)
        bend = (inputs * (given * (1 - given))[:, np.newaxis]).T @ inputs
        step = np.linalg.solve(bend + 1e-6 * np.eye(len(weights)), slope)
        weights = weights - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    return weights
