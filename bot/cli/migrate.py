"""The command `articlebot migrate`."""

import typer

from bot.cli.session import Session


def migrate(ctx: typer.Context) -> None:
    """Make or update the tables in the database of ARTICLEBOT_STORE.

    Needs the packages for it: pip install "articlebot\\[postgres]".

    Example:

    $ articlebot migrate
    """
    from index.stores.choice import open_server

    server = open_server(ctx.ensure_object(Session).settings())
    done = server.migrate(lambda version: typer.echo(f"version {version} of the tables is made"))
    if not done:
        typer.echo("the tables are up to date")
