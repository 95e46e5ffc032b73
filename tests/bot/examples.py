"""Outcomes of questions to measure by, made by hand."""

import hashlib

from bot.answering.answer import Answer, IndexInfo
from bot.answering.passage import AnswerPassage, Citation
from bot.evaluation.figures import Outcome
from bot.evaluation.questions import Question, Span

TEXT = "The king came by train. The queen came by boat."


def passage(quote: str, *, text: str = TEXT, rank: int = 1, score: float = 0.5) -> AnswerPassage:
    """Give a passage of the article `visit`, which is all of its text."""
    start = text.index(quote)
    return AnswerPassage(
        rank=rank,
        score=score,
        text=text,
        start=0,
        end=len(text),
        citation=Citation(
            article_id="visit",
            title="Visit",
            source="visit.txt",
            published=None,
            paragraph=1,
            start=start,
            end=start + len(quote),
            quote=quote,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            link="",
        ),
    )


def outcome(
    confidence: float,
    *,
    rank: int | None = None,
    places: tuple[Span, ...] = (),
    found: bool | None = None,
    passages: tuple[AnswerPassage, ...] = (),
    question: str = "Who came?",
    exact: int | None = None,
    took_ms: float = 10.0,
) -> Outcome:
    """Give an outcome; an answer is found from a confidence of 0.5 unless it is said."""
    found = confidence >= 0.5 if found is None else found
    return Outcome(
        question=Question(question, "visit", places),
        answer=Answer(
            question=question,
            resolved_question=question,
            found=found,
            confidence=confidence,
            passages=passages if found else (),
            closest=() if found else passages,
            index=IndexInfo(fingerprint="f", articles=1, sentences=2),
            took_ms=took_ms,
        ),
        rank=rank,
        citations=len(passages),
        exact=len(passages) if exact is None else exact,
    )
