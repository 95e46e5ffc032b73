"""The one answer path: a question in, an `Answer` out. Every interface calls `ask`."""

import logging
import re
import time
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import quote as percent_encode

from pydantic import BaseModel, ConfigDict, Field

from bot.confidence import THRESHOLD, probability
from index.article import Article, canonical
from index.errors import UsageError
from index.library import Library, unknown_article
from index.search import Hit
from index.store import Snapshot

log = logging.getLogger(__name__)

MAX_QUESTION = 2000
"""Longest question, in characters."""
MAX_TOP_K = 20

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_WORDS = re.compile(r"\w+")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(_Frozen):
    """A question and how it is to be answered."""

    question: str = Field(description="The question, at most 2,000 characters.")
    top_k: int | None = Field(
        default=None, ge=1, le=MAX_TOP_K, description="Passages at most; default: the setting."
    )
    article: str | None = Field(default=None, description="Search only the article with this id.")


class Citation(_Frozen):
    """Where a quote stands; always `article.text[start:end] == quote`."""

    article_id: str
    title: str
    source: str
    published: date | None
    paragraph: int
    start: int
    end: int
    quote: str
    text_sha256: str
    link: str


class AnswerPassage(_Frozen):
    """A passage of an article, with the sentence that answers marked by its citation."""

    rank: int
    score: float = Field(ge=0, le=1, description="Probability that the passage answers.")
    text: str
    start: int
    end: int
    citation: Citation
    also_in: tuple[str, ...] = Field(
        default=(), description="Ids of articles that hold a near-identical sentence."
    )


class IndexInfo(_Frozen):
    """What was searched."""

    fingerprint: str
    articles: int
    sentences: int


class Answer(_Frozen):
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
        article_id = _find_article(snapshot, query.article)
        hits = library.search(snapshot, question, 2 * top_k + 20, article_id)
        passages = _cite(snapshot, hits, top_k, library.settings.public_url)
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


def _find_article(snapshot: Snapshot, wanted: str | None) -> str | None:
    """Give the id that is meant: the whole id, or the beginning of just one."""
    if wanted is None:
        return None
    ids = [summary.id for summary in snapshot.articles()]
    matching = [id_ for id_ in ids if id_ == wanted] or [
        id_ for id_ in ids if wanted and id_.startswith(wanted)
    ]
    if len(matching) == 1:
        return matching[0]
    raise unknown_article(wanted)


def _cite(
    snapshot: Snapshot, hits: Sequence[Hit], top_k: int, public_url: str | None
) -> tuple[AnswerPassage, ...]:
    """Turn hits into at most `top_k` passages from different places, best first."""
    texts: dict[str, Article] = {}
    chosen: list[tuple[Hit, frozenset[str], list[str]]] = []
    places: set[tuple[str, int]] = set()
    for hit in hits:
        article_id = hit.sentence.article_id
        if article_id not in texts:
            article = snapshot.article(article_id)
            assert article is not None, "a snapshot holds the articles of its sentences"
            texts[article_id] = article
        quote = texts[article_id].text[hit.sentence.start : hit.sentence.end]
        words = frozenset(_WORDS.findall(quote.casefold()))
        twin = next((c for c in chosen if _near_identical(words, c[1])), None)
        if twin is not None:
            if article_id != twin[0].sentence.article_id and article_id not in twin[2]:
                twin[2].append(article_id)
        elif len(chosen) < top_k and (article_id, hit.sentence.paragraph) not in places:
            places.add((article_id, hit.sentence.paragraph))
            chosen.append((hit, words, []))
    passages = (
        _passage(hit, texts[hit.sentence.article_id], also_in, public_url)
        for hit, _, also_in in chosen
    )
    checked = [passage for passage in passages if passage is not None]
    return tuple(
        passage.model_copy(update={"rank": rank}) for rank, passage in enumerate(checked, 1)
    )


def _near_identical(words: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether two sentences share nearly all their words (Jaccard index from 0.8)."""
    return len(words & others) >= 0.8 * len(words | others)


def _passage(
    hit: Hit, article: Article, also_in: list[str], public_url: str | None
) -> AnswerPassage | None:
    """Give the passage with its checked citation; None, and an error logged, if it is not exact."""
    sentence = hit.sentence
    start = max(sentence.passage_start, sentence.paragraph_start)
    end = min(sentence.passage_end, sentence.paragraph_end)
    passage = AnswerPassage(
        rank=1,
        score=probability(hit),
        text=article.text[start:end],
        start=start,
        end=end,
        citation=Citation(
            article_id=article.id,
            title=article.title,
            source=article.source,
            published=article.published,
            paragraph=sentence.paragraph,
            start=sentence.start,
            end=sentence.end,
            quote=article.text[sentence.start : sentence.end],
            text_sha256=_sha256(article),
            link=_link(article, sentence.start, sentence.end, public_url),
        ),
        also_in=tuple(also_in),
    )
    if exact(passage, article.text):
        return passage
    log.error("withheld a citation that is not exact: %s %s", article.id, sentence)
    return None


def exact(passage: AnswerPassage, text: str) -> bool:
    """Tell whether a passage and its citation stand in the text just where they say."""
    cited = passage.citation
    return (
        0 <= passage.start <= cited.start < cited.end <= passage.end <= len(text)
        and text[cited.start : cited.end] == cited.quote
        and text[passage.start : passage.end] == passage.text
    )


@lru_cache(maxsize=64)
def _sha256(article: Article) -> str:
    return article.text_sha256


def _link(article: Article, start: int, end: int, public_url: str | None) -> str:
    """Link to the place: in the web page itself, else in the bot's own reader page."""
    if article.source.startswith(("http://", "https://")):
        quote = " ".join(article.text[start:end].split())
        return f"{article.source.split('#')[0]}#:~:text={percent_encode(quote, safe='')}"
    base = (public_url or "").rstrip("/")
    return f"{base}/articles/{percent_encode(article.id, safe='')}#s={start}-{end}"
