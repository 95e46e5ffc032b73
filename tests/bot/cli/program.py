"""The program in a process of its own, and what it is asked."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from typer.testing import Result

ARTICLE = (
    "The talks between the two governments began in 2016.\n\n"
    "The allies raised serious concerns about the missile deal, a general said on Monday.\n\n"
    "A loan granted by the bank pays for the missile systems that were ordered.\n"
)
QUESTION = "Who raised serious concerns about the missile deal?"
UNRELATED = "Zebra quagga okapi?"
PROGRAM = [sys.executable, "-c", "from bot.cli.main import run; run()"]
FAKED = """
from bot.cli.main import main
from bot.cli.session import Session
from tests.fakes import open_library
main(Session(open_library=open_library))
"""
"""The program with the deterministic encoder, for tests that need a process of their own."""
FAKE = [sys.executable, "-c", FAKED]

Run = Callable[..., Result]


def process(
    args: Sequence[str], program: Sequence[str] = PROGRAM, **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*program, *args],
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
