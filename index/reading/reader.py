"""A process of its own that reads files, so that none can take more than its share.

One is kept for a run of files, and for the next run. A file that goes over a limit, or brings the
process down, is told in one sentence, and a new process reads the next.
"""

import logging
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from json import loads

from index.errors import SourceError
from index.reading import frames
from index.reading.child import OUT_OF_MEMORY
from index.reading.frames import Item, Task
from index.reading.limits import LARGEST_REPLY, Limits, too_much_text
from index.reading.spawn import Child, spawn

START_SECONDS = 60
"""How long a process may take to begin: its imports, on a busy machine."""
SLACK = 1.05
"""The processor's time is limited in the process itself; the clock here is only a bit behind."""


class Reader:
    """Reads one file after the other in a process that is begun when it is needed.

    Not thread-safe: it is for one at a time.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._child: Child | None = None
        self._task: Task | None = None

    @property
    def busy(self) -> bool:
        """Whether something has been begun of which not everything was taken."""
        return self._task is not None

    @property
    def pid(self) -> int | None:
        """Of the process; None where there is none."""
        return self._child.process.pid if self._child else None

    def start(self) -> None:
        """Begin the process, without waiting for it."""
        if self._child is None:
            self._child = spawn(self.limits)

    def begin(self, task: Task) -> None:
        """Let a file be read; `results` gives what is in it."""
        assert self._task is None, "the one before has been read"
        self._task = task
        self._send(task)

    def results(self) -> Iterator[Item]:
        """Give what is in the file that was begun, errors among it.

        Only the time that is waited for it counts, not that in which nobody asks.
        """
        task, name = self._task, self._task.file.origin.name if self._task else ""
        assert task, "a file has been begun"
        if not self._has_begun():  # it ended while it had nothing to do: no fault of this file
            self._send(task)
            if not self._has_begun():
                self.close()
                yield SourceError(f"{name} cannot be read: no process begins", "try again")
                return
        try:
            yield from self._messages()
        except (EOFError, OSError, ValueError, TypeError, LookupError) as error:
            told = self._explain(error, name)
            self.close()
            yield told

    def _messages(self) -> Iterator[Item]:
        """Give what comes, until all has come.

        Raises:
            TimeoutError, EOFError, OSError: see `_receive`.
            ValueError, TypeError, LookupError: a message makes no sense.
        """
        left = self.limits.seconds * SLACK
        while True:
            started = time.monotonic()
            message = self._receive(left)
            left = max(0.0, left - (time.monotonic() - started))
            kind = message[:1]
            if kind == frames.LOG:
                _log(message)
            elif kind not in (frames.DONE, frames.LAST):
                yield frames.unpack_item(message)
            else:
                self._task = None
                if kind == frames.LAST:
                    self.close()
                return

    def _explain(self, error: Exception, name: str) -> SourceError:
        """Say what is wrong with a file, after something went wrong with the process."""
        if isinstance(error, EOFError):
            return self._fault(name)
        if isinstance(error, TimeoutError):
            return self.limits.too_slow(name)
        if isinstance(error, OSError):  # what `recv_bytes` says of a message that is too long
            return too_much_text(name)
        return SourceError(f"{name} confuses the process that reads it", "save it again")

    def close(self) -> None:
        """End the process, whatever it does."""
        self._task = None
        if child := self._child:
            self._child = None
            child.end()

    def forget(self) -> None:
        """Leave the process to another that has it, too: this one is a fork of it."""
        self._task = None
        if child := self._child:
            self._child = None
            child.leave()

    def _send(self, task: Task) -> None:
        self.start()
        assert self._child
        with suppress(BrokenPipeError, ConnectionResetError):  # noticed when it is to begin
            self._child.connection.send_bytes(frames.pack_task(task))
            self._child.connection.send_bytes(task.file.data)

    def _has_begun(self) -> bool:
        try:
            if self._receive(START_SECONDS) == frames.BEGUN:
                return True
        except (EOFError, OSError, TimeoutError):
            pass
        if child := self._child:
            self._child = None
            child.end()
        return False

    def _receive(self, seconds: float) -> bytes:
        """Take a message.

        Raises:
            TimeoutError: none has come.
            EOFError: the process has ended.
            OSError: the message is too long.
        """
        assert self._child
        try:
            if not self._child.connection.poll(seconds):
                raise TimeoutError
            return self._child.connection.recv_bytes(LARGEST_REPLY)
        except ConnectionResetError:
            raise EOFError from None

    def _fault(self, name: str) -> SourceError:
        """Say why the process has ended."""
        code = self._child.wait() if self._child else 0
        if code == OUT_OF_MEMORY:
            return self.limits.too_large(name)
        if sys.platform != "win32" and code == -signal.SIGPROF:
            return self.limits.too_slow(name)
        how = f"status {code}"
        if code < 0:
            with suppress(ValueError):
                how = signal.Signals(-code).name
        # An allocation that fails in a library of Rust or C ends in an abort.
        remedy = "give its text alone, or raise ARTICLEBOT_READ_MB"
        return SourceError(f"{name} ends the process that reads it ({how})", remedy)


def _log(message: bytes) -> None:
    name, level, text = loads(message[1:])
    logger = logging.getLogger(str(name))
    logger.log(int(level), "%s", text)


def read_ahead(
    reader: Reader, tasks: Iterable[Task | SourceError]
) -> Iterator[tuple[Task | None, Item | None]]:
    """Read one file after the other, each begun before the last of the one before is given.

    So the process reads on while this one works on what has been read. An error among the tasks
    is given in its turn.

    Yields:
        What is read, each with its task; after the last of a task, the task with None.
    """
    following = iter(tasks)
    task = next(following, None)
    held: list[tuple[Task | None, Item | None]] = []
    while task is not None:
        if isinstance(task, SourceError):
            yield from held
            held, task = [(None, task)], next(following, None)
            continue
        reader.begin(task)
        yield from held
        held, after = [], next(following, None)  # loaded while this one is read
        for item in reader.results():
            yield from held
            held = [(task, item)]
        held.append((task, None))
        task = after
    yield from held
