"""Whether the articles answer, and which of their words do."""

from collections.abc import Sequence
from typing import Literal

from bot.answering.calibration import logit
from bot.answering.confidence import sigmoid
from bot.answering.passage import AnswerPassage, AnswerSpan
from bot.answering.speakers import asks_who, find_speaker

Verdict = Literal["answered", "unsure", "not_found"]

UNSURE = 0.7
"""By how much the log-odds may lack of the threshold's where the articles may still answer."""
MOST_ANSWERS = 5
BESIDE = 0.8
"""Share of the first passage's probability that another one has whose answer is given, too."""


def decide(confidence: float, threshold: float) -> Verdict:
    """Tell whether the articles answer.

    Args:
        confidence: the probability that the first passage answers.
        threshold: from which on a question counts as answered.
    """
    if confidence >= threshold:
        return "answered"
    return "unsure" if confidence >= sigmoid(logit(threshold) - UNSURE) else "not_found"


def find_answers(question: str, passages: Sequence[AnswerPassage]) -> tuple[AnswerSpan, ...]:
    """Give the answer of the first passage; of a question who or which, others as likely, too.

    Where the first passage has none, nobody's words come in its place. Answers in the same words
    are one; each speaker has one.

    Returns:
        At most five distinct answers, best first.
    """
    if not passages or passages[0].answer is None:
        return ()
    found: dict[str, AnswerSpan] = {}
    heard: set[str] = set()
    for passage in passages if asks_who(question) else passages[:1]:
        if passage.answer is None or passage.score < BESIDE * passages[0].score:
            continue
        speaker = find_speaker(passage.citation.quote) if asks_who(question) else None
        if speaker and speaker in heard:
            continue
        heard |= {speaker} if speaker else set()
        found.setdefault(_folded(passage.answer.text), passage.answer)
    return tuple(found.values())[:MOST_ANSWERS]


def _folded(text: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return " ".join(word for word in words if word not in ("the", "a", "an"))
