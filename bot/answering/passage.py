"""What is cited: a passage of an article, and where its quote stands."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Strength = Literal["strong", "weak"]


class Frozen(BaseModel):
    """A value that is sent out: unchangeable, with no other fields than these."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Frozen):
    """Where a quote stands; always `article.text[start:end] == quote`.

    `text_sha256` is that of the text in which the quoted sentence was found when it was indexed.
    """

    article_id: str
    title: str
    source: str
    published: date | None
    section: str = Field(
        default="", description='The headings that it stands under: "Returns › Refunds".'
    )
    paragraph: int
    page: int | None = Field(default=None, description="From 1, where the article has pages.")
    start: int
    end: int
    quote: str
    text_sha256: str
    link: str


class AnswerSpan(Frozen):
    """The words that answer; always `article.text[start:end] == text`."""

    text: str
    start: int
    end: int
    rank: int = Field(description="Of the passage that they stand in.")
    article_id: str


class AnswerPassage(Frozen):
    """A passage of an article, with the sentence that answers marked by its citation."""

    rank: int
    score: float = Field(ge=0, le=1, description="Probability that the passage answers.")
    text: str
    start: int
    end: int
    strength: Strength = Field(
        default="strong", description="`strong`: it may well answer; `weak`: less likely."
    )
    citation: Citation
    answer: AnswerSpan | None = Field(
        default=None, description="The words of the quote that answer, where that is likely."
    )
    also_in: tuple[str, ...] = Field(
        default=(), description="Ids of articles that hold a near-identical sentence."
    )
