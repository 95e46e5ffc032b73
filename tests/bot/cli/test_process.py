"""The program as a process: what it imports, and where its output goes."""

import os
import subprocess
import sys
from pathlib import Path

from bot.answering.answer import Answer
from tests.bot.cli.program import ARTICLE, FAKE, FAKED, QUESTION, UNRELATED, process


def test_help_teaches_with_examples_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom bot.cli.main import main\n"
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
    readers = {"trafilatura", "lxml", "pypdfium2", "docx", "feedparser", "httpx", "yaml"}
    assert not imported & (readers | {"dateparser", "lemminflect", "charset_normalizer"})


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
