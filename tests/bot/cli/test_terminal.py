"""The program on a terminal: its prompt and its bar."""

import io
import json
import os
import pty
import select
import sqlite3
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bot.cli.program import ARTICLE, FAKE, QUESTION


class Terminal:
    """The program on a terminal of its own."""

    def __init__(self, args: Sequence[str], columns: int = 80) -> None:
        env = os.environ | {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.output = b""
        self._seen = 0
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, columns))
        self.process = subprocess.Popen(
            [*FAKE, *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=env,
            start_new_session=True,
        )
        os.close(theirs)

    def wait_for(self, text: bytes, seconds: float = 30) -> None:
        """Read until the text has come, after what was waited for before."""
        ends = time.monotonic() + seconds
        while (found := self.output.find(text, self._seen)) < 0:
            assert time.monotonic() < ends, f"{text!r} has not come: {self.output!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self.output += os.read(self._ours, 65536)
        self._seen = found + len(text)

    def send(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def end(self) -> int:
        """Give the exit code; a program that does not end has failed."""
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self._ours)


@pytest.mark.parametrize("leave", [b"\x04", b"\x03"])
def test_the_prompt_on_a_terminal(leave: bytes, indexed: Path) -> None:
    terminal = Terminal(["ask"])
    try:
        terminal.wait_for(b"Question:")
        terminal.send(QUESTION.encode() + b"\r")
        terminal.wait_for(b"\x1b[1;7mThe allies raised serious concerns")
        terminal.send(b"?\r")
        terminal.wait_for(b"no words")
        terminal.wait_for(b"Question:")
        terminal.send(leave)
    finally:
        code = terminal.end()
    assert code == 0
    assert b"Traceback" not in terminal.output
    assert QUESTION in (indexed / "history").read_text("utf-8")


def test_the_prompt_is_a_conversation_that_is_forgotten_at_its_end(indexed: Path) -> None:
    terminal = Terminal(["ask"])
    try:
        terminal.wait_for(b"Question:")
        terminal.send(b"Who raised serious concerns about the missile deal?\r")
        terminal.wait_for(b"The allies raised serious concerns")
        terminal.wait_for(b"Question:")
        terminal.send(b"Why?\r")
        terminal.wait_for(b"the missile deal, and why?")
        terminal.wait_for(b"Question:")
        terminal.send(b"\x04")
    finally:
        code = terminal.end()
    assert code == 0
    records = sqlite3.connect(indexed / "records.sqlite3")
    assert records.execute("SELECT count(*) FROM turn").fetchone() == (0,)
    records.close()


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    terminal = Terminal(["index", "a.txt"])
    try:
        terminal.wait_for(b"1 added")
    finally:
        code = terminal.end()
    assert code == 0
    assert b"0/1 articles" in terminal.output
    assert b"Publishing" in terminal.output


def test_json_on_a_terminal_cannot_act_on_it() -> None:
    from bot.cli import session

    class Screen(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    written = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session.sys, "stdout", Screen(written, "utf-8"))  # type: ignore[attr-defined]
        session.print_json(json.dumps({"quote": "a\x9b2J\x85\u202eé"}, ensure_ascii=False))
        told = written.getvalue().decode()
    assert "\\u009b2J\\u0085\\u202eé" in told
    assert json.loads(told) == {"quote": "a\x9b2J\x85\u202eé"}
