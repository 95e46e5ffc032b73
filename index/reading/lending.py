"""The process that reads, kept from one run to the next: it is lent to one at a time."""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from index.reading.limits import Limits
from index.reading.reader import Reader

IDLE_SECONDS = 60
"""How long it is kept for the next run; to begin one takes a fifth of a second."""


class _Shelf:
    """Where the one that nobody uses waits. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: Reader | None = None
        self._timer: threading.Timer | None = None

    def take(self, limits: Limits) -> Reader:
        reader = self._exchange(None)
        if reader and reader.limits == limits:
            return reader
        if reader:
            reader.close()
        return Reader(limits)

    def give_back(self, reader: Reader) -> None:
        """Keep it for a while, unless it has been left in the middle of a file."""
        if reader.busy or reader.pid is None:
            reader.close()
        elif other := self._exchange(reader):
            other.close()

    def clear(self) -> None:
        if reader := self._exchange(None):
            reader.close()

    def forget(self) -> None:
        """Leave what waits to the process of which this one is a fork, locks and all."""
        reader = self._idle
        self._lock, self._idle, self._timer = threading.Lock(), None, None
        if reader:
            reader.forget()

    def _exchange(self, reader: Reader | None) -> Reader | None:
        with self._lock:
            before, self._idle = self._idle, reader
            if self._timer:
                self._timer.cancel()
                self._timer = None
            if reader:
                self._timer = threading.Timer(IDLE_SECONDS, self.clear)
                self._timer.daemon = True
                self._timer.start()
            return before


_SHELF = _Shelf()
atexit.register(_SHELF.clear)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_SHELF.forget)


@contextmanager
def lend(limits: Limits) -> Iterator[Reader]:
    """Lend a process that reads within limits; it may be one that others have used before."""
    reader = _SHELF.take(limits)
    try:
        yield reader
    finally:
        _SHELF.give_back(reader)


def end_idle() -> None:
    """End the process that waits for the next run."""
    _SHELF.clear()
