"""Turns: who wants to write to a folder waits in a queue, first come first served."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from index.store import OnWait

LOOK_SECONDS = 0.05
"""How often the queue is looked at."""


@contextlib.contextmanager
def take_turn(folder: Path, seconds: float, on_wait: OnWait) -> Iterator[None]:
    """Hold the one turn of a folder, after all who came before.

    A place in the queue is a locked file named by the time: the lock of a process that was killed
    is free, and whoever meets it takes the place away. The queue is for fairness alone; that
    nobody else writes, `writer.lock` in the folder sees to.

    Args:
        folder: where lock and queue are kept; made where it is not there.
        seconds: how long to wait at most.
        on_wait: is told that somebody else's turn has to be waited for.

    Raises:
        filelock.Timeout: the turn did not come in time.
        OSError: the folder cannot be written.
    """
    queue = folder / "queue"
    queue.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    place = queue / f"{time.time_ns():020}-{os.getpid()}-{secrets.token_hex(4)}"
    in_line = FileLock(place)
    in_line.acquire()
    try:
        _wait(queue, place.name, deadline, on_wait)
        lock = FileLock(folder / "writer.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:  # whoever came at the same moment was quicker
            on_wait()
            lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
        try:
            yield
        finally:
            lock.release()
    finally:
        in_line.release()
        with contextlib.suppress(OSError):
            place.unlink()


def _wait(queue: Path, own: str, deadline: float, on_wait: OnWait) -> None:
    told = False
    while before := [place for place in queue.iterdir() if place.name < own]:
        if not any(map(_is_held, before)):
            continue  # they are gone now
        if time.monotonic() >= deadline:
            raise Timeout(str(queue))
        if not told:
            on_wait()
            told = True
        time.sleep(LOOK_SECONDS)


def _is_held(place: Path) -> bool:
    """Tell whether somebody holds a place; one whose holder was killed is taken away."""
    if not place.exists():
        return False
    lock = FileLock(place)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    place.unlink(missing_ok=True)
    lock.release()
    return False
