"""The commands that serve, and the keys for it: serve, slack, mcp, key."""

import importlib.util
import sys
from typing import Annotated

import typer

from bot.cli.outcome import FAILED
from bot.cli.session import Session, console
from index.errors import UsageError

HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0: any free one.")
]


def serve(
    ctx: typer.Context,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
) -> None:
    """Answer over HTTP, and in Slack when its tokens are set.

    Examples:

    $ articlebot serve
    $ articlebot serve --host 0.0.0.0 --port 80
    """
    from bot.slack.events import find_events
    from bot.web.app import create_app
    from bot.web.server import serve as serve_http

    settings = ctx.ensure_object(Session).settings()
    serve_http(settings, host, port, lambda library: create_app(library, settings, find_events))


def slack(
    ctx: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Ask Slack about the tokens and scopes, and end.")
    ] = False,
    metrics_port: Annotated[
        int | None,
        typer.Option("--metrics-port", min=0, max=65535, help="Serve metrics on 127.0.0.1."),
    ] = None,
) -> None:
    """Answer in Slack through Socket Mode.

    No public address is needed.
    Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN first; `--check` tries them.
    """
    settings = ctx.ensure_object(Session).settings()
    if check:
        from bot.cli.doctor import print_check
        from bot.slack.check import check as examine

        states = [print_check(each, console(sys.stdout)) for each in examine(settings)]
        if not all(states):
            raise typer.Exit(FAILED)
        return
    from bot.slack.app import run_socket_mode

    run_socket_mode(settings, metrics_port)


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
    from bot.web.keys import make_key as make

    made = make("write" if write else "read")
    typer.echo(f"key:   {made.key}\nentry: {made.entry}")


def serve_mcp(
    ctx: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Serve streamable HTTP at /mcp, not standard input.")
    ] = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8001,
) -> None:
    """Serve the Model Context Protocol: the tools ask, search and read_article.

    Needs the package `mcp`: pip install "articlebot\\[mcp]".

    Examples:

    $ articlebot mcp
    $ articlebot mcp --http --port 9000
    """
    if importlib.util.find_spec("mcp") is None:
        raise UsageError("the package mcp is not installed", 'run `pip install "articlebot[mcp]"`')
    from bot.mcp import http_app, run_stdio

    settings = ctx.ensure_object(Session).settings()
    if http:
        from bot.web.guard import guard
        from bot.web.server import serve as serve_http

        serve_http(settings, host, port, lambda library: guard(http_app(library), settings))
    else:
        run_stdio(settings)
