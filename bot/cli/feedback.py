"""The command `articlebot feedback export`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.session import open_library, print_json, write_file

feedback = typer.Typer(no_args_is_help=True, help="Export what people think of answers.")


@feedback.callback()
def _feedback() -> None:
    """Export what people think of answers."""


@feedback.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to write; default: standard output."),
    ] = None,
) -> None:
    """Write feedback as a file of questions for `articlebot eval --index`.

    A good answer's first sentence is right. After a bad one, right is what somebody said to be
    right, where it stands in an article word for word.

    Examples:

    $ articlebot feedback export feedback.jsonl
    $ articlebot eval --index feedback.jsonl
    """
    from bot.feedback import export_feedback

    with open_library(ctx) as library:
        exported = export_feedback(library)
    lines = [json.dumps(entry, ensure_ascii=False) for entry in exported.entries]
    if file is None or str(file) == "-":
        if lines:
            print_json("\n".join(lines))
    else:
        write_file(file, "".join(f"{line}\n" for line in lines))
    typer.echo(f"questions: {len(lines)}", err=True)
    for reason, count in exported.passed_over.items():
        typer.echo(f"passed over: {count}, {reason}", err=True)
