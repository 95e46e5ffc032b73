"""The prompt, fed key by key through a real pipe."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.cli.prompt import HISTORY, answer_questions, open_session
from index.errors import UsageError

UP, CTRL_C, CTRL_D = "\x1b[A", "\x03", "\x04"


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


@pytest.fixture
def session(keys: PipeInput, tmp_path: Path) -> PromptSession[str]:
    return open_session(tmp_path, DummyOutput())


@pytest.mark.parametrize("leave", [CTRL_D, CTRL_C, "exit\r", "QUIT\r"])
def test_questions_are_answered_until_the_user_leaves(
    leave: str, keys: PipeInput, session: PromptSession[str]
) -> None:
    asked: list[str] = []
    keys.send_text(f"Who?\r\r   \r  When? \r{leave}")
    answer_questions(asked.append, session)
    assert asked == ["Who?", "When?"]


def test_an_error_is_told_and_the_prompt_goes_on(
    keys: PipeInput, session: PromptSession[str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def answer(question: str) -> None:
        asked.append(question)
        if question == "?":
            raise UsageError("the question has no words", "ask something")

    keys.send_text(f"?\rWho?\r{CTRL_D}")
    answer_questions(answer, session)
    assert asked == ["?", "Who?"]
    assert "articlebot: the question has no words: ask something\n" in capsys.readouterr().err


def test_ctrl_c_during_an_answer_leaves(keys: PipeInput, session: PromptSession[str]) -> None:
    def answer(question: str) -> None:
        raise KeyboardInterrupt

    keys.send_text("Who?\r")
    answer_questions(answer, session)


def test_the_history_is_kept_for_the_next_session_and_private(
    keys: PipeInput, session: PromptSession[str], tmp_path: Path
) -> None:
    asked: list[str] = []
    keys.send_text(f"Who raised concerns?\r{CTRL_D}")
    answer_questions(asked.append, session)
    file = tmp_path / HISTORY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    later = open_session(tmp_path, DummyOutput())
    keys.send_text(f"{UP}\r{CTRL_D}")
    answer_questions(asked.append, later)
    assert asked == ["Who raised concerns?"] * 2


def test_a_data_directory_that_cannot_be_written_costs_only_the_history(
    keys: PipeInput, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    asked: list[str] = []
    keys.send_text(f"Who?\r{CTRL_D}")
    answer_questions(asked.append, open_session(in_the_way, DummyOutput()))
    assert asked == ["Who?"]
