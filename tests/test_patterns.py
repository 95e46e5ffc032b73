"""No text that somebody writes makes a regular expression take more than linear time."""

import re
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from tests.patterns import Found, find_patterns, hard_texts
from tests.timing import LINEAR, calibrate, find_growth, seconds

LENGTH = 4000
"""Characters at most: the square of it in steps takes a twentieth of a second, and is noticed."""
MOST_CALIBRATIONS = 5
"""What a pattern may take of a text as long as it may be, fifty milliseconds in all."""


def run(pattern: re.Pattern[Any], use: str) -> Callable[[str], object]:
    """Give how a pattern is used, to the end of a text."""
    is_bytes = isinstance(pattern.pattern, bytes)

    def work(text: str) -> object:
        given: Any = text.encode("latin-1", "replace") if is_bytes else text
        if use in ("match", "fullmatch", "search"):
            return getattr(pattern, use)(given)
        return deque(pattern.finditer(given), 0)

    return work


def find_growing(pattern: re.Pattern[Any], use: str) -> tuple[float, str]:
    """Give by how much the time grows, and the text that shows it, of the first that grows."""
    work = run(pattern, use)
    for text in hard_texts(pattern):
        growth = find_growth(work, text.make, LENGTH)
        if growth > LINEAR:
            return growth, text.make(60)
    return 0.0, ""


def find_slowest(
    pattern: re.Pattern[Any], use: str, length: int, limit: float
) -> tuple[float, str]:
    """Give the seconds for the text that takes longest, those over the limit measured again."""
    work, slowest = run(pattern, use), (0.0, "")
    for text in hard_texts(pattern):
        taken = seconds(work, text.make(length))
        if taken > limit:
            taken = seconds(work, text.make(length), 5)
        slowest = max(slowest, (taken, text.make(60)))
    return slowest


PATTERNS = find_patterns()


def test_patterns_are_found() -> None:
    places = {found.place for found in PATTERNS}
    assert "index.reading.clean:_BOILERPLATE" in places
    assert len(PATTERNS) > 60
    assert any(isinstance(found.pattern.pattern, bytes) for found in PATTERNS)


@pytest.mark.parametrize("found", PATTERNS, ids=lambda found: found.place)
def test_a_pattern_takes_no_more_than_linear_time(found: Found) -> None:
    for use in found.uses:
        if found.bound is None:
            growth, text = find_growing(found.pattern, use)
            assert growth <= LINEAR, f"{use} of {text!r}… takes {growth:.1f} times for twice of it"
        else:
            limit = MOST_CALIBRATIONS * calibrate()
            taken, text = find_slowest(found.pattern, use, found.bound, limit)
            assert taken <= limit, f"{use} of {text!r}… takes {taken:.3f} s"


@pytest.mark.parametrize("bad", [r"(?:\s*\[\d{1,3}\])+$", r"<[^>]*>", r"(a+)+$", r"[A-Z]\w+ x"])
def test_a_bad_pattern_is_noticed(bad: str) -> None:
    assert find_growing(re.compile(bad), "search")[0] > LINEAR
