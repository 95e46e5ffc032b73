"""The process that reads: it takes one file after the other, and tells what is in it.

It knows nothing but the files: no settings, no secrets, no library.
"""

import json
import logging
import os
import re
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Article
from index.content import content_sha256
from index.errors import SourceError
from index.reading import frames
from index.reading.border import blame
from index.reading.frames import Item, Task
from index.reading.limits import (
    MOST_ERRORS,
    MOST_SENTENCES,
    MOST_TEXT,
    Limits,
    too_many_errors,
    too_many_sentences,
    too_much_text,
)
from index.reading.read import read_file
from index.reading.split import parse_article

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
if sys.platform != "win32":
    import fcntl
    import resource

OUT_OF_MEMORY = 77
"""Exit status; what is left of the memory may not do for saying it."""
_NEAR = 0.5
"""Of the memory that a file may take: an array that was to be doubled is half of it before."""
_STATUS = Path("/proc/self/status")
"""Linux alone has it; elsewhere only time is limited."""


def run(handle: int, lifeline: int, limits: Limits) -> None:
    """Read what is sent until nobody is there any more who sends.

    Args:
        handle: of the connection to the process that sends.
        lifeline: a pipe that closes when that process ends.
        limits: of each file.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began this process hears it, and ends it
    connection = _connect(handle)
    _end_with(lifeline)
    logging.getLogger("index").addHandler(_Teller(connection))
    logging.getLogger("index").propagate = False
    at_first = _used_bytes("VmSize")
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            _lift()  # what comes is as large as the sender lets it be
            task = frames.unpack_task(connection.recv_bytes(), connection.recv_bytes())
            connection.send_bytes(frames.BEGUN)
            try:
                with limited(limits, len(task.file.data)):
                    for item in read_task(task):
                        if _tells_of_memory(item, at_first, limits):
                            raise MemoryError
                        connection.send_bytes(frames.pack_item(item))
            except MemoryError:
                os._exit(OUT_OF_MEMORY)
            # What large files leave behind would be counted as used by none.
            worn = _used_bytes("VmPeak") - at_first > _NEAR * limits.mb * 2**20
            connection.send_bytes(frames.LAST if worn else frames.DONE)
            if worn:
                return


def read_task(task: Task) -> Iterator[Item]:
    """Give the articles of a file with their structure, but for those that are known."""
    name, length, errors = task.file.origin.name, 0, 0
    try:
        for article in read_file(task.file, task.about):
            if isinstance(article, SourceError):
                errors += 1
                if errors > MOST_ERRORS:
                    raise too_many_errors(name)
                yield article
                continue
            length += len(article.text)
            if length > MOST_TEXT:
                raise too_much_text(name)
            yield _parse(article, task, name)
    except SourceError as error:
        yield error
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others can be read
        yield blame(name, error)


def _parse(article: Article, task: Task, name: str) -> Item:
    if article.id in task.known and task.known[article.id] == content_sha256(article):
        return article
    parsed = parse_article(article)
    if max(len(parsed.paragraphs), len(parsed.sentences)) > MOST_SENTENCES:
        return too_many_sentences(name)
    return parsed


class _Teller(logging.Handler):
    """Sends what is logged of a file to the process that asked for it."""

    def __init__(self, connection: "Connection[object, object]") -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        told = [record.name, record.levelno, record.getMessage()[:1000]]
        self._connection.send_bytes(frames.LOG + json.dumps(told).encode())


def _connect(handle: int) -> "Connection[object, object]":
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)
    from multiprocessing.connection import Connection

    return Connection(handle)


def _end_with(lifeline: int) -> None:
    """Let the system end this process as soon as the other end of a pipe is closed.

    A thread that watched it would wait while C code holds the interpreter.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGIO, signal.SIG_DFL)  # ends the process on Linux
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
        if select.select([lifeline], [], [], 0)[0]:  # closed before it was watched
            raise SystemExit(0)


@contextmanager
def limited(limits: Limits, size: int) -> Iterator[None]:
    """Limit the memory, and the time of the processor, for reading a file of a size.

    Who waits for it limits its time by the clock; this holds even where nobody waits.
    """
    if sys.platform == "win32":
        yield
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if used := _used_bytes("VmSize"):
        most = used + limits.mb * 2**20
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (within, hard))
    signal.setitimer(signal.ITIMER_PROF, limits.seconds_for(size))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _lift() -> None:
    if sys.platform != "win32":
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _tells_of_memory(item: Item, at_first: int, limits: Limits) -> bool:
    """Tell whether an error comes from another that may well be for want of memory.

    Libraries in C call that a damaged file, too.
    """
    if not isinstance(item, SourceError) or item.__context__ is None:
        return False
    return _used_bytes("VmPeak") - at_first > _NEAR * limits.mb * 2**20


def _used_bytes(which: str) -> int:
    """Give the size of the address space, or the largest that it had; 0 where it is not known."""
    if not _STATUS.exists():
        return 0
    found = re.search(rf"^{which}:\s*(\d+) kB", _STATUS.read_text("ascii", "replace"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
