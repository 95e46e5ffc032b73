"""The figures of an evaluation; shares are between 0 and 1, None where they are undefined."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.answering.answer import Answer
from bot.evaluation.questions import Question, Span
from bot.evaluation.spans import exact_match, f1

MRR_DEPTH = 10

BANDS = ("no words in common", "some", "half and more")
MUCH = 0.5
"""Share of the question's words from which on there are many in common."""
_GROUPS = ("answerable", "unanswerable")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question, what was answered, and how far that is right."""

    question: Question
    answer: Answer
    rank: int | None
    """Of the first passage whose marked sentence answers, from 1."""
    citations: int
    exact: int
    """Citations that are, sliced from the stored text again, what they quote."""
    overlap: float | None = None
    """Share of the question's words, function words apart, that the sentence holds that answers;
    where nothing answers, that the sentence holds that has most of them."""
    span: str | None = None
    """The words of the first sentence that answer, where it is right and a reader marks words."""

    @property
    def right(self) -> bool:
        """Whether what comes first answers the question."""
        return self.rank == 1

    @property
    def answerable(self) -> bool:
        return bool(self.question.places)


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of some of the questions."""

    n: int
    p_at_1: float | None
    """Of the answerable ones."""
    answered: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What `--json` prints."""

    n: int
    p_at_1: float | None
    p_at_3: float | None
    mrr_at_10: float | None
    citations_exact: float | None
    mean_quote_chars: float | None
    auroc: float | None
    """Of the confidence: answerable questions against unanswerable ones."""
    abstained_answerable: float | None
    answered_unanswerable: float | None
    latency_ms_p50: float | None
    latency_ms_p95: float | None
    em: float | None = None
    """Of the spans, where the first sentence is right and the file marks the shortest words."""
    f1: float | None = None
    by_kind: Mapping[str, Part] = field(default_factory=dict)
    """By what is asked for, where the file says it."""
    by_overlap: Mapping[str, Part] = field(default_factory=dict)
    """By how many of the question's words stand in the text, answerable ones and others apart."""


def compute_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Sum up outcomes; the ranking is measured over the answerable questions alone.

    The marked sentences that are measured for length are those that come first.
    """
    answerable = [o for o in outcomes if o.answerable]
    unanswerable = [o for o in outcomes if not o.answerable]
    ranks = [o.rank or 0 for o in answerable]
    latencies = [o.answer.took_ms for o in outcomes]
    firsts = [seen[0].citation.quote for o in outcomes if (seen := o.answer.shown)]
    citations = sum(o.citations for o in outcomes)
    return Figures(
        n=len(outcomes),
        p_at_1=_mean([rank == 1 for rank in ranks]),
        p_at_3=_mean([1 <= rank <= 3 for rank in ranks]),
        mrr_at_10=_mean([1 / rank if 1 <= rank <= MRR_DEPTH else 0.0 for rank in ranks]),
        citations_exact=sum(o.exact for o in outcomes) / citations if citations else None,
        mean_quote_chars=_mean([len(quote) for quote in firsts]),
        auroc=area_under_roc(
            [o.answer.confidence for o in answerable], [o.answer.confidence for o in unanswerable]
        ),
        abstained_answerable=_mean([not o.answer.found for o in answerable]),
        answered_unanswerable=_mean([o.answer.found for o in unanswerable]),
        latency_ms_p50=float(np.percentile(latencies, 50)) if latencies else None,
        latency_ms_p95=float(np.percentile(latencies, 95)) if latencies else None,
        em=_mean([exact_match(o.span, o.question.spans) for o in outcomes if o.span is not None]),
        f1=_mean([f1(o.span, o.question.spans) for o in outcomes if o.span is not None]),
        by_kind=_parts({o.question.kind for o in outcomes}, outcomes, lambda o: o.question.kind),
        by_overlap=_parts(
            [f"{group}, {band}" for group in _GROUPS for band in BANDS], outcomes, _name_band
        ),
    )


def _parts(
    names: Collection[str], outcomes: Sequence[Outcome], name_of: Callable[[Outcome], str]
) -> dict[str, Part]:
    """Give the figures of each named part that is not empty."""
    parts = {}
    for name in names if isinstance(names, Sequence) else sorted(names):
        if name and (some := [o for o in outcomes if name_of(o) == name]):
            right = [o.right for o in some if o.answerable]
            answered = sum(o.answer.found for o in some) / len(some)
            parts[name] = Part(len(some), _mean(right), answered)
    return parts


def _name_band(outcome: Outcome) -> str:
    if outcome.overlap is None:
        return ""
    band = BANDS[0] if outcome.overlap == 0 else BANDS[1] if outcome.overlap < MUCH else BANDS[2]
    return f"{_GROUPS[not outcome.answerable]}, {band}"


def find_rank(places: Sequence[Span], shown: Sequence[Span]) -> int | None:
    """Give the rank, from 1, of the first sentence shown that answers.

    It does when it contains a place of the answer. Where the two only overlap, since an answer
    runs over the end of a sentence, more than half of the shorter must be common to both.
    """
    for rank, (start, end) in enumerate(shown, 1):
        for place_start, place_end in places:
            common = min(end, place_end) - max(start, place_start)
            if 2 * common > min(end - start, place_end - place_start):
                return rank
    return None


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Give the share of pairs in which the positive has the higher score; a tie is half a pair."""
    if not positive or not negative:
        return None
    below = np.sort(np.asarray(negative, dtype=float))
    scores = np.asarray(positive, dtype=float)
    wins = np.searchsorted(below, scores, "left") + np.searchsorted(below, scores, "right")
    return float(wins.sum() / 2 / len(scores) / len(below))


def roc_curve(positive: Sequence[float], negative: Sequence[float]) -> list[Point]:
    """Give (share of negatives, share of positives) at or above each threshold, falling."""
    if not positive or not negative:
        return []
    thresholds = np.unique([*positive, *negative])[::-1, np.newaxis]
    above = [np.mean(np.asarray(scores) >= thresholds, axis=1) for scores in (negative, positive)]
    return [(0.0, 0.0), *((float(x), float(y)) for x, y in zip(*above, strict=True))]


def risk_coverage_curve(outcomes: Sequence[Outcome]) -> list[Point]:
    """Give (share of questions answered, share of those answered wrong) as the threshold falls.

    Wrong is whatever comes first and is no answer: every answer to an unanswerable question is.
    """
    if not outcomes:
        return []
    confidence = np.array([o.answer.confidence for o in outcomes])
    wrong = np.array([not o.right for o in outcomes])
    curve = []
    for threshold in np.unique(confidence)[::-1]:
        answered = confidence >= threshold
        curve.append((float(answered.mean()), float(wrong[answered].mean())))
    return curve


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
