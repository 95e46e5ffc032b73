"""`articlebot eval` as a user runs it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.cli.session import Session
from tests.fakes import open_library

Write = Callable[[str, str | bytes], Path]
Run = Callable[..., Result]

KEYS = [
    *("n", "p_at_1", "p_at_3", "mrr_at_10", "citations_exact", "mean_quote_chars", "auroc"),
    *("abstained_answerable", "answered_unanswerable", "latency_ms_p50", "latency_ms_p95"),
    *("em", "f1", "by_kind", "by_overlap"),
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("ARTICLEBOT_DATA", str(tmp_path / "data"))

    def run(*args: object) -> Result:
        session = Session(open_library=open_library)
        return CliRunner().invoke(app, ["eval", *map(str, args)], obj=session)

    return run


@pytest.fixture
def questions(write: Write) -> Path:
    write("visit.txt", "The king came by train on Monday.\n\nThe queen sailed home by boat.\n")
    rows = [
        ("Who came by train on Monday?", "The king"),
        ("Who sailed home by boat?", ["The queen", "by boat"]),
        ("Zebra quagga okapi?", None),
    ]
    names = ("question", "quote")
    lines = [dict(zip(names, row, strict=True)) | {"article": "visit.txt"} for row in rows]
    return write("questions.jsonl", "\n".join(map(json.dumps, lines)))


def test_a_table_to_read(run: Run, questions: Path) -> None:
    result = run(questions)
    assert result.exit_code == 0
    assert "right answer first (P@1)" in result.stdout
    assert "100.0%" in result.stdout
    assert "\x1b" not in result.output
    assert "Indexing" in result.stderr


def test_json_is_one_object(run: Run, questions: Path, tmp_path: Path) -> None:
    result = run(questions, "--json")
    figures = json.loads(result.stdout)
    assert list(figures) == KEYS
    assert (figures["n"], figures["p_at_1"], figures["auroc"]) == (3, 1.0, 1.0)
    assert figures["latency_ms_p95"] >= figures["latency_ms_p50"] > 0
    assert not (tmp_path / "data").exists()


def test_a_page_with_the_misses(run: Run, questions: Path, tmp_path: Path) -> None:
    page = tmp_path / "misses.html"
    assert run(questions, "--report", page).exit_code == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written(run: Run, questions: Path, tmp_path: Path) -> None:
    nowhere = run(questions, "--report", tmp_path / "no" / "where.html")
    assert (nowhere.exit_code, nowhere.stdout) == (2, "")
    assert "make it first" in nowhere.stderr
    folder = run(questions, "--report", tmp_path)
    assert folder.exit_code == 2
    assert "cannot be written (Is a directory)" in folder.stderr
    assert "P@1" in folder.stdout


def test_a_sample_of_the_index_that_is_there(run: Run, questions: Path) -> None:
    empty = run(questions, "--index")
    assert empty.exit_code == 3
    assert "articlebot index" in empty.stderr
    session = Session(open_library=open_library)
    article = str(questions.parent / "visit.txt")
    assert CliRunner().invoke(app, ["index", article], obj=session).exit_code == 0
    result = run(questions, "--index", "--sample", 2, "--seed", 1, "--per-article", "--json")
    assert json.loads(result.stdout)["n"] == 2
    assert "Indexing" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("nowhere.jsonl",), 3, "nowhere.jsonl cannot be read (No such file"),
        ((), 2, "Missing argument"),
        (("x", "--sample", "0"), 2, "--sample"),
    ],
)
def test_what_cannot_be_evaluated(
    run: Run, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_off_topic_questions_need_two_articles(run: Run, questions: Path) -> None:
    result = run(questions, "--off-topic")
    assert result.exit_code == 2
    assert "two articles" in result.stderr
