"""The seed article with the real model: what is answered, what is not, and what is loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answering.answer import Answer, ask
from bot.answering.query import Query
from index.library import Library
from index.settings import Settings
from tests.conftest import ROOT

HEAVY = ("torch", "transformers", "sentence_transformers", "fastapi", "slack_bolt", "uvicorn")

FURNITURE = (
    *("Listen Live", "Get short URL", "04:27", "Military & Intelligence", "Community standards"),
    *(
        "Money Talks",
        "Western Plan",
        "How NATO Can Benefit",
        "Western Policy of",
        "talks, security",
    ),
)


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "ARTICLEBOT_DATA": str(settings.data),
        "ARTICLEBOT_CACHE": str(settings.cache),
        "ARTICLEBOT_RERANKER": settings.reranker,
    }


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "question",
    ["Who raised concerns?", "who raised concerns", "Who has raised concerns about the deal?"],
)
def test_those_who_raised_concerns_are_found(real_library: Library, question: str) -> None:
    answer = ask(real_library, Query(question=question))
    assert answer.found
    assert len(answer.passages) == 3
    quotes = " ".join(passage.citation.quote for passage in answer.passages).replace("\u00a0", " ")
    assert any(name in quotes for name in ("Dunford", "Mattis", "NATO allies"))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Why does Turkey want to buy the S-400?", "a real threat exists to its security"),
        ("Since when have the talks on the S-400 taken place?", "since 2016"),
        ("What is the S-400 Triumph?", "next-generation mobile surface-to-air missile system"),
        ("Who is the CEO of Rostec?", "Sergei Chemezov"),
        ("What did Dunford say of Turkey buying the S-400 from Russia?", "would be concerning"),
    ],
)
def test_the_story_answers(real_library: Library, question: str, told: str) -> None:
    answer = ask(real_library, Query(question=question))
    assert answer.found
    quotes = " ".join(passage.citation.quote for passage in answer.passages)
    assert told in quotes.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France?", "Who won the football match?", "How do I bake bread?"],
)
def test_what_the_articles_do_not_tell_is_not_answered(
    real_library: Library, question: str
) -> None:
    answer = ask(real_library, Query(question=question))
    assert not answer.found
    assert answer.passages == ()
    assert 0 < len(answer.closest) <= 3


@pytest.mark.parametrize(
    "question",
    [
        "Listen Live",
        "Get short URL",
        "Why is the US concerned over the Russia-Turkey S-400 deal?",
        "How can NATO benefit from the Russia-Turkey S-400 deal?",
        "Which Western plan in the Mideast does Turkey need a shield against?",
        "community standards discussion",
    ],
)
def test_the_furniture_never_answers(real_library: Library, question: str) -> None:
    answer = ask(real_library, Query(question=question, top_k=20))
    for passage in answer.passages or answer.closest:
        text = passage.text.replace("\u00a0", " ")
        assert not any(piece in text for piece in FURNITURE)


def test_the_command_line_gives_the_same_answer(
    real_settings: Settings, real_library: Library
) -> None:
    done = run(real_settings, "-m", "bot.cli.main", "ask", "--json", "Who raised concerns?")
    assert done.returncode == 0, done.stderr
    told = Answer.model_validate_json(done.stdout)
    here = ask(real_library, Query(question="Who raised concerns?"))
    assert told.model_copy(update={"took_ms": 0.0}) == here.model_copy(update={"took_ms": 0.0})


_LOADED = """
import json, sys
from pathlib import Path
{}
print(json.dumps([name for name in sys.argv[1].split(",") if name in sys.modules]))
"""

_ASK = """
from bot.answering.query import Query
from bot.answering.answer import ask
from index.library import Library
from index.settings import load_settings
with Library.open(load_settings()) as library:
    assert ask(library, Query(question="Who raised concerns?")).found
"""

_INDEX = """
from index.library import Library
from index.settings import load_settings
with Library.open(load_settings()) as library:
    assert library.index([Path("seeds")]).failed == ()
"""

_COMMAND = """
from contextlib import suppress
from bot.cli.main import main
arguments, sys.argv[1:] = sys.argv[1], ["ask", "Who raised concerns?"]
with suppress(SystemExit):
    main()
sys.argv[1:] = [arguments]
"""

_IMPORT = "import bot.answering.answer, bot.cli.main, index.library, index.models.export"


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(_IMPORT, id="importing"),
        pytest.param(_INDEX, id="indexing"),
        pytest.param(_ASK, id="asking"),
        pytest.param(_COMMAND, id="the command"),
    ],
)
def test_nothing_heavy_is_loaded(real_settings: Settings, tmp_path: Path, program: str) -> None:
    settings = real_settings
    if program == _INDEX:
        settings = real_settings.model_copy(update={"data": tmp_path / "data"})
    done = run(settings, "-c", _LOADED.format(program), ",".join(HEAVY))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
