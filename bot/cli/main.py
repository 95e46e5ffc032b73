"""The command line: it translates arguments to calls and answers to text and exit codes.

Exit codes: 0 answered, 1 not found in the articles, 2 wrong usage, 3 anything else, 130 Ctrl-C.
Results go to standard output, everything else to standard error. Each command imports what it
uses when it runs, so that asking does not wait for a web server's or a trainer's libraries.
"""

import io
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.cli import library
from bot.cli.evaluation import calibrate, evaluate
from bot.cli.feedback import feedback
from bot.cli.inspect import inspect
from bot.cli.migrate import migrate
from bot.cli.outcome import FAILED, NOT_FOUND, OutcomeGroup
from bot.cli.serve import make_key, serve, serve_mcp, slack
from bot.cli.session import (
    JsonOption,
    Session,
    console,
    open_library,
    print_json,
    read_day,
    read_input,
    tell_outdated,
)
from index.errors import UsageError

if TYPE_CHECKING:
    from bot.answering.answer import Answer
    from index.library import Library

MAX_INPUT = 65_536
"""Bytes read from standard input, at most: far more than the longest question."""


app = typer.Typer(
    cls=OutcomeGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"articlebot {version('articlebot')}")
        raise typer.Exit


@app.callback(
    epilog="Exit codes: 0 answered, 1 not found in the articles, 2 wrong usage, 3 anything else."
)
def articlebot(
    ctx: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Data directory (ARTICLEBOT_DATA)."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Answer questions from articles, each answer quoted word for word with its source.

    Index articles once, then ask:

    $ articlebot index seeds
    $ articlebot ask "Who raised concerns?"

    `articlebot COMMAND --help` tells more, with examples.
    """
    session = ctx.ensure_object(Session)
    if data is not None:
        session.options["data"] = data


@app.command()
def ask(
    ctx: typer.Context,
    question: Annotated[
        str | None,
        typer.Argument(metavar="QUESTION", help='The question; "-": from standard input.'),
    ] = None,
    as_json: JsonOption = False,
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, max=20, help="Passages to show, at most.")
    ] = None,
    article: Annotated[
        str | None,
        typer.Option("--article", metavar="ID", help="Search only the article with this id."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="First day of publication.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Last day of publication.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="TEXT", help="Search only sources that contain this."),
    ] = None,
    any_date: Annotated[
        bool, typer.Option("--any-date", help='Do not limit by "since 2017" in the question.')
    ] = False,
    conversation: Annotated[
        str | None,
        typer.Option("--conversation", metavar="NAME", help="Follow up what was asked under it."),
    ] = None,
) -> None:
    """Answer a question; without one, prompt for questions.

    At the prompt, and in a conversation, a question may follow up the ones before.

    Examples:

    $ articlebot ask "Who raised concerns?"
    $ articlebot ask --top-k 1 --json "When did the talks begin?"
    $ echo "Who raised concerns?" | articlebot ask -
    $ articlebot ask --since 2017-03-01 --source tass "Who raised concerns?"
    $ articlebot ask
    """
    if question is None and not sys.stdin.isatty():
        ctx.fail('Missing QUESTION: give one, or "-" to read it from standard input.')
    if question == "-":
        question = _read_question()
    limits = {
        "top_k": top_k,
        "article": article,
        "since": read_day(since) if since else None,
        "until": read_day(until) if until else None,
        "source": source,
        "dates": not any_date,
        "conversation": conversation,
    }
    with open_library(ctx) as library:
        library.models.load_ahead()
        tell_outdated(library)

        def answer(text: str, **more: str) -> bool:
            found = _answer(library, limits | more | {"question": text})
            _print_answer(library, found, as_json)
            return found.found

        if question is None:
            _prompt(library, answer, conversation)
        elif not answer(question):
            raise typer.Exit(NOT_FOUND)


def _prompt(library: "Library", answer: "Callable[..., bool]", conversation: str | None) -> None:
    """Answer questions in one conversation, which is forgotten at the end unless it has a name."""
    from prompt_toolkit.output import create_output

    from bot.cli.prompt import answer_questions, open_session

    library.warm()
    # Answers alone go to standard output, so that they can be piped.
    prompt = open_session(library.settings.data, create_output(stdout=sys.stderr))
    name = conversation or f"prompt-{secrets.token_urlsafe(9)}"
    try:
        answer_questions(lambda question: answer(question, conversation=name), prompt)
    finally:
        if conversation is None:
            library.records.delete_conversation(name)


for _command in (library.index, library.articles, library.show, library.remove):
    app.command()(_command)
app.command()(inspect)
app.command()(migrate)
app.command("export")(library.export_library)
app.command("import")(library.import_library)


@app.command()
def forget(
    ctx: typer.Context,
    conversation: Annotated[str, typer.Argument(metavar="NAME", help="The conversation's name.")],
) -> None:
    """Delete a conversation: its questions and what was quoted.

    Example:

    $ articlebot forget NAME
    """
    with open_library(ctx) as library:
        if not library.records.delete_conversation(conversation):
            raise UsageError(f"there is no conversation {conversation!r}", "it may have expired")


app.command()(serve)
app.command()(slack)


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Check model, index, settings and Slack tokens; tell what to do."""
    from bot.cli.doctor import report

    session = ctx.ensure_object(Session)
    given = frozenset(session.options)
    if not report(session.settings, given, session.open_library, console(sys.stdout)):
        raise typer.Exit(FAILED)


app.command("eval")(evaluate)
app.command()(calibrate)
app.command("key")(make_key)
app.command("mcp")(serve_mcp)
app.add_typer(feedback, name="feedback")


def main(session: Session | None = None) -> None:
    """Run the program; what cannot be encoded for the terminal is replaced, never an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app(prog_name="articlebot", obj=session)


def _answer(library: "Library", query: dict[str, Any]) -> "Answer":
    from pydantic import ValidationError

    from bot.answering.answer import ask
    from bot.answering.query import Query
    from bot.faults import describe_fault

    try:
        checked = Query.model_validate(query)
    except ValidationError as error:  # an argument that is not UTF-8 has lone surrogates
        first = error.errors()[0]
        named = f"the {first['loc'][0]} cannot be used"
        raise UsageError(
            named, describe_fault({**first, "loc": ("query", *first["loc"])})
        ) from None
    return ask(library, checked)


def _read_question() -> str:
    try:
        return read_input(MAX_INPUT, "the question").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("the question on standard input is not UTF-8 text") from None


def _print_answer(library: "Library", answer: "Answer", as_json: bool) -> None:
    if as_json:
        print_json(answer.model_dump_json(indent=2))
    else:
        from bot.answering.answer import title_copies
        from bot.cli.render import print_answer

        print_answer(answer, console(sys.stdout), title_copies(library, answer))


def run() -> NoReturn:
    """Run the program as a process of its own, which then ends at once.

    Nothing is open any more when a command has ended. To take all down that it has loaded takes
    the interpreter 0.15 s, a sixth of a question; the system does it in no time.
    """
    code: object = None
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else FAILED)


if __name__ == "__main__":
    run()
