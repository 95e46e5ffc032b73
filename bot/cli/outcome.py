"""How a command ends: its exit code, and one sentence on standard error when it fails."""

import os
import sys
import traceback
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from index.errors import ArticlebotError, UsageError

NOT_FOUND = 1
WRONG_USAGE = 2
"""Typer gives the same code to unknown options and missing arguments."""
FAILED = 3
INTERRUPTED = 130
CLOSED_PIPE = 141
"""What a shell gives to a program that ends because its reader has gone (128 + SIGPIPE)."""


class OutcomeGroup(TyperGroup):
    """The outermost layer: turns whatever a command raises into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (typer.Exit, typer.TyperException):
            raise
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _close_quietly()
            raise typer.Exit(CLOSED_PIPE) from None
        except Exception as error:  # noqa: BLE001 - no user is to meet a traceback unasked
            if ctx.params.get("debug"):
                traceback.print_exception(error)
            complain(_describe(error))
            if isinstance(error, OSError):  # a full disk, say: the rest would fail again
                _close_quietly()
            code = WRONG_USAGE if isinstance(error, UsageError) else FAILED
            raise typer.Exit(code) from None
        return result


def complain(message: str) -> None:
    """Say one sentence on standard error; what it quotes cannot act on the terminal."""
    from bot.wording import one_line

    typer.echo(f"articlebot: {one_line(message)}", err=True)


def _describe(error: Exception) -> str:
    if isinstance(error, ArticlebotError):
        return str(error)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"something unexpected went wrong ({said}); `articlebot --debug ...` shows where"


def _close_quietly() -> None:
    """Send what is still buffered nowhere; else Python complains about it when it exits."""
    with suppress(OSError):  # a standard output that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
