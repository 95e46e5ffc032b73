"""What the formats say alike of the blocks that they give."""

from collections.abc import Iterable, Iterator, Mapping

from index.errors import SourceError
from index.reading.formats.document import Block

MOST_TEXT = 20_000_000
"""Characters; more is not an article, however small its file."""


def limit_text(blocks: Iterable[Block], name: str) -> Iterator[Block]:
    """Give the blocks of a file as long as they are not far more than it can mean to say.

    Raises:
        SourceError: they are.
    """
    length = 0
    for block in blocks:
        length += len(block.text)
        if length > MOST_TEXT:
            raise SourceError(f"{name} holds far more text than an article", "split it")
        yield block


def first_heading(blocks: Iterable[Block]) -> str | None:
    """Give the first heading of the highest level, which is what all is about."""
    return next((b.text for b in blocks if b.kind == "heading" and b.level == 1), None)


def count_left_out(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Say what is not read, a sentence for each kind of it: "3 comments left out"."""
    return tuple(
        f"{count:,} {name}{'s' * (count != 1)} left out" for name, count in counts.items() if count
    )
