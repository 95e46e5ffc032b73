"""Whether the program understands a command line, without running it."""

from typing import Any

import typer.main

from bot.cli.main import app


def parse_articlebot(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """Give a command's name and its parameters; raises click's usage error for a wrong line."""
    group: Any = typer.main.get_command(app)
    with group.make_context("articlebot", list(arguments)) as context:
        name, command, rest = group.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        with command.make_context(name, rest, parent=context) as inner:
            return str(name), dict(inner.params)
