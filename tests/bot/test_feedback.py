"""`articlebot feedback export`: from verdicts to a file that `articlebot eval` reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.answering.answer import ask
from bot.answering.query import Query
from bot.cli.main import app
from bot.cli.session import Session
from bot.slack.memory import Memory
from index.article import Article
from index.library import Library
from index.settings import Settings
from index.store import Feedback
from tests.fakes import answer_readily, open_library

TEXT = "Ada Brandt opened the tram line in Marl.\n\nThe ferry in Hollin was opened\nby Jo Lind.\n"


def run(library: Library, *arguments: object) -> Result:
    session = Session(open_library=open_library)
    data = ("--data", str(library.settings.data))
    return CliRunner().invoke(app, [*data, *map(str, arguments)], obj=session)


def judge(library: Library, question: str, *verdicts: tuple[str, str]) -> None:
    query = Query(question=question)
    answer = ask(library, query)
    memory = Memory(library.records)
    assert memory.keep(question, answer, query)
    for verdict, comment in verdicts:
        memory.judge(question, answer, verdict, comment)


@pytest.fixture
def town(library: Library) -> Library:
    library.add([Article("town", "Town", "town.txt", TEXT)])
    answer_readily(library)
    return library


def test_verdicts_become_questions_that_eval_reads(town: Library, tmp_path: Path) -> None:
    judge(town, "Who opened the tram line in Marl?", ("up", ""))
    judge(town, "Zebra quagga okapi?", ("up", ""))
    judge(
        town,
        "Who opened the tram line, the ferry?",
        ("up", ""),
        ("down", "was opened  by jo lind"),
        ("down", ""),
    )
    judge(town, "Who opened Marl?", ("down", ""))
    judge(town, "Who opened the line?", ("down", "nobody at all"))
    town.records.add_feedback(Feedback("gone?", "gone", "up", (("town", 0, 3),), "", "f"))
    file = tmp_path / "feedback.jsonl"
    done = run(town, "feedback", "export", file)
    assert done.exit_code == 0
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == [
        {
            "question": "Who opened the tram line in Marl?",
            "article": "town",
            "quote": "Ada Brandt opened the tram line in Marl.",
        },
        {"question": "Zebra quagga okapi?", "article": "town", "quote": None},
        {
            "question": "Who opened the tram line, the ferry?",
            "article": "town",
            "quote": "was opened\nby Jo Lind",
        },
    ]
    assert done.stderr.splitlines() == [
        "questions: 3",
        "passed over: 1, bad, but nobody said what is right",
        "passed over: 1, bad, and what is right stands in no article word for word",
        "passed over: 1, the answer is not kept any more",
    ]
    measured = run(town, "eval", "--index", "--json", file)
    assert measured.exit_code == 0, measured.output
    assert json.loads(measured.stdout)["n"] == 3
    assert run(town, "feedback", "export").stdout == file.read_text("utf-8")


def test_what_has_changed_is_passed_over(town: Library, tmp_path: Path) -> None:
    judge(town, "Who opened the tram line in Marl?", ("up", ""))
    town.add([Article("town", "Town", "town.txt", f"New. {TEXT}")])
    assert "the article has changed since" in run(town, "feedback", "export").stderr
    town.remove(["town"])
    done = run(town, "feedback", "export")
    assert "not in the index any more" in done.stderr
    assert done.stdout == ""
    refused = run(town, "feedback", "export", tmp_path / "no" / "such" / "file")
    assert refused.exit_code == 2
    assert "cannot be written" in refused.stderr


def test_nothing_to_export(library: Library) -> None:
    done = run(library, "feedback", "export")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "questions: 0\n")
    assert Settings(data=library.settings.data).data == library.settings.data
