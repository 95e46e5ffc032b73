"""What is asked, and how it is to be answered."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.answering.passage import Frozen

MAX_TOP_K = 20

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
