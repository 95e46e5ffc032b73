"""Citations: where a quote stands, and the check that it stands there."""

import logging
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import quote as percent_encode

from pydantic import BaseModel, ConfigDict, Field

from bot.confidence import measure_coverage, probability
from index.article import Article
from index.search import Hit
from index.store import Snapshot

log = logging.getLogger(__name__)

_WORDS = re.compile(r"\w+")


class Frozen(BaseModel):
    """A value that is sent out: unchangeable, with no other fields than these."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Frozen):
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


class AnswerPassage(Frozen):
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


def cite(
    snapshot: Snapshot, question: str, hits: Sequence[Hit], top_k: int, public_url: str | None
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
        _passage(question, hit, texts[hit.sentence.article_id], also_in, public_url)
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
    question: str, hit: Hit, article: Article, also_in: list[str], public_url: str | None
) -> AnswerPassage | None:
    """Give the passage with its checked citation; None, and an error logged, if it is not exact."""
    sentence = hit.sentence
    start = max(sentence.passage_start, sentence.paragraph_start)
    end = min(sentence.passage_end, sentence.paragraph_end)
    text = article.text[start:end]
    passage = AnswerPassage(
        rank=1,
        score=probability(hit, measure_coverage(question, f"{article.title}\n{text}")),
        text=text,
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
