"""The command line: it translates arguments to calls and answers to text and exit codes.

Exit codes: 0 answered, 1 not found in the articles, 2 wrong usage, 3 anything else, 130 Ctrl-C.
Results go to standard output, everything else to standard error. Each command imports what it
uses when it runs, so that asking does not wait for a web server's or a trainer's libraries.
"""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bot.cli_eval import evaluate
from bot.outcome import FAILED, INTERRUPTED, NOT_FOUND, OutcomeGroup, complain
from index.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.answer import Answer
    from index.library import Library
    from index.settings import Settings

MAX_INPUT = 65_536
"""Bytes read from standard input, at most: far more than the longest question."""


def _open_library(settings: "Settings") -> "Library":
    from index.library import Library

    return Library.open(settings)


@dataclass(slots=True)
class Session:
    """What a run of the program works with: the engine, and the options before the command."""

    open_library: "Callable[[Settings], Library]" = _open_library
    options: dict[str, Any] = field(default_factory=dict)

    def settings(self) -> "Settings":
        from index.settings import load_settings

        return load_settings(**self.options)


app = typer.Typer(
    cls=OutcomeGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


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
) -> None:
    """Answer a question; without one, prompt for questions.

    Examples:

    $ articlebot ask "Who raised concerns?"
    $ articlebot ask --top-k 1 --json "When did the talks begin?"
    $ echo "Who raised concerns?" | articlebot ask -
    $ articlebot ask
    """
    session = ctx.ensure_object(Session)
    if question is None and not sys.stdin.isatty():
        ctx.fail('Missing QUESTION: give one, or "-" to read it from standard input.')
    if question == "-":
        question = _read_question()
    settings = session.settings()

    def answer(text: str) -> bool:
        found = _answer(library, text, top_k, article)
        _print_answer(found, as_json)
        return found.found

    with session.open_library(settings) as library:
        if question is None:
            from prompt_toolkit.output import create_output

            from bot.prompt import answer_questions, open_session

            library.warm()
            # Answers alone go to standard output, so that they can be piped.
            output = create_output(stdout=sys.stderr)
            answer_questions(answer, open_session(settings.data, output))
        elif not answer(question):
            raise typer.Exit(NOT_FOUND)


@app.command()
def index(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Files, and folders of files.")
    ],
) -> None:
    """Add articles; what has not changed is passed over.

    Examples:

    $ articlebot index seeds
    $ articlebot index news/ report.html
    """
    from bot.progress import IndexProgress
    from bot.render import one_line

    session = ctx.ensure_object(Session)
    console = _console(sys.stderr)
    with session.open_library(session.settings()) as library, IndexProgress(console) as progress:
        try:
            report = library.index(paths, progress.show)
        except KeyboardInterrupt:
            complain("interrupted: what was done is kept, the same command goes on from there")
            raise typer.Exit(INTERRUPTED) from None
    for failure in report.failed:
        console.print(f"failed: {one_line(str(failure))}", soft_wrap=True)
    counts = f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged"
    typer.echo(f"{counts}, {len(report.failed)} failed ({report.sentences} sentences)")
    if report.failed:
        raise typer.Exit(FAILED)


@app.command()
def articles(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the indexed articles.

    A table on a terminal, tab-separated lines in a pipe.

    Examples:

    $ articlebot articles
    $ articlebot articles --json
    """
    from dataclasses import asdict

    from bot.render import print_articles

    session = ctx.ensure_object(Session)
    with session.open_library(session.settings()) as library:
        found = library.articles()
    if as_json:
        rows = [asdict(article) for article in found]
        _print_json(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
    elif found:
        print_articles(found, _console(sys.stdout))
    else:
        complain("no articles yet: run `articlebot index PATH`")


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0: any free one.")
    ] = 8000,
) -> None:
    """Answer over HTTP, and in Slack when its tokens are set.

    Examples:

    $ articlebot serve
    $ articlebot serve --host 0.0.0.0 --port 80
    """
    from bot.web import serve as serve_http

    serve_http(ctx.ensure_object(Session).settings(), host, port)


@app.command()
def slack(ctx: typer.Context) -> None:
    """Answer in Slack through Socket Mode.

    No public address is needed.
    Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN first; `articlebot doctor` checks them.
    """
    from bot.slack import run_socket_mode

    run_socket_mode(ctx.ensure_object(Session).settings())


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Check model, index, settings and Slack tokens; tell what to do."""
    from bot.doctor import report

    session = ctx.ensure_object(Session)
    given = frozenset(session.options)
    if not report(session.settings, given, session.open_library, _console(sys.stdout)):
        raise typer.Exit(FAILED)


app.command("eval")(evaluate)


def main(session: Session | None = None) -> None:
    """Run the program; what cannot be encoded for the terminal is replaced, never an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app(prog_name="articlebot", obj=session)


def _answer(library: "Library", question: str, top_k: int | None, article: str | None) -> "Answer":
    from pydantic import ValidationError

    from bot.answer import Query, ask

    try:
        query = Query(question=question, top_k=top_k, article=article)
    except ValidationError as error:  # an argument that is not UTF-8 has lone surrogates
        first = error.errors()[0]
        raise UsageError(f"the {first['loc'][0]} cannot be used", first["msg"]) from None
    return ask(library, query)


def _read_question() -> str:
    raw = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(raw) > MAX_INPUT:
        raise UsageError("the question on standard input is too long")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("the question on standard input is not UTF-8 text") from None


def _print_answer(answer: "Answer", as_json: bool) -> None:
    if as_json:
        _print_json(answer.model_dump_json(indent=2))
    else:
        from bot.render import print_answer

        print_answer(answer, _console(sys.stdout))


def _print_json(text: str) -> None:
    """JSON is UTF-8 whatever the locale says; a lone surrogate becomes its JSON escape."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def _console(file: TextIO) -> "Console":
    from bot.render import terminal

    return terminal(file)


if __name__ == "__main__":
    main()
