"""Sentences found, with all their scores: not judged as answers, for developers and agents."""

from dataclasses import fields
from datetime import datetime

from pydantic import Field

from bot.answering.passage import Frozen
from bot.answering.query import Day, Query
from bot.answering.scope import find_scope
from bot.question import check_question
from index.library import Library
from index.search import Hit

MAX_HITS = 100


class SearchQuery(Frozen):
    """What to search for."""

    question: str = Field(
        description="The question, at most 2,000 characters.", examples=["Who raised concerns?"]
    )
    k: int = Field(default=10, ge=1, le=MAX_HITS, strict=True, description="Hits at most.")
    article: str | None = Field(default=None, description="Search only the article with this id.")
    since: Day | None = Field(default=None, description="First day of publication.")
    until: Day | None = Field(default=None, description="Last day of publication.")
    source: str | None = Field(
        default=None, max_length=500, description="Search only sources that contain this."
    )


class SearchHit(Frozen):
    """A sentence with its place (code points of the article's text) and all its scores."""

    rank: int
    article_id: str
    paragraph: int
    start: int
    end: int
    quote: str
    scores: dict[str, float] = Field(
        description="Higher is better: the order weighs `fused` and, where it is read, `relevance`."
    )


class SearchHits(Frozen):
    """Sentences, best first."""

    hits: tuple[SearchHit, ...]


def find_hits(library: Library, query: SearchQuery) -> SearchHits:
    """Search without judging whether what is found answers."""
    question = check_question(query.question)
    with library.snapshot() as snapshot:
        limits = Query(**query.model_dump(exclude={"k"}), dates=False)
        scope = find_scope(snapshot, limits, question, datetime.now().astimezone().date())
        hits = library.search(snapshot, question, query.k, scope.only)
        texts = {
            article_id: article.text
            for article_id in {hit.sentence.article_id for hit in hits}
            if (article := snapshot.article(article_id))
        }
    ranked = enumerate(hits, 1)
    return SearchHits(
        hits=tuple(_show(rank, hit, texts[hit.sentence.article_id]) for rank, hit in ranked)
    )


def _show(rank: int, hit: Hit, text: str) -> SearchHit:
    sentence = hit.sentence
    scores = {field.name: getattr(hit, field.name) for field in fields(hit)}
    return SearchHit(
        rank=rank,
        article_id=sentence.article_id,
        paragraph=sentence.paragraph,
        start=sentence.start,
        end=sentence.end,
        quote=text[sentence.start : sentence.end],
        scores={name: score for name, score in scores.items() if isinstance(score, float)},
    )
