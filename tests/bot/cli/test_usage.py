"""What goes wrong is one sentence and an exit code."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.cli.session import Session
from bot.question import MAX_QUESTION
from index.article import ArticleSummary
from index.build import IndexReport, OnProgress, Progress, unwatched
from index.library import Library
from index.reading.read import AS_FOUND, Reading, Source
from tests.bot.cli.program import ARTICLE, QUESTION, Run


@pytest.mark.parametrize(
    ("args", "stdin", "said"),
    [
        (["ask"], None, "QUESTION"),
        (["ask", ""], None, "empty"),
        (["ask", "   "], None, "empty"),
        (["ask", "?!"], None, "no words"),
        (["ask", "x" * (MAX_QUESTION + 1)], None, str(MAX_QUESTION)),
        (["ask", "a\x00b"], None, "not text"),
        (["ask", "caf\udce9"], None, "articlebot: the question"),
        (["ask", "--conversation", "", "Who?"], None, "it is empty: fill it in"),
        (["ask", "-"], b"caf\xe9", "not UTF-8"),
        (["ask", "-"], b"", "empty"),
        (["ask", "-"], b"x" * 70_000, "too long"),
        (["ask", "--article", "no-such", "Who?"], None, "no article 'no-such'"),
        (["ask", "Who", "raised"], None, "raised"),
        (["ask", "--no-such-option", "Who?"], None, "no-such-option"),
        (["index"], None, "SOURCE"),
        (["index", "--published", "May", "a.txt"], None, "'May' is not a date"),
        (["index", "--published", "2017-13-01", "a.txt"], None, "give it as 2017-07-28"),
        (["ask", "--since", "01/02/2017", "Who?"], None, "give it as 2017-07-28"),
        (["index", "--title", "T", "a.txt", "b.txt"], None, "--title is that of one"),
        (["ask", "--since", "soon", "Who?"], None, "'soon' is not a date"),
        (["ask", "--since", "2019-05-07", "--until", "2019-05-06", "Who?"], None, "no day is"),
        (["remove", "no-such"], None, "no article 'no-such'"),
        (["show", "no-such"], None, "no article 'no-such'"),
        (["forget", "no-such"], None, "no conversation 'no-such'"),
        (["serve", "--port", "70000"], None, "65535"),
        (["no-such-command"], None, "no-such-command"),
        ([], None, ""),
    ],
)
def test_wrong_usage(
    args: list[str], stdin: bytes | None, said: str, run: Run, indexed: Path
) -> None:
    result = run(*args, stdin=stdin)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not result.stdout or not args, "only the bare program shows its help"


def test_the_data_directory_can_be_named(run: Run, indexed: Path, tmp_path: Path) -> None:
    assert run("--data", str(tmp_path / "other"), "ask", QUESTION).exit_code == 3
    assert run("--data", str(indexed), "ask", QUESTION).exit_code == 0


def test_a_data_directory_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    result = run("--data", str(tmp_path / "file" / "data"), "index", str(tmp_path / "a.txt"))
    assert result.exit_code == 3
    assert str(tmp_path / "file") in result.stderr
    assert "unexpected" not in result.stderr


def test_a_bad_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTICLEBOT_TOP_K", "many")
    result = run("ask", QUESTION)
    assert result.exit_code == 3
    assert "top_k" in result.stderr
    assert "'many'" in result.stderr


def test_the_doctor_tells_by_its_exit_code(run: Run, tmp_path: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 3
    assert "articlebot index PATH" in result.stdout
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    run("index", str(tmp_path / "a.txt"))
    assert run("doctor").exit_code == 0


class Failing(Library):
    """A library in which something goes wrong that nobody has thought of."""

    def articles(self) -> list[ArticleSummary]:
        raise ZeroDivisionError("\x1b[2Jdivided")


class Interrupted(Library):
    """A library whose user presses Ctrl-C while it indexes."""

    def index(
        self,
        sources: Sequence[Source],
        on_progress: OnProgress = unwatched,
        reading: Reading = AS_FOUND,
        *,
        prune: bool = False,
    ) -> IndexReport:
        on_progress(Progress("index", 120, 1500, 0, "a.txt"))
        raise KeyboardInterrupt


def test_an_unexpected_error_is_one_sentence_and_debug_shows_the_rest() -> None:
    session = Session(open_library=Failing)
    plain = CliRunner().invoke(app, ["articles"], obj=session)
    assert plain.exit_code == 3
    assert plain.stderr.count("\n") == 1
    assert "ZeroDivisionError: ␛[2Jdivided" in plain.stderr
    assert "--debug" in plain.stderr
    debug = CliRunner().invoke(app, ["--debug", "articles"], obj=session)
    assert debug.exit_code == 3
    assert "Traceback" in debug.stderr


def test_ctrl_c_while_indexing() -> None:
    result = CliRunner().invoke(app, ["index", "a.txt"], obj=Session(open_library=Interrupted))
    assert result.exit_code == 130
    told = "interrupted: 120 of 1,500 articles are read; run the same command again to go on"
    assert told in result.stderr
    assert result.stdout == ""


def test_ctrl_c_while_several_processes_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def index(*given: Any) -> None:
        given[-1](Progress("index", 120, 500, 0, "a.txt"))
        raise KeyboardInterrupt

    monkeypatch.setenv("ARTICLEBOT_STORE", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr("index.stores.postgres.bulk.index_in_parallel", index)
    result = CliRunner().invoke(app, ["index", "--workers", "2", "a.txt"])
    assert result.exit_code == 130
    told = "interrupted: 120 of 500 files are indexed; run the same command again to go on"
    assert told in result.stderr


@pytest.mark.parametrize(
    "command",
    ["ask", "index", "articles", "show", "remove", "export", "import", "forget", "serve", "doctor"],
)
def test_each_command_has_help(command: str, run: Run) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"articlebot {command}" in result.stdout or f"root {command}" in result.stdout


@pytest.mark.parametrize(("command", "extra"), [("migrate", "postgres"), ("mcp", "mcp")])
def test_help_names_what_to_install_whole(command: str, extra: str, run: Run) -> None:
    assert f'pip install "articlebot[{extra}]"' in run(command, "--help").stdout
