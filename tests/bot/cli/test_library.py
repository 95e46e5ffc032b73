"""What goes into the library, is listed, shown, removed and taken elsewhere."""

import errno
import json
import os
from pathlib import Path

import pytest

from tests.bot.cli.program import ARTICLE, QUESTION, Run


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


def test_an_article_from_standard_input_with_metadata(run: Run) -> None:
    given = ["--title", "The talks", "--published", "6 May 2019", "--source", "Reuters"]
    assert run("index", "-", *given, stdin=ARTICLE).exit_code == 0
    (article,) = json.loads(run("articles", "--json").stdout)
    assert (article["title"], article["published"]) == ("The talks", "2019-05-06")
    assert article["source"] == "Reuters"
    assert "1 unchanged" in run("index", "-", *given, stdin=ARTICLE).stdout


def test_a_folder_that_cannot_be_read_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "news" / "closed"
    closed.mkdir(parents=True)
    (tmp_path / "news" / "a.txt").write_text(ARTICLE)
    (closed / "b.txt").write_text(ARTICLE)
    scandir = os.scandir

    def scan(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    result = run("index", "news")
    assert result.exit_code == 3
    told = "failed: news/closed cannot be read (Permission denied): check its permissions"
    assert told in result.stderr
    assert "1 added, 0 changed, 0 unchanged, 1 failed" in result.stdout


def test_gone_files_are_pruned(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.log"):
        (folder / name).write_text(ARTICLE, "utf-8")
    assert "2 added" in run("index", "news").stdout
    (folder / "a.txt").unlink()
    assert "1 unchanged, 1 removed, 0 failed" in run("index", "--prune", "news").stdout
    assert "1 added" in run("index", "--glob", "*.log", "news").stdout


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


def test_a_file_is_not_named_like_standard_output(run: Run, indexed: Path, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "Who?", "article": "talks.txt", "quote": null}')
    for args in (["export", "-"], ["eval", "--report", "-", "q.jsonl"]):
        result = run(*args)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "- is no file's name: name one, such as " in result.stderr
    assert not (tmp_path / "-").exists()
    assert run("feedback", "export", "-").exit_code == 0, "it writes to standard output"
    assert not (tmp_path / "-").exists()


def test_a_library_goes_to_another_one_in_a_file(run: Run, indexed: Path, tmp_path: Path) -> None:
    assert run("export", "all.jsonl.gz").stdout == "1 articles exported, 0 opinions on answers\n"
    other = ["--data", str(tmp_path / "other")]
    assert "1 added, 0 changed" in run(*other, "import", "all.jsonl.gz").stdout
    assert run(*other, "ask", QUESTION).stdout == run("ask", QUESTION).stdout
    assert run(*other, "import", "talks.txt").exit_code == 3
