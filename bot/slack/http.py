"""Slack's events over HTTP: verify the raw bytes, then hand them to Bolt."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CollectorRegistry
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect

from bot.slack.app import INSTALL, REDIRECT, build_app, check_token
from bot.slack.staff import Staff
from bot.slack.tokens import installs_itself, read_secret
from index.errors import ArticlebotError, SettingsError
from index.library import Library
from index.settings import Settings

log = logging.getLogger(__name__)

MAX_BODY = 1_000_000
"""Bytes of a request. Slack's events are a few thousand."""
NO_EVENT = "The request is not an event of Slack."


class SlackEvents:
    """The endpoint for Slack's events: mount `router`, `start()` it, `drain()` it at shutdown."""

    def __init__(self, staff: Staff, settings: Settings) -> None:
        """Take the bot token, the signing secret and the API's address from the settings.

        Raises:
            SettingsError: one of them is missing or cannot be used; names the key.
        """
        self._verifier = SignatureVerifier(read_secret(settings, "slack_signing_secret"))
        self._app = build_app(staff, settings)
        self._staff = staff
        self._checks_token = not installs_itself(settings)
        self._checking: asyncio.Task[None] | None = None
        self.router = APIRouter()
        self.router.add_api_route(
            "/slack/events", self._receive, methods=["POST"], include_in_schema=False
        )
        if flow := self._app.oauth_flow:
            for path, answer in (
                (INSTALL, flow.handle_installation),
                (REDIRECT, flow.handle_callback),
            ):
                self.router.add_api_route(
                    path, _page(answer), methods=["GET"], include_in_schema=False
                )

    def start(self) -> None:
        """Begin to work on what waits from before; try the token meanwhile."""
        self._staff.start()
        if self._checks_token:
            self._checking = asyncio.create_task(self._check())

    async def _check(self) -> None:
        """Tell whoever runs this that Slack will refuse answers; all else is served regardless."""
        try:
            await check_token(self._app.client)
        except SettingsError as error:
            log.warning("Nothing is answered in Slack: %s", error)
        except ArticlebotError as error:
            log.warning("%s", error)

    async def drain(self) -> None:
        """Accept nothing more and wait until everything acknowledged is answered."""
        if self._checking:
            self._checking.cancel()
        await self._staff.drain()

    async def _receive(self, request: Request) -> Response:
        body = await _read(request)
        if not self._is_signed(request, body):
            raise HTTPException(401, "The request is not signed by Slack, or is too old.")
        try:
            bolt_request = to_async_bolt_request(request, body)
        except (ValueError, TypeError, AttributeError, RecursionError):
            # Bolt parses the body and reads its fields while it makes its request object.
            raise HTTPException(400, NO_EVENT) from None
        if not isinstance(bolt_request.body.get("event", {}), dict):
            raise HTTPException(400, NO_EVENT)
        return to_starlette_response(await self._app.async_dispatch(bolt_request))

    def _is_signed(self, request: Request, body: bytes) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(request.headers))
        except (ValueError, TypeError, OverflowError):
            # A time that is no number, a signature that is not ASCII, a body that is not UTF-8.
            return False


def _page(
    answer: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        return to_starlette_response(await answer(to_async_bolt_request(request, b"")))

    return show


async def _read(request: Request) -> bytes:
    """Read a body, but no more than `MAX_BODY` of it."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise HTTPException(413, f"The request is over {MAX_BODY:,} bytes.")
    except ClientDisconnect:
        raise HTTPException(400, "The request ended early.") from None
    return bytes(body)


def http_events(
    library: Library, settings: Settings, registry: CollectorRegistry | None = None
) -> SlackEvents:
    """Give the endpoint for Slack's signed HTTP events, which are counted in `registry`.

    Raises:
        SettingsError: the bot token or the signing secret is missing; names the key.
    """
    return SlackEvents(Staff(library, registry=registry), settings)
