"""Times compared with each other, so that they tell the same on a slow and on a busy machine."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

WORTH_MEASURING = 0.002
"""Seconds; shorter is noise, and no harm."""
LINEAR = 2.6
"""At most this times the time for twice the text."""
GIVEN_UP_SECONDS = 5.0


class EndlessError(Exception):
    """It took far too long."""


def seconds(work: Callable[[str], object], text: str, times: int = 1) -> float:
    """Give the best time of several, of this thread alone: other processes do not count.

    Raises:
        EndlessError: it goes on for `GIVEN_UP_SECONDS`.
    """
    best = float("inf")
    for _ in range(times):
        with _limited():
            started = time.thread_time()
            work(text)
            best = min(best, time.thread_time() - started)
    return best


def find_growth(work: Callable[[str], object], make: Callable[[int], str], longest: int) -> float:
    """Give by how much the time grows where the text is twice as long; 0: too short to tell."""
    length = longest // 8
    try:
        while length < longest:  # stops early where it is far from linear
            if (taken := seconds(work, make(length))) > 2 * WORTH_MEASURING:
                break
            length *= 2
        else:
            taken = seconds(work, make(length))
        if taken < WORTH_MEASURING:
            return 0.0
        growth = _growth(work, make, length)
        for _ in range(3):  # again, as other processes may have been in the way
            if growth <= LINEAR:
                break
            growth = min(growth, _growth(work, make, length))
    except EndlessError:
        return float("inf")
    return growth


def _growth(work: Callable[[str], object], make: Callable[[int], str], length: int) -> float:
    """Give the growth for twice the text, measured at four times: what disturbs counts for less."""
    once, more = make(length), make(4 * length)
    best_once = best_more = GIVEN_UP_SECONDS
    for _ in range(5):  # in turn, so that both meet the same machine
        best_once = min(best_once, seconds(work, once))
        best_more = min(best_more, seconds(work, more))
    return math.sqrt(best_more / max(best_once, 1e-9))


def calibrate() -> float:
    """Give the seconds of a loop that takes ten milliseconds on a machine of the usual speed."""
    return seconds(lambda _: sum(number * number % 7 for number in range(130_000)), "", 5)


@contextmanager
def _limited() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, GIVEN_UP_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
