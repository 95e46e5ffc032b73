"""The Slack edge: the app, its settings, and Socket Mode; `bot.slack.http` has HTTP events."""

import asyncio
import contextlib
import logging
import os
import re
import signal
from collections.abc import Awaitable, Iterator
from typing import Any

import aiohttp
from prometheus_client import CollectorRegistry, start_http_server
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack import scopes
from bot.slack.installations import STATE_LIFE, Installations, States
from bot.slack.post import UNREADABLE, error_code
from bot.slack.staff import Staff
from bot.slack.tokens import APP_PAGE, installs_itself, read_secret
from index.errors import ArticlebotError, EmptyLibraryError, SettingsError
from index.library import Library
from index.settings import Settings
from index.store import Records

log = logging.getLogger(__name__)

API_URL = "https://slack.com/api/"
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_TROUBLES = (
    "ratelimited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    UNREADABLE,
)
"""Of Slack's errors, those that say nothing of a token."""
_BOLT_VARIABLES = (
    "SLACK_CLIENT_ID",  # with the secret: Bolt would switch to OAuth and drop the token
    "SLACK_CLIENT_SECRET",
    "SLACK_BOT_TOKEN",  # Bolt would warn that it does not use it: the client carries the token
)


def build_app(staff: Staff, settings: Settings) -> AsyncApp:
    """Give a Bolt app for those who answer.

    Raises:
        SettingsError: the bot token or the address cannot be used.
    """
    secret = settings.slack_signing_secret
    options: dict[str, Any] = {
        "name": "articlebot",
        "client": web_client(settings),
        "signing_secret": secret.get_secret_value().strip() if secret else "",
    }
    with _without_environment(_BOLT_VARIABLES):
        if installs_itself(settings):
            options |= _installation(settings, staff.records)
        app = AsyncApp(**options)
    if installs_itself(settings):
        app.enable_token_revocation_listeners()
    staff.register(app)
    return app


def _installation(settings: Settings, records: Records) -> dict[str, Any]:
    """Give what the app needs to be installed in many workspaces."""
    public, store = settings.public_url, Installations(records)
    oauth = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=read_secret(settings, "slack_client_secret"),
        scopes=[*scopes.NEEDED, *(scopes.FOR_FILES if settings.slack_editors else ())],
        user_scopes=[],
        redirect_uri=f"{public.rstrip('/')}{REDIRECT}" if public else None,
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        installation_store=store,
        installation_store_bot_only=True,
        state_store=States(records),
        state_expiration_seconds=int(STATE_LIFE.total_seconds()),
    )
    return {
        "oauth_settings": oauth,
        "installation_store": store,
        "installation_store_bot_only": True,
    }


def run_socket_mode(settings: Settings, metrics_port: int | None = None) -> None:
    """Answer over Socket Mode until SIGINT or SIGTERM; then finish what was accepted.

    With a port, metrics are served on it, to this machine alone.

    Raises:
        SettingsError: a token is missing or refused by Slack; names the key.
        ArticlebotError: the library cannot be opened, or Slack cannot be reached.
    """
    for key in (
        "slack_client_secret" if installs_itself(settings) else "slack_bot_token",
        "slack_app_token",
    ):
        read_secret(settings, key)
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    registry = CollectorRegistry()
    with Library.open(settings) as library, _serving_metrics(registry, metrics_port):
        asyncio.run(_run(library, settings, registry))


@contextlib.contextmanager
def _serving_metrics(registry: CollectorRegistry, port: int | None) -> Iterator[None]:
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, "127.0.0.1", registry)
    except OSError as error:
        raise SettingsError(
            f"metrics cannot be served on port {port} ({error.strerror or error})",
            "choose another with --metrics-port",
        ) from None
    log.info("Metrics on http://127.0.0.1:%d/metrics", server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _run(
    library: Library, settings: Settings, registry: CollectorRegistry | None = None
) -> None:
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises instead
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await asyncio.to_thread(library.warm)
    except EmptyLibraryError as error:  # articles may still come; until then users are told
        log.warning("%s", error)
    await serve_socket_mode(Staff(library, registry=registry), settings, stop)


async def serve_socket_mode(staff: Staff, settings: Settings, stop: asyncio.Event) -> None:
    """Answer over Socket Mode until `stop` is set; then finish what was accepted.

    Raises:
        SettingsError: a token is missing or refused by Slack; names the key.
        ArticlebotError: Slack cannot be reached.
    """
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

    token = read_secret(settings, "slack_app_token")
    app = build_app(staff, settings)
    if not installs_itself(settings):
        await check_token(app.client)
    opened = await ask_slack("SLACK_APP_TOKEN", app.client.apps_connections_open(app_token=token))
    handler = AsyncSocketModeHandler(app, token)
    handler.client.wss_uri = opened["url"]
    staff.start()
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # Bolt's
    try:
        await stop.wait()
        await staff.drain()
    finally:
        connecting.cancel()  # where Slack's link never answered
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt's


def web_client(settings: Settings) -> AsyncWebClient:
    """Give a client of Slack's API; it waits where Slack asks for it, and repeats nothing else.

    Raises:
        SettingsError: the bot token or the address cannot be used.
    """
    url = (settings.slack_api_url or API_URL).strip()  # the client adds a missing last slash
    if not re.fullmatch(r"https?://[^/\s]+(/\S*)?", url):
        raise SettingsError(f"SLACK_API_URL cannot be {url!r}", f"the usual one is {API_URL}")
    return AsyncWebClient(
        token=None if installs_itself(settings) else read_secret(settings, "slack_bot_token"),
        base_url=url,
        retry_handlers=[
            # Only what never reached Slack is sent again: nothing is posted twice.
            AsyncConnectionErrorRetryHandler(error_types=[aiohttp.ClientConnectorError]),
            AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        ],
    )


@contextlib.contextmanager
def _without_environment(names: tuple[str, ...]) -> Iterator[None]:
    """Hide variables that Bolt reads by itself, whatever it is given."""
    hidden = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


async def check_token(client: AsyncWebClient) -> None:
    """Ask Slack whether it takes the bot token.

    Raises:
        SettingsError: Slack refuses it; names the key.
        ArticlebotError: Slack cannot be reached.
    """
    await ask_slack("SLACK_BOT_TOKEN", client.auth_test())


async def ask_slack(key: str, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Give what Slack answers to a call with the token of a setting.

    Raises:
        SettingsError: Slack refuses it; names the key.
        ArticlebotError: Slack cannot be reached, or has trouble of its own.
    """
    try:
        return await call
    except SlackApiError as error:
        code = error_code(error)
        if code in _TROUBLES or getattr(error.response, "status_code", 0) >= 500:
            raise ArticlebotError(
                f"Slack does not answer as it should ({code})",
                "try again later, and check SLACK_API_URL if it is set",
            ) from None
        raise SettingsError(
            f"Slack does not accept {key} ({code})", f"copy it once more from {APP_PAGE}"
        ) from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ArticlebotError(
            f"Slack cannot be reached ({type(error).__name__})",
            "check the network, and SLACK_API_URL if it is set",
        ) from None
