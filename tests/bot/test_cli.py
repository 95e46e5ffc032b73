"""The program as a user runs it: arguments in, text and exit codes out."""

import json
import os
import pty
import select
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.answer import MAX_QUESTION, MAX_TOP_K, Answer
from bot.cli import app
from bot.cli_session import Session
from index.build import IndexReport, Progress
from index.library import Library
from index.read import AS_FOUND, Reading, Source
from index.settings import Settings
from tests.fakes import FakeEncoder

ARTICLE = (
    "The talks between the two governments began in 2016.\n\n"
    "The allies raised serious concerns about the missile deal, a general said on Monday.\n\n"
    "A loan granted by the bank pays for the missile systems that were ordered.\n"
)
QUESTION = "Who raised serious concerns about the missile deal?"
UNRELATED = "Zebra quagga okapi?"
PROGRAM = [sys.executable, "-c", "from bot.cli import main; main()"]
FAKED = """
from bot.cli import main
from bot.cli_session import Session
from index.library import Library
from tests.fakes import FakeEncoder
main(Session(open_library=lambda settings: Library.open(settings, encoder=FakeEncoder())))
"""
"""The program with the deterministic encoder, for tests that need a process of their own."""

Run = Callable[..., Result]


def open_library(settings: Settings) -> Library:
    return Library.open(settings, encoder=FakeEncoder())


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


FAKE = [sys.executable, "-c", FAKED]


def test_an_answer_is_quoted_marked_and_cited(run: Run, indexed: Path) -> None:
    result = run("ask", QUESTION)
    assert result.exit_code == 0
    quote = "The allies raised serious concerns about the missile deal, a general said on Monday."
    start = ARTICLE.index(quote)
    assert f"»{quote}«" in result.stdout
    assert f"characters {start}-{start + len(quote)}" in result.stdout
    assert "\x1b" not in result.output
    assert result.stderr == ""


def test_what_the_articles_do_not_answer_is_not_found(run: Run, indexed: Path) -> None:
    result = run("ask", UNRELATED)
    assert result.exit_code == 1
    assert result.stdout.startswith("Not found")
    assert result.stderr == ""


@pytest.mark.parametrize(("question", "code"), [(QUESTION, 0), (UNRELATED, 1)])
def test_json_is_the_answer_and_nothing_else(
    question: str, code: int, run: Run, indexed: Path
) -> None:
    result = run("ask", "--json", question)
    assert result.exit_code == code
    answer = Answer.model_validate_json(result.stdout)
    assert answer.found is (code == 0)
    assert result.stdout == answer.model_dump_json(indent=2) + "\n"
    assert result.stderr == ""


def test_top_k_and_article_limit_the_answer(run: Run, indexed: Path) -> None:
    (article,) = json.loads(run("articles", "--json").stdout)
    result = run("ask", "--json", "--top-k", "1", "--article", article["id"], QUESTION)
    (found,) = Answer.model_validate_json(result.stdout).passages
    assert found.citation.article_id == article["id"]


def test_top_k_has_the_bounds_of_a_query(run: Run, indexed: Path) -> None:
    assert run("ask", "--top-k", str(MAX_TOP_K), QUESTION).exit_code == 0
    assert run("ask", "--top-k", str(MAX_TOP_K + 1), QUESTION).exit_code == 2
    assert run("ask", "--top-k", "0", QUESTION).exit_code == 2


@pytest.mark.parametrize("stdin", [QUESTION, f"\ufeff{QUESTION}\r\n", f"\n\n{QUESTION}\n\n"])
def test_a_question_from_standard_input(stdin: str, run: Run, indexed: Path) -> None:
    result = run("ask", "--json", "-", stdin=stdin)
    assert result.exit_code == 0
    assert Answer.model_validate_json(result.stdout).resolved_question == QUESTION


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
        (["ask", "-"], b"caf\xe9", "not UTF-8"),
        (["ask", "-"], b"", "empty"),
        (["ask", "-"], b"x" * 70_000, "too long"),
        (["ask", "--article", "no-such", "Who?"], None, "no article 'no-such'"),
        (["ask", "Who", "raised"], None, "raised"),
        (["ask", "--no-such-option", "Who?"], None, "no-such-option"),
        (["index"], None, "SOURCE"),
        (["index", "--published", "May", "a.txt"], None, "'May' is not a date"),
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


def test_asking_before_indexing_tells_what_to_do(run: Run) -> None:
    result = run("ask", "--json", QUESTION)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "articlebot index" in result.stderr
    assert result.stderr.count("\n") == 1


def test_indexing_reports_what_it_did(run: Run, indexed: Path, tmp_path: Path) -> None:
    talks = tmp_path / "talks.txt"
    assert "0 added, 0 changed, 1 unchanged, 0 failed" in run("index", str(talks)).stdout
    talks.write_text(ARTICLE + "\nOne more paragraph stands at the very end of it.\n", "utf-8")
    assert "0 added, 1 changed, 0 unchanged, 0 failed" in run("index", str(talks)).stdout


def test_what_is_passed_over_in_a_folder_is_told(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "talks.txt").write_text(ARTICLE, "utf-8")
    for name in ("a.jpg", "b.jpg", "c.\x1b[31m"):
        (folder / name).write_text("x")
    (folder / "gone.txt").symlink_to("nowhere")
    told = run("index", str(folder)).stderr
    [line] = [line for line in told.splitlines() if line.startswith("passed over")]
    assert "2 .jpg, " in line
    assert "1 link to nothing" in line
    assert "--glob" in line
    assert "\x1b" not in line


def test_a_failed_file_leaves_the_others_indexed(run: Run, tmp_path: Path) -> None:
    good, empty, binary = tmp_path / "good.txt", tmp_path / "empty.txt", tmp_path / "binary.txt"
    good.write_text(ARTICLE, "utf-8")
    empty.touch()
    binary.write_bytes(bytes(range(256)) * 8)
    missing = tmp_path / "miss\x1b[2Jing.txt"
    result = run("index", *map(str, (empty, binary, missing, good)))
    assert result.exit_code == 3
    assert "1 added, 0 changed, 0 unchanged, 3 failed" in result.stdout
    failures = [line for line in result.stderr.splitlines() if line.startswith("failed: ")]
    assert len(failures) == 3
    for name, line in zip(("empty.txt", "binary.txt", "miss␛[2Jing.txt"), failures, strict=True):
        assert name in line
    assert "\x1b" not in result.output
    assert run("ask", QUESTION).exit_code == 0


def test_articles_are_listed(run: Run, indexed: Path) -> None:
    (line,) = run("articles").stdout.splitlines()
    (article,) = json.loads(run("articles", "--json").stdout)
    assert line.split("\t")[0] == article["id"]
    assert article["source"].endswith("talks.txt")
    assert article["published"] is None


def test_no_articles_is_an_empty_list(run: Run) -> None:
    assert json.loads(run("articles", "--json").stdout) == []
    result = run("articles")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "articlebot index PATH" in result.stderr


def test_a_file_name_that_is_no_text_can_be_listed(run: Run, tmp_path: Path) -> None:
    article = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(article)).write_text(ARTICLE, "utf-8")
    assert run("index", os.fsdecode(article)).exit_code == 0
    assert len(json.loads(run("articles", "--json").stdout)) == 1
    assert run("articles").exit_code == 0
    assert run("ask", QUESTION).exit_code == 0
    assert run("ask", "--json", QUESTION).exit_code == 0


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

    def articles(self) -> list[object]:  # type: ignore[override]
        raise ZeroDivisionError("\x1b[2Jdivided")


class Interrupted(Library):
    """A library whose user presses Ctrl-C while it indexes."""

    def index(
        self,
        sources: Sequence[Source],
        on_progress: Callable[[Progress], None] = lambda progress: None,
        reading: Reading = AS_FOUND,
        *,
        prune: bool = False,
    ) -> IndexReport:
        on_progress(Progress("index", 0, 1, 0, "a.txt"))
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
    assert "interrupted" in result.stderr
    assert result.stdout == ""


def test_an_article_from_standard_input_with_metadata(run: Run) -> None:
    given = ["--title", "The talks", "--published", "6 May 2019", "--source", "Reuters"]
    assert run("index", "-", *given, stdin=ARTICLE).exit_code == 0
    (article,) = json.loads(run("articles", "--json").stdout)
    assert (article["title"], article["published"]) == ("The talks", "2019-05-06")
    assert article["source"] == "Reuters"
    assert "1 unchanged" in run("index", "-", *given, stdin=ARTICLE).stdout


def test_an_article_is_shown_with_the_numbers_of_its_paragraphs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Listen Live\n\n{ARTICLE}\n\n\x1b[2J is text.", "utf-8")
    run("index", "a.txt")
    lines = run("show", "a-").stdout.splitlines()
    assert lines[0] == "a"
    assert "a.txt" in lines[1]
    assert lines[2:] == [
        "-  1 Listen Live",
        "   2 The talks between the two governments began in 2016.",
        "   3 The allies raised serious concerns about the missile deal, a general said on Monday.",
        "   4 A loan granted by the bank pays for the missile systems that were ordered.",
        "   5 ␛[2J is text.",
    ]


def test_articles_are_removed(run: Run, indexed: Path) -> None:
    (article,) = json.loads(run("articles", "--json").stdout)
    assert run("remove", article["id"]).stdout == "1 removed\n"
    assert json.loads(run("articles", "--json").stdout) == []


def test_gone_files_are_pruned(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.log"):
        (folder / name).write_text(ARTICLE, "utf-8")
    assert "2 added" in run("index", "news").stdout
    (folder / "a.txt").unlink()
    assert "1 unchanged, 1 removed, 0 failed" in run("index", "--prune", "news").stdout
    assert "1 added" in run("index", "--glob", "*.log", "news").stdout


def test_a_library_goes_to_another_one_in_a_file(run: Run, indexed: Path, tmp_path: Path) -> None:
    assert run("export", "all.jsonl.gz").stdout == "1 articles exported, 0 opinions on answers\n"
    other = ["--data", str(tmp_path / "other")]
    assert "1 added, 0 changed" in run(*other, "import", "all.jsonl.gz").stdout
    assert run(*other, "ask", QUESTION).stdout == run("ask", QUESTION).stdout
    assert run(*other, "import", "talks.txt").exit_code == 3


def test_the_limits_of_a_search_are_shown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"---\ndate: 2019-05-06\n---\n{ARTICLE}", "utf-8")
    run("index", "a.txt")
    assert "In: articles since 1 March 2017" in run("ask", "--since", "2017-03-01", QUESTION).stdout
    asked = f"{QUESTION.rstrip('?')} since March 2017?"
    result = run("ask", asked)
    assert "In: articles since 1 March 2017" in result.stdout
    assert f"Searching: {QUESTION}" in result.stdout
    assert "In: " not in run("ask", "--any-date", asked).stdout
    assert run("ask", "--source", "reuters", QUESTION).exit_code == 2


# Processes


def test_help_teaches_with_examples_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom bot.cli import main\n"
        "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    result = process(["--help"], [sys.executable, "-c", program])
    assert result.returncode == 0
    assert b'$ articlebot ask "Who raised concerns?"' in result.stdout
    assert b"\x1b" not in result.stdout
    imported = set(result.stderr.decode().split())
    heavy = {
        *("onnxruntime", "faiss", "numpy", "torch", "tantivy", "pydantic"),
        *("fastapi", "slack_bolt", "prompt_toolkit"),
    }
    assert "typer" in imported
    assert not heavy & imported


def test_asking_does_not_import_what_only_servers_and_training_need(indexed: Path) -> None:
    program = FAKED.replace("main(Session", "import sys\ntry: main(Session") + (
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    result = process(["ask", QUESTION], [sys.executable, "-c", program])
    assert result.returncode == 0
    imported = set(result.stderr.decode().split())
    assert "onnxruntime" in imported
    assert not imported & {"torch", "transformers", "fastapi", "slack_bolt", "prompt_toolkit"}
    readers = {"trafilatura", "lxml", "pypdf", "docx", "feedparser", "httpx", "yaml"}
    assert not imported & (readers | {"dateparser", "lemminflect", "charset_normalizer"})


@pytest.mark.parametrize(
    "command",
    ["ask", "index", "articles", "show", "remove", "export", "import", "forget", "serve", "doctor"],
)
def test_each_command_has_help(command: str, run: Run) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"articlebot {command}" in result.stdout or f"root {command}" in result.stdout


def test_the_same_from_a_process(indexed: Path) -> None:
    assert process(["ask", QUESTION], FAKE).returncode == 0
    assert process(["ask", UNRELATED], FAKE).returncode == 1
    assert process(["ask"], FAKE).returncode == 2
    assert process(["--data", "nowhere", "ask", QUESTION], FAKE).returncode == 3


def test_a_locale_that_cannot_write_the_marks(tmp_path: Path) -> None:
    env = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    (tmp_path / "a.txt").write_text(ARTICLE.replace("general", "g\u00e9n\u00e9ral"), "utf-8")
    assert process(["index", "a.txt"], FAKE, **env).returncode == 0
    plain = process(["ask", QUESTION], FAKE, **env)
    assert plain.returncode == 0
    assert b">>The allies raised" in plain.stdout
    assert b"g?n?ral" in plain.stdout
    found = Answer.model_validate_json(process(["ask", "--json", QUESTION], FAKE, **env).stdout)
    assert "g\u00e9n\u00e9ral" in found.passages[0].text


def test_a_closed_pipe_is_silent(indexed: Path) -> None:
    for args in (["ask", QUESTION], ["ask", "--json", QUESTION], ["articles"], ["doctor"]):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            result = subprocess.run(
                [*FAKE, *args], stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
            )
        finally:
            os.close(writing)
        assert result.stderr == b""
        assert result.returncode == 141


def test_a_full_disk_is_one_sentence(indexed: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*FAKE, "ask", QUESTION], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert result.returncode == 3
    assert result.stderr.count(b"\n") == 1
    assert b"No space left" in result.stderr


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
        terminal.wait_for(b"Searching: Why is it that")
        terminal.wait_for(b"Question:")
        terminal.send(b"\x04")
    finally:
        code = terminal.end()
    assert code == 0
    records = sqlite3.connect(indexed / "records.sqlite3")
    assert records.execute("SELECT count(*) FROM turn").fetchone() == (0,)
    records.close()


def test_a_conversation_with_a_name_goes_on_until_it_is_forgotten(run: Run, indexed: Path) -> None:
    asked = ["ask", "--json", "--conversation", "c"]
    run(*asked, QUESTION)
    follow_up = Answer.model_validate_json(run(*asked, "Why?").stdout)
    assert follow_up.resolved_question.startswith("Why is it that")
    assert run("forget", "c").exit_code == 0
    assert Answer.model_validate_json(run(*asked, "Why?").stdout).resolved_question == "Why?"


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
