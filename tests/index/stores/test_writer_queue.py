"""Turns to write: first come first served, over processes."""

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import Timeout

from index.store import wait_quietly
from index.stores.writer_queue import take_turn
from tests.conftest import ROOT

WRITER = """
import sys, time
from pathlib import Path
from index.stores.writer_queue import take_turn
folder, name, until = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
with take_turn(folder, 30, lambda: print("waits", flush=True)):
    with (folder / "order").open("a") as order:
        order.write(f"+{name} ")
    print("writes", flush=True)
    while not until.exists():
        time.sleep(0.02)
    with (folder / "order").open("a") as order:
        order.write(f"-{name} ")
"""


def start(folder: Path, name: str, until: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), name, str(until)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_who_comes_first_writes_first(tmp_path: Path) -> None:
    with contextlib.ExitStack() as running:
        until = tmp_path / "enough"
        writers = []
        for name, state in zip("01234", ["writes", *["waits"] * 4], strict=True):
            writers.append(running.enter_context(start(tmp_path, name, until)))
            assert said(writers[-1]) == state
        until.touch()
        assert [each.wait(30) for each in writers] == [0] * 5
    assert (tmp_path / "order").read_text() == "".join(f"+{n} -{n} " for n in range(5))
    assert list((tmp_path / "queue").iterdir()) == []


def test_the_place_of_a_killed_process_is_taken_away(tmp_path: Path) -> None:
    with (
        start(tmp_path, "0", tmp_path / "no") as first,
        start(tmp_path, "1", tmp_path / "no") as second,
    ):
        assert {said(first), said(second)} == {"writes", "waits"}
        first.kill()
        second.kill()
    began = time.monotonic()
    with take_turn(tmp_path, 5, wait_quietly):
        assert time.monotonic() - began < 1
    assert list((tmp_path / "queue").iterdir()) == []


def test_the_wait_ends(tmp_path: Path) -> None:
    told: list[str] = []
    with (
        take_turn(tmp_path, 0, wait_quietly),
        pytest.raises(Timeout),
        take_turn(tmp_path, 0.2, lambda: told.append("waits")),
    ):
        pass
    assert told == ["waits"]
    with take_turn(tmp_path, 0, wait_quietly):
        pass


def test_nobody_starves_and_nobody_writes_beside_another(tmp_path: Path) -> None:
    counts, inside = dict.fromkeys(range(3), 0), []

    def write(number: int) -> None:
        for _ in range(8):
            with take_turn(tmp_path, 30, wait_quietly):
                inside.append(number)
                time.sleep(0.01)
                assert inside == [number]
                inside.remove(number)
            counts[number] += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert set(counts.values()) == {8}
