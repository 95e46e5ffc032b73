"""A process of its own that reads files, so that none can take more than its share.

One is kept for a run of files, and for the next run. A file that goes over a limit, or brings the
process down, is told in one sentence, and a new process reads the next.
"""

import logging
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from json import loads

from index.errors import SourceError
from index.reading import frames
from index.reading.child import OUT_OF_MEMORY
from index.reading.frames import Item, Task
from index.reading.limits import LARGEST_REPLY, Limits, too_much_text
from index.reading.read import File
from index.reading.spawn import Child, spawn

START_SECONDS = 60
"""How long a process may take to begin: its imports, on a busy machine."""
AHEAD = 16
"""Files begun before the first of them is read, so that the process never waits for the next."""
AHEAD_BYTES = 32 * 1024
"""Of all these files together, unless it is one."""
SLACK = 1.05
"""The processor's time is limited in the process itself; the clock here is only a bit behind."""


class Reader:
    """Reads files in the order in which they are begun, in a process that begins with the first.

    Not thread-safe: it is for one at a time.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._child: Child | None = None
        self._tasks: deque[Task] = deque()

    @property
    def busy(self) -> bool:
        """Whether something has been begun of which not everything was taken."""
        return bool(self._tasks)

    @property
    def pid(self) -> int | None:
        """Of the process; None where there is none."""
        return self._child.process.pid if self._child else None

    def start(self) -> None:
        """Begin the process, without waiting for it."""
        if self._child is None:
            self._child = spawn(self.limits)

    def has_room(self, task: Task) -> bool:
        """Tell whether a file can be begun at once.

        What waits lies in a buffer of the system: were there more than that holds, this process
        would wait for the other to take it, and the other for this one to take what it has read.
        """
        size = sum(len(each.file.data) for each in (*self._tasks, task))
        small = size <= AHEAD_BYTES and len(self._tasks) < AHEAD
        return not self._tasks or (small and bool(task.file.origin.path))

    def begin(self, task: Task) -> None:
        """Let a file be read after those that have been begun; there must be room for it."""
        self._tasks.append(task)
        self.start()
        self._send(task)

    def results(self) -> Iterator[Item]:
        """Give what is in the first of the files that were begun, errors among it.

        Only the time that is waited for it counts, not that in which nobody asks.
        """
        file = self._tasks[0].file
        name = file.origin.name
        if not self._has_begun():  # it ended before this file came to it: no fault of the file
            self._start_again()
            if not self._has_begun():
                self._tasks.popleft()
                yield SourceError(f"{name} cannot be read: no process begins", "try again")
                return
        try:
            yield from self._messages()
        except (EOFError, OSError, ValueError, TypeError, LookupError) as error:
            told = self._explain(error, file)
            self._tasks.popleft()
            self._end()
            yield told

    def _messages(self) -> Iterator[Item]:
        """Give what comes, until all has come.

        Raises:
            TimeoutError, EOFError, OSError: see `_receive`.
            ValueError, TypeError, LookupError: a message makes no sense.
        """
        left = self.limits.seconds_for(len(self._tasks[0].file.data)) * SLACK
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
                self._tasks.popleft()
                if kind == frames.LAST:
                    self._end()
                return

    def _explain(self, error: Exception, file: File) -> SourceError:
        """Say what is wrong with a file, after something went wrong with the process."""
        name = file.origin.name
        if isinstance(error, EOFError):
            return self._fault(file)
        if isinstance(error, TimeoutError):
            return self.limits.too_slow(name, len(file.data))
        if isinstance(error, OSError):  # what `recv_bytes` says of a message that is too long
            return too_much_text(name)
        return SourceError(f"{name} confuses the process that reads it", "save it again")

    def close(self) -> None:
        """End the process, whatever it does."""
        self._tasks.clear()
        self._end()

    def forget(self) -> None:
        """Leave the process to another that has it, too: this one is a fork of it."""
        self._tasks.clear()
        if child := self._child:
            self._child = None
            child.leave()

    def _end(self) -> None:
        if child := self._child:
            self._child = None
            child.end()

    def _start_again(self) -> None:
        """Begin another process with all files that wait."""
        self._end()
        self.start()
        for task in self._tasks:
            self._send(task)

    def _send(self, task: Task) -> None:
        assert self._child
        with suppress(BrokenPipeError, ConnectionResetError):  # noticed when it is to begin
            self._child.connection.send_bytes(frames.pack_task(task))
            self._child.connection.send_bytes(task.file.data)

    def _has_begun(self) -> bool:
        if self._child is None:
            return False
        try:
            return self._receive(START_SECONDS) == frames.BEGUN
        except (EOFError, OSError):
            self._end()
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

    def _fault(self, file: File) -> SourceError:
        """Say why the process has ended."""
        name = file.origin.name
        code = self._child.wait() if self._child else 0
        if code == OUT_OF_MEMORY:
            return self.limits.too_large(name)
        if sys.platform != "win32" and code == -signal.SIGPROF:
            return self.limits.too_slow(name, len(file.data))
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
    """Read one file after the other, the next begun before the last of one is given.

    So the process reads on while this one works on what has been read. An error among the tasks
    is given in its turn.

    Yields:
        What is read, each with its task; after the last of a task, the task with None.
    """
    coming = iter(tasks)
    following = next(coming, None)
    begun: deque[Task | SourceError] = deque()
    held: list[tuple[Task | None, Item | None]] = []
    while True:
        while following is not None and len(begun) < AHEAD:
            if isinstance(following, Task):
                if not reader.has_room(following):
                    break
                reader.begin(following)
            begun.append(following)
            following = next(coming, None)
        yield from held
        held = []
        if not begun:
            return
        task = begun.popleft()
        if isinstance(task, SourceError):
            held = [(None, task)]
            continue
        for item in reader.results():
            yield from held
            held = [(task, item)]
        held.append((task, None))
