"""The one answer path: a question in, an `Answer` out. Every interface calls `ask`."""

import re
import time

from pydantic import Field

from bot.citation import AnswerPassage, Frozen, cite
from bot.confidence import THRESHOLD
from index.article import canonical
from index.errors import UsageError
from index.library import Library, unknown_article
from index.store import Filter, Snapshot

MAX_QUESTION = 2000
"""Longest question, in characters."""
MAX_TOP_K = 20

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


class Query(Frozen):
    """A question and how it is to be answered."""

    question: str = Field(description="The question, at most 2,000 characters.")
    top_k: int | None = Field(
        default=None, ge=1, le=MAX_TOP_K, description="Passages at most; default: the setting."
    )
    article: str | None = Field(default=None, description="Search only the article with this id.")


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
    index: IndexInfo
    took_ms: float


def ask(library: Library, query: Query) -> Answer:
    """Answer a question from the articles.

    1. check the question, and find the article that it is limited to;
    2. search;
    3. fold near-duplicates, keep the best sentence of each paragraph;
    4. cite: every quote is sliced from its article's text and compared;
    5. decide whether the best of them answers.

    Raises:
        UsageError: the question is empty, too long or not text; or the article is unknown.
        EmptyLibraryError: there is no article yet.
        LibraryError, ModelError: the library or the model cannot be used.
    """
    started = time.perf_counter()
    question = check_question(query.question)
    top_k = query.top_k or library.settings.top_k
    with library.snapshot() as snapshot:
        only = Filter(articles=find_article(snapshot, query.article))
        hits = library.search(snapshot, question, 2 * top_k + 20, only)
        passages = cite(snapshot, question, hits, top_k, library.settings.public_url)
        info = snapshot.info()
    confidence = passages[0].score if passages else 0.0
    found = confidence >= THRESHOLD
    return Answer(
        question=query.question,
        resolved_question=question,
        found=found,
        confidence=confidence,
        passages=passages if found else (),
        closest=() if found else passages,
        index=IndexInfo(
            fingerprint=info.fingerprint, articles=info.articles, sentences=info.sentences
        ),
        took_ms=round((time.perf_counter() - started) * 1000, 2),
    )


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


def find_article(snapshot: Snapshot, wanted: str | None) -> tuple[str] | None:
    """Give the id that is meant: the whole id, or the beginning of just one."""
    if wanted is None:
        return None
    beginning = canonical(wanted)
    matching = snapshot.article_ids(beginning) if beginning else []
    if beginning in matching:
        return (beginning,)
    if len(matching) != 1:
        raise unknown_article(wanted)
    return (matching[0],)
