"""What a file may cost, and what is said of one that costs more."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import SourceError

if TYPE_CHECKING:
    from index.settings import Settings  # which the process that reads does without

MOST_TEXT = 64 * 1024 * 1024
"""Characters of all articles of a file together, as many as the largest file has bytes."""
MOST_SENTENCES = 100_000
"""Of one article, and as many paragraphs: a Bible has 31,000. Their vectors take 150 MB."""
MOST_ERRORS = 1000
"""Entries or lines of one file that cannot be read; a file with more is not what it seems."""
STEP = 16 * 1024 * 1024
LARGEST_REPLY = 8 * MOST_TEXT
"""Bytes of one article on its way; a character has four at most, its structure the others."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take."""

    seconds: float = 30
    """For each `STEP` of its bytes that has begun: a file of 64 MB may hold a hundred thousand
    articles, and each takes its time."""
    mb: int = 1024
    """Memory beyond what the process that reads has before."""

    @classmethod
    def of(cls, settings: "Settings") -> "Limits":
        return cls(settings.read_seconds, settings.read_mb)

    def seconds_for(self, size: int) -> float:
        """Give the seconds that a file of a number of bytes may take."""
        return self.seconds * max(1, math.ceil(size / STEP))

    def too_slow(self, name: str, size: int) -> SourceError:
        what = f"{name} takes more than {self.seconds_for(size):g} seconds to read"
        return SourceError(what, "give its text alone, or raise ARTICLEBOT_READ_SECONDS")

    def too_large(self, name: str) -> SourceError:
        what = f"{name} takes more than {self.mb} MB of memory to read"
        return SourceError(what, "give its text alone, or raise ARTICLEBOT_READ_MB")


DEFAULT = Limits()


def too_much_text(name: str) -> SourceError:
    return SourceError(f"{name} gives more than {MOST_TEXT:,} characters of text", "split it")


def too_many_sentences(name: str) -> SourceError:
    what = f"{name} has more than {MOST_SENTENCES:,} sentences or paragraphs in one article"
    return SourceError(what, "split it into articles")


def too_many_errors(name: str) -> SourceError:
    what = f"{name} has more than {MOST_ERRORS:,} parts that cannot be read"
    return SourceError(what, "the rest of it is left out")
