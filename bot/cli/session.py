"""What the commands share: the engine, the options before the command, the printing of JSON."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bot.cli.outcome import complain
from index.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from index.library import Library
    from index.settings import Settings

_ACTING = re.compile("[\x7f-\x9f\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069]")
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


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


def open_library(ctx: typer.Context) -> "Library":
    """Open the library that a command is about."""
    session = ctx.ensure_object(Session)
    return session.open_library(session.settings())


def tell_outdated(library: "Library") -> None:
    """Say on standard error where articles are better indexed again."""
    if library.is_outdated():
        complain(
            "some articles were read by an earlier version of the program: run `articlebot index`"
            " on their files again; they answer meanwhile"
        )


def read_input(limit: int, what: str) -> bytes:
    """Read standard input.

    Raises:
        UsageError: it has more bytes than the limit.
    """
    raw = sys.stdin.buffer.read(limit + 1)
    if len(raw) > limit:
        raise UsageError(f"{what} on standard input is too long")
    return raw


def read_day(text: str) -> date:
    """Read a day, however it is written.

    Raises:
        UsageError: it is none, only a month or a year, or could be two days, as 5/4/2017 could.
    """
    from index.reading.formats.document import parse_date

    day = parse_date(text)
    if day is None:
        raise UsageError(f"{text!r} is not a date, or could be two", "give it as 2017-07-28")
    return day


def print_json(text: str) -> None:
    """JSON is UTF-8 whatever the locale says; a lone surrogate becomes its JSON escape.

    So does, on a terminal, what would act on it instead of being shown: the controls from U+007F
    on, which JSON leaves as they are.
    """
    if sys.stdout.isatty():
        text = _ACTING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def check_name(file: Path, such_as: str) -> None:
    """Refuse a file whose name means standard output to other programs.

    Raises:
        UsageError: it does.
    """
    if str(file) == "-":
        raise UsageError("- is no file's name", f"name one, such as {such_as}")


def write_file(file: Path, text: str) -> None:
    """Write a file that a command was given; one that is new can be read by its owner alone.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"{file} cannot be written ({reason})", "name another") from None


def console(file: TextIO) -> "Console":
    from bot.cli.render import terminal

    return terminal(file)
