"""The one answer path: a question in, an `Answer` out. Every interface calls `ask`."""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.calibration import Calibration, load_calibration
from bot.citation import AnswerPassage, Frozen, cite, count_places
from bot.conversation import resolve
from bot.names import spell_names
from bot.scope import Scope, find_scope
from index.article import canonical
from index.errors import LibraryError, UsageError
from index.library import Library
from index.stages import stage
from index.store import Cited, Snapshot, Turn

log = logging.getLogger(__name__)

MAX_QUESTION = 2000
"""Longest question, in characters."""
MAX_TOP_K = 20
SEARCHED = 6
"""Sentences searched for each passage that may be cited: neighbours and copies are among them."""
READ_ON = 50
"""Sentences searched at least where a reranker reads: all of a long passage, of which two are
cited, may come before the next passage, and to search again would be to read again."""
DEEPER = 200
"""Sentences searched for each passage where there are many copies of the best."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _written_out(value: object) -> object:
    """Refuse the numbers that would be read as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("a day is written like 2017-03-01")


Day = Annotated[date, BeforeValidator(_written_out)]


class Query(Frozen):
    """A question and how it is to be answered."""

    question: str = Field(description="The question, at most 2,000 characters.")
    top_k: int | None = Field(
        default=None,
        ge=1,
        le=MAX_TOP_K,
        strict=True,
        description="Passages at most; default: the setting.",
    )
    article: str | None = Field(default=None, description="Search only the article with this id.")
    since: Day | None = Field(default=None, description="First day of publication.")
    until: Day | None = Field(default=None, description="Last day of publication.")
    source: str | None = Field(
        default=None, max_length=500, description="Search only sources that contain this."
    )
    dates: bool = Field(
        default=True,
        strict=True,
        description='Whether dates in the question ("since 2017", "last week") limit the search.',
    )
    conversation: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="A name of your choice; questions of the same one may follow each other up.",
    )


class IndexInfo(Frozen):
    """What was searched."""

    fingerprint: str
    articles: int
    sentences: int


class Answer(Frozen):
    """The same object from the command line, over HTTP and in Slack."""

    question: str
    resolved_question: str
    found: bool
    confidence: float = Field(ge=0, le=1)
    passages: tuple[AnswerPassage, ...]
    closest: tuple[AnswerPassage, ...] = Field(
        default=(), description="Filled only when found is false: near, but not an answer."
    )
    limited_to: str = Field(
        default="", description='What was searched, "articles since 1 March 2017"; empty: all.'
    )
    index: IndexInfo
    took_ms: float

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
    found = confidence >= calibration.threshold
    answer = Answer(
        question=query.question,
        resolved_question=question,
        found=found,
        confidence=confidence,
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
    cited = {each.article_id for turn in turns for each in turn.cited[:1]}
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


def check_question(question: str) -> str:
    """Give the question in its canonical form, on one line.

    Raises:
        UsageError: it is empty, too long, or not text.
    """
    if len(question) > MAX_QUESTION:
        raise UsageError(
            f"the question has {len(question)} characters", f"ask with at most {MAX_QUESTION}"
        )
    if _CONTROL.search(question):
        raise UsageError("the question is not text", "ask without control characters")
    words = " ".join(canonical(question).split())
    if not words:
        raise UsageError("the question is empty", "ask something such as “Who raised concerns?”")
    if not any(character.isalnum() for character in words):
        raise UsageError("the question has no words", "ask something that can be looked up")
    return words
