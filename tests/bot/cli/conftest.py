"""The program in this process, in an environment without settings."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.cli.session import Session
from tests.bot.cli.program import ARTICLE, Run
from tests.fakes import open_library


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and nothing it does reaches the machine."""
    for name in list(os.environ):
        if name.startswith(("ARTICLEBOT_", "SLACK_")):
            monkeypatch.delenv(name)
    for name in ("FORCE_COLOR", "NO_COLOR", "GITHUB_ACTIONS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARTICLEBOT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    def run(*args: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, args, input=stdin, obj=Session(open_library=open_library))

    return run


@pytest.fixture
def indexed(run: Run, tmp_path: Path) -> Path:
    """The data directory with one article indexed."""
    article = tmp_path / "talks.txt"
    article.write_text(ARTICLE, "utf-8")
    assert run("index", str(article)).exit_code == 0
    return tmp_path / "data"
