"""Warming up in the background, and whether questions can be answered yet."""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from index.errors import ArticlebotError, EmptyLibraryError, LibraryError, UnavailableError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class Warmable(Protocol):
    """What a library can do that matters here."""

    def warm(self) -> None: ...


class Readiness:
    """Loads the model and opens the index in a thread, again and again until it works.

    What is missing at first may come while the server runs: articles indexed by another
    process, a repaired data directory.
    """

    def __init__(
        self,
        library: Warmable,
        retry_seconds: float = RETRY_SECONDS,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Take the library, and what may be prepared `then`, when questions can be answered."""
        self._library = library
        self._then = then
        self._retry_seconds = retry_seconds
        self._stopped = threading.Event()
        self._missing: ArticlebotError | None = UnavailableError(
            "the model and the index are still being loaded", "try again in a few seconds"
        )
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to warm up; returns at once."""
        self._stopped.clear()
        # A daemon: a load that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._warm, name="warm-up", daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Give up warming up; wait at most `timeout` seconds for a load under way."""
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout)

    @property
    def missing(self) -> ArticlebotError | None:
        """Why questions cannot be answered yet; None: they can."""
        return self._missing

    def _warm(self) -> None:
        while not self._stopped.is_set():
            try:
                self._library.warm()
            except ArticlebotError as error:
                self._note(error)
            except Exception:
                logger.exception("Unexpected error while warming up")
                self._note(
                    LibraryError("the model and the index cannot be loaded", "see the server's log")
                )
            else:
                self._missing = None
                logger.info("Ready: the model is loaded and the index is open")
                try:
                    self._then()
                except Exception:
                    if not self._stopped.is_set():  # else the library was closed under it
                        logger.exception("Unexpected error while preparing, which is optional")
                return
            self._stopped.wait(self._retry_seconds)

    def _note(self, error: ArticlebotError) -> None:
        if str(error) != str(self._missing):  # said once, not at each retry
            level = logging.INFO if isinstance(error, EmptyLibraryError) else logging.ERROR
            logger.log(level, "Not ready: %r", str(error))
        self._missing = error
