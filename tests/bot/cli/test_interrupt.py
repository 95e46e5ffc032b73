"""Ctrl-C while a file is read that takes long: both processes end, and nothing but that is said."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import hostile
from tests.conftest import ROOT

Write = Callable[[str, str | bytes], Path]
_INDEX = """
import sys
from bot.cli.main import main
from bot.cli.session import Session
from tests.fakes import open_library
main(Session(open_library=open_library))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the process where Linux lists it")
def test_ctrl_c_ends_both_processes_quietly(write: Write, tmp_path: Path) -> None:
    path = write("slow.html", hostile.page_of(paragraphs=58_000))
    command = [sys.executable, "-c", _INDEX, "--data", str(tmp_path / "data"), "index", str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 60
        while not (children := children_of(process.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, ""), told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in listed.read_text("ascii").split()]
