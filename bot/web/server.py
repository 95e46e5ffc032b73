"""Running the application on an address until a signal comes."""

import gc
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from bot.web.gate import is_loopback
from bot.web.keys import read_keys
from bot.web.logs import set_up_logs
from bot.web.protocol import BoundedProtocol
from index.errors import SettingsError
from index.library import Library
from index.settings import Settings

SHUTDOWN_SECONDS = 8
"""How long requests may take to finish at shutdown: container engines kill after 10."""

logger = logging.getLogger(__name__)


def serve(settings: Settings, host: str, port: int, make_app: Callable[[Library], ASGIApp]) -> None:
    """Serve until SIGINT or SIGTERM; requests under way then finish before the library closes.

    Args:
        settings: of the library, the keys and the logs.
        host, port: where to listen.
        make_app: gives the application over the library.

    Raises:
        SettingsError: the address cannot be listened on, or not without keys.
        LibraryError: the data directory cannot be used.
    """
    refuse_strangers(settings, host)
    with listen(host, port) as listener:
        set_up_logs(settings.log_level, settings.log_format)
        with Library.open(settings) as library:
            run_app(make_app(library), listener, settings)


def refuse_strangers(settings: Settings, host: str) -> None:
    """Refuse to listen where other machines reach, unless there are keys or it is wanted.

    Raises:
        SettingsError: there are no keys, and the address is not one of this machine alone.
    """
    if not read_keys(settings) and not settings.open and not is_loopback(host):
        raise SettingsError(
            f"without keys the server does not listen on {_shown(host)}",
            "set ARTICLEBOT_API_KEYS (`articlebot key` makes one), or ARTICLEBOT_OPEN=true to let"
            " everybody ask who reaches it",
        )


def run_app(app: ASGIApp, listener: socket.socket, settings: Settings) -> None:
    """Run an application on a socket that listens, whose address the log names; see `serve`."""
    host, port = listener.getsockname()[:2]
    logger.info("Serving on http://%s:%d", _shown(host), port)
    # uvicorn shuts down gracefully at a signal and then raises it again for what was there
    # before: this makes the process leave through the callers' `with`, as a success.
    previous = signal.signal(signal.SIGTERM, _exit)
    # The 100,000 objects of the imports last: going through them stops everybody for 20 ms.
    gc.freeze()
    try:
        with suppress(KeyboardInterrupt):
            uvicorn.Server(make_config(app, settings)).run(sockets=[listener])
    finally:
        signal.signal(signal.SIGTERM, previous)


def make_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Give how uvicorn is to run an application."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # RequestLog writes the line, with the request's id
        server_header=False,
        http=partial(BoundedProtocol, most=settings.connections),  # type: ignore[arg-type]  # made like a class
        # Whoever connects could name any address; a proxy's word counts where it is trusted.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def _exit(*_: object) -> NoReturn:
    raise SystemExit(0)


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address; port 0: any free one.

    Raises:
        SettingsError: it cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason = "ports go from 0 to 65535"
    if 0 <= port <= 65535:
        try:
            listener = socket.create_server((host, port), family=family, backlog=2048)
            # Connections inherit it. Head and body of an answer are sent apart: without this the
            # body waits 40 ms for the receipt of the head, at each request but the first.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return listener
        except OSError as error:
            # What Python adds repeats the address.
            reason = str(error.strerror or error).partition(" (while")[0]
    raise SettingsError(
        f"the server cannot listen on {_shown(host)}:{port}",
        f"{reason}; choose another with --host or --port",
    )


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
