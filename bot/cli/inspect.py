"""What would be read of a file or an address, shown before anything is stored."""

import sys
from typing import Annotated

import typer

from bot.cli.library import find_source, say
from bot.cli.outcome import FAILED
from bot.cli.session import Session, console


def inspect(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help='A file, folder or URL; "-": standard input.')
    ],
) -> None:
    """Show what would be read of a source; nothing is stored.

    Each paragraph with what it is: body, heading, item, caption, code, table, question, or
    furniture, which never answers. Before them title, author, date, language and warnings.

    Examples:

    $ articlebot inspect report.docx
    $ articlebot inspect https://example.org/visit
    """
    from bot.cli.kinds import print_kinds
    from index.errors import SourceError
    from index.reading.limits import Limits
    from index.reading.preview import preview
    from index.reading.read import AS_FOUND

    failed = shown = False
    limits = Limits.of(ctx.ensure_object(Session).settings())
    for parsed in preview(find_source(source), AS_FOUND, limits):
        if isinstance(parsed, SourceError):
            failed = True
            say(f"failed: {parsed}")
            continue
        out = console(sys.stdout)
        if shown:
            out.print()
        print_kinds(parsed, out)
        shown = True
    if failed:
        raise typer.Exit(FAILED)
