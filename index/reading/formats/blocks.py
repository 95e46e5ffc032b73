"""What the formats say alike of the blocks that they give."""

from collections.abc import Iterable, Mapping

from index.reading.formats.document import Block


def first_heading(blocks: Iterable[Block]) -> str | None:
    """Give the first heading of the highest level, which is what all is about."""
    return next((b.text for b in blocks if b.kind == "heading" and b.level == 1), None)


def count_left_out(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Say what is not read, a sentence for each kind of it: "3 comments left out"."""
    return tuple(
        f"{count:,} {name}{'s' * (count != 1)} left out" for name, count in counts.items() if count
    )
