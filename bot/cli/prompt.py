"""The interactive prompt: one question a line, with history, until Ctrl-D or Ctrl-C."""

from collections.abc import Callable
from pathlib import Path

import typer
from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.output import Output

from bot.cli.outcome import complain
from index.errors import ArticlebotError

HISTORY = "history"
"""Name of the history file in the data directory."""
_GOODBYES = {"exit", "quit"}


def open_session(data: Path, output: Output) -> PromptSession[str]:
    """Open a prompt that reads the terminal and writes to `output`.

    Questions are private: the history is readable by its owner alone. Where the data directory
    cannot be written, the history lasts as long as the session.
    """
    return PromptSession(
        message="Question: ",
        history=_open_history(data / HISTORY),
        auto_suggest=AutoSuggestFromHistory(),
        output=output,
    )


def answer_questions(answer: Callable[[str], object], session: PromptSession[str]) -> None:
    """Hand each question to `answer` until the user leaves; empty lines are passed over.

    An error is told, and the next question may fare better.
    """
    typer.echo("Ask about the articles; Ctrl-D leaves.", err=True)
    while True:
        try:
            question = session.prompt().strip()
            if question.lower() in _GOODBYES:
                return
            if question:
                answer(question)
        except ArticlebotError as error:
            complain(str(error))
        except (EOFError, KeyboardInterrupt):
            return


def _open_history(path: Path) -> History:
    try:
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))
