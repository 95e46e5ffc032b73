import logging
import threading
import time

import pytest

from bot.web.readiness import Readiness
from index.errors import ArticlebotError, LibraryError


class Fallible:
    """Warms up after raising each of `errors` in turn; `calls` counts the attempts."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def warm(self) -> None:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)


def wait_for(readiness: Readiness, reason: str | None) -> None:
    deadline = time.monotonic() + 5
    while (str(readiness.missing) if readiness.missing else None) != reason:
        assert time.monotonic() < deadline, readiness.missing
        time.sleep(0.005)


def test_not_ready_before_it_has_begun() -> None:
    missing = Readiness(Fallible()).missing
    assert isinstance(missing, ArticlebotError)
    assert "being loaded" in str(missing)


def test_ready_after_failures_that_pass(caplog: pytest.LogCaptureFixture) -> None:
    damaged = LibraryError("damaged", "index again")
    library = Fallible(damaged, LibraryError("damaged", "index again"), RuntimeError("secret"))
    readiness = Readiness(library, retry_seconds=0.05)
    readiness.start()
    wait_for(readiness, "damaged: index again")
    wait_for(readiness, "the model and the index cannot be loaded: see the server's log")
    wait_for(readiness, None)
    readiness.stop(5)
    assert library.calls == 4
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert sum("damaged" in record.getMessage() for record in errors) == 1
    assert "secret" in caplog.text


def test_what_is_prepared_then_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    prepared = threading.Event()

    def fail() -> None:
        prepared.set()
        raise RuntimeError("no matter")

    readiness = Readiness(Fallible(), then=fail)
    readiness.start()
    assert prepared.wait(5)
    readiness.stop(5)
    assert readiness.missing is None
    assert "no matter" in caplog.text


def test_stop_ends_the_retries() -> None:
    library = Fallible(*(LibraryError("damaged") for _ in range(1000)))
    readiness = Readiness(library, retry_seconds=60)
    readiness.start()
    wait_for(readiness, "damaged")
    readiness.stop(5)
    assert not any(thread.name == "warm-up" for thread in threading.enumerate())
    assert library.calls == 1
