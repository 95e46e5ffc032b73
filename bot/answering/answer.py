"""The one answer path: a question in, an `Answer` out. Every interface calls `ask`."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import Field, model_validator

from bot.answering.calibration import Calibration, load_calibration
from bot.answering.citation import cite, count_places
from bot.answering.passage import AnswerPassage, AnswerSpan, Frozen
from bot.answering.query import Query
from bot.answering.scope import Scope, find_scope
from bot.answering.verdict import Verdict, decide, find_answers
from bot.conversation.follow_up import resolve
from bot.conversation.names import spell_names
from bot.question import MOST_TURNS, check_question
from index.errors import LibraryError
from index.library import Library
from index.stages import stage
from index.store import Cited, Snapshot, Turn

log = logging.getLogger(__name__)

SEARCHED = 6
"""Sentences searched for each passage that may be cited: neighbours and copies are among them."""
READ_ON = 50
"""Sentences searched at least where a reranker reads: all of a long passage, of which two are
cited, may come before the next passage, and to search again would be to read again."""
DEEPER = 200
"""Sentences searched for each passage where there are many copies of the best."""


class IndexInfo(Frozen):
    """What was searched."""

    fingerprint: str
    articles: int
    sentences: int


class Answer(Frozen):
    """The same object from the command line, over HTTP and in Slack."""

    question: str
    resolved_question: str
    verdict: Verdict = Field(
        default="not_found",
        description="`answered`, `unsure`: the articles may not answer, or `not_found`.",
    )
    found: bool = Field(description="Whether the verdict is `answered`.")
    confidence: float = Field(ge=0, le=1)
    answers: tuple[AnswerSpan, ...] = Field(
        default=(), description="The words that answer, where they are known: at most five."
    )
    passages: tuple[AnswerPassage, ...]
    closest: tuple[AnswerPassage, ...] = Field(
        default=(), description="Filled only when found is false: near, but not an answer."
    )
    limited_to: str = Field(
        default="", description='What was searched, "articles since 1 March 2017"; empty: all.'
    )
    index: IndexInfo
    took_ms: float

    @model_validator(mode="before")
    @classmethod
    def _judge(cls, data: object) -> object:
        """Give their verdict to answers that were kept before there were verdicts."""
        if isinstance(data, dict) and "verdict" not in data and "found" in data:
            return {**data, "verdict": "answered" if data["found"] else "not_found"}
        return data

    @property
    def shown(self) -> tuple[AnswerPassage, ...]:
        """The passages that a user sees, as an answer or as the closest."""
        return self.passages or self.closest


def ask(library: Library, query: Query, calibration: Calibration | None = None) -> Answer:
    """Answer a question from the articles.

    1. check the question, and resolve it where it follows up what its conversation was about;
    2. find the articles that it is limited to;
    3. search;
    4. fold near-duplicates, keep the best sentence of each paragraph;
    5. cite: every quote is sliced from its article's text and compared;
    6. decide whether the best of them answers;
    7. remember the turn of the conversation.

    Args:
        library: what is asked.
        query: the question.
        calibration: of the probabilities; None: the library's own, else the built-in one.

    Raises:
        UsageError: the question is empty, too long or not text; the article is unknown; or no
            article is within the limits.
        EmptyLibraryError: there is no article yet.
        LibraryError, ModelError: the library or the model cannot be used.
    """
    started = time.perf_counter()
    asked = check_question(query.question)
    turns = library.records.turns(query.conversation) if query.conversation else []
    top_k = query.top_k or library.settings.top_k
    calibration = calibration or load_calibration(library.settings)
    with library.snapshot() as snapshot:
        with stage("resolve"):
            full = _resolve(snapshot, asked, turns)
        scope = find_scope(snapshot, query, full, datetime.now().astimezone().date())
        question = scope.question
        passages = _find(library, snapshot, scope, top_k, calibration)
        info = snapshot.info()
    confidence = max((passage.score for passage in passages), default=0.0)
    verdict = decide(confidence, calibration.threshold)
    found = verdict == "answered"
    answer = Answer(
        question=query.question,
        resolved_question=question,
        verdict=verdict,
        found=found,
        confidence=confidence,
        answers=find_answers(question, passages) if found else (),
        passages=passages if found else (),
        closest=() if found else passages,
        limited_to=scope.limited_to,
        index=IndexInfo(**asdict(info)),
        took_ms=round((time.perf_counter() - started) * 1000, 2),
    )
    if query.conversation:
        _remember(library, query.conversation, full, answer)
    return answer


def _resolve(snapshot: Snapshot, asked: str, turns: Sequence[Turn]) -> str:
    """Say a question in full, names as the articles write them that the turns are about."""
    full = resolve(asked, turns)
    if full == asked:
        return asked
    cited = {each.article_id for turn in turns[-MOST_TURNS:] for each in turn.cited[:1]}
    articles = filter(None, map(snapshot.article, sorted(cited)))
    return spell_names(full, asked, [article.text for article in articles])


def _find(
    library: Library, snapshot: Snapshot, scope: Scope, top_k: int, calibration: Calibration
) -> tuple[AnswerPassage, ...]:
    """Search and cite, deeper where copies of the same few sentences take all the places."""
    passages: tuple[AnswerPassage, ...] = ()
    enough = max(
        SEARCHED * count_places(scope.question, top_k), READ_ON if library.models.reranker() else 0
    )
    for depth in (enough, DEEPER * top_k):
        with stage("search"):
            hits = library.search(snapshot, scope.question, depth, scope.only)
        with stage("cite"):
            passages = cite(
                snapshot, scope.question, hits, top_k, library.settings.public_url, calibration
            )
        if len(passages) >= top_k or len(hits) < depth:
            break
    return passages


def _remember(library: Library, conversation: str, full: str, answer: Answer) -> None:
    """Add the turn to the conversation; an answer is given also where that fails."""
    cited = (passage.citation for passage in answer.shown)
    turn = Turn(
        question=answer.question,
        resolved_question=full,
        found=answer.found,
        cited=tuple(Cited(each.article_id, each.quote) for each in cited),
    )
    try:
        library.records.add_turn(conversation, turn)
    except LibraryError as error:
        log.error("a turn of a conversation is not kept: %r", str(error))  # noqa: TRY400 - known


def title_copies(library: Library, answer: Answer) -> dict[str, str]:
    """Give the titles of the articles that hold a near-identical sentence, by their ids."""
    return library.titles({copy for passage in answer.shown for copy in passage.also_in})
