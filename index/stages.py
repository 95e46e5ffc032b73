"""How long the stages of an answer take, told to whoever listens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, float], None]
"""Takes a stage's name and its seconds."""

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Time what is done within, as a stage of this name."""
    started = time.perf_counter()
    try:
        yield
    finally:
        if listener := _LISTENER.get():
            listener(name, time.perf_counter() - started)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let `listener` be told of the stages that this thread goes through within."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
