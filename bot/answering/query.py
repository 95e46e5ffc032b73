"""What is asked, and how it is to be answered."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.answering.passage import Frozen
from index.article import canonical
from index.errors import UsageError

MAX_QUESTION = 2000
"""Longest question, in characters."""
MAX_TOP_K = 20

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
