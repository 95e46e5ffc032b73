"""The commands `articlebot key` and `articlebot mcp`."""

import importlib.util
from typing import Annotated

import typer

from bot.cli_session import Session
from index.errors import UsageError


def make_key(
    write: Annotated[
        bool, typer.Option("--write", help="Let it add and remove articles, too.")
    ] = False,
) -> None:
    """Make a key for the HTTP API.

    The key is for whoever is to ask; the entry, from which nobody can tell the key, belongs into
    ARTICLEBOT_API_KEYS, commas between several.

    Examples:

    $ articlebot key
    $ articlebot key --write
    """
    from bot.keys import make_key as make

    made = make("write" if write else "read")
    typer.echo(f"key:   {made.key}\nentry: {made.entry}")


def serve_mcp(
    ctx: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Serve streamable HTTP at /mcp, not standard input.")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0: any free one.")
    ] = 8001,
) -> None:
    """Serve the Model Context Protocol: the tools ask, search and read_article.

    Needs the package `mcp`: pip install "articlebot[mcp]".

    Examples:

    $ articlebot mcp
    $ articlebot mcp --http --port 9000
    """
    if importlib.util.find_spec("mcp") is None:
        raise UsageError("the package mcp is not installed", 'run `pip install "articlebot[mcp]"`')
    from bot.mcp import run_http, run_stdio

    settings = ctx.ensure_object(Session).settings()
    if http:
        run_http(settings, host, port)
    else:
        run_stdio(settings)
