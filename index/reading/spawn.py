"""Begin the process that reads, with nothing of this one that it does not need."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.reading.limits import Limits

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from index.reading.child import run; from index.reading.limits import Limits;"
    "run(int(sys.argv[2]), int(sys.argv[3]), Limits(float(sys.argv[4]), int(sys.argv[5])))"
)
_KEPT = frozenset(
    {
        *("PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ"),
        *("LANG", "LANGUAGE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        *("PYTHONHOME", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
    }
)
"""Variables that it is given: what programs need to run, and no secrets."""
_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Child:
    """A process that reads."""

    process: "subprocess.Popen[bytes]"
    connection: "Connection[bytes, bytes]"
    lifeline: int
    """A pipe that closes when this process ends, whatever ends it; the other one notices."""

    def wait(self) -> int:
        """Give the exit status of a process that has closed its connection."""
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(_WAIT_SECONDS)
        self.process.kill()
        return self.process.wait()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close()

    def leave(self) -> None:
        """Let it run on: it belongs to the process of which this one is a fork."""
        self.process.returncode = 0  # or it would be told that it still runs
        self._close()

    def _close(self) -> None:
        self.connection.close()
        os.close(self.lifeline)


def spawn(limits: Limits) -> Child:
    """Begin a process that reads.

    A plain one: this process may have threads, which no fork of it would survive, and its main
    module is none that the other should import. Ctrl-C on a terminal does not reach it.
    """
    ours, theirs = Pipe()
    end, lifeline = os.pipe()
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        os.set_handle_inheritable(theirs.fileno(), True)
        handles = {"handle_list": [theirs.fileno()]}
        options["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList=handles)
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    else:
        options = {"pass_fds": (theirs.fileno(), end), "start_new_session": True}
    given = (theirs.fileno(), end, limits.seconds, limits.mb)
    try:
        process = subprocess.Popen(  # noqa: S603 - this Python, and nothing that anybody sent
            [sys.executable, "-P", "-W", "ignore", "-c", _CODE, _path(), *map(str, given)],
            env=clean(os.environ),
            cwd=Path(sys.executable).anchor,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )
    except BaseException:
        ours.close()
        os.close(lifeline)
        raise
    finally:
        theirs.close()
        os.close(end)
    return Child(process, ours, lifeline)


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that the process may have."""
    return dict(_kept(environment))


def _kept(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environment.items():
        if name.upper() in _KEPT or name.upper().startswith("LC_"):
            yield name, value


def _path() -> str:
    """Give where modules are found, wherever the process is begun."""
    return json.dumps([str(Path(entry).absolute()) for entry in sys.path])
