"""Messages sent: no faster than Slack lets them be, as text alone where it refuses the blocks."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.blocks import Message
from bot.slack.order import Pace

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 1.1
"""Between two messages in a channel: Slack lets one a second, as it counts at its own end."""
UNREADABLE = "unreadable reply"
STATUS = "is reading the articles…"
REACTION = "hourglass_flowing_sand"
STATUS_SECONDS = 3.0
"""How long a status may take; the answer does not wait for it."""
_REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}


class Outbox:
    """Posts and updates messages. For use in one event loop."""

    def __init__(self) -> None:
        self._pace = Pace(SECONDS_BETWEEN)

    def hurry(self) -> None:
        """Post what waits at once: the process is about to end. Slack's own limit is kept to."""
        self._pace.hurry()

    async def post(
        self, client: AsyncWebClient, channel: str, thread: str | None, message: Message
    ) -> str:
        """Post a message in its turn; gives its `ts`. Raises SlackApiError."""
        await self._pace.wait(channel)

        async def send(**blocks: Any) -> AsyncSlackResponse:
            return await client.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                text=message.text,
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
                **blocks,
            )

        return str((await _send(send, message))["ts"])

    async def update(self, client: AsyncWebClient, channel: str, ts: str, message: Message) -> None:
        """Put a message in place of one that was posted. Raises SlackApiError."""

        async def send(**blocks: Any) -> AsyncSlackResponse:
            return await client.chat_update(channel=channel, ts=ts, text=message.text, **blocks)

        await _send(send, message, without={"blocks": []})


async def _send(
    send: Callable[..., Awaitable[AsyncSlackResponse]],
    message: Message,
    without: dict[str, Any] | None = None,
) -> AsyncSlackResponse:
    try:
        return await send(blocks=[block.to_dict() for block in message.blocks])
    except SlackApiError as error:
        if error_code(error) not in _REFUSED_BLOCKS:
            raise
        log.warning("Slack refuses the blocks of an answer (%s): text only", error_code(error))
        return await send(**without or {})


@asynccontextmanager
async def working(
    client: AsyncWebClient, channel: str, ts: str, thread: str
) -> AsyncIterator[None]:
    """Show that a message is being worked on: by a status, else by a reaction, else not at all.

    Args:
        client: of the workspace; its retries are not used, as this is not worth waiting for.
        channel: where the message is.
        ts: of the message.
        thread: in which it is answered.
    """
    quick = AsyncWebClient(
        token=client.token, base_url=client.base_url, timeout=5, retry_handlers=[]
    )
    showing = asyncio.create_task(_show(quick, channel, ts, thread))
    try:
        yield
    finally:
        try:
            async with asyncio.timeout(STATUS_SECONDS):
                remove = await showing
                if remove:
                    await remove()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.debug("A status stays: %r", error)


async def _show(
    client: AsyncWebClient, channel: str, ts: str, thread: str
) -> Callable[[], Awaitable[object]] | None:
    """Show it; gives what removes it again."""
    try:
        await client.assistant_threads_setStatus(
            channel_id=channel, thread_ts=thread, status=STATUS
        )
        return lambda: client.assistant_threads_setStatus(
            channel_id=channel, thread_ts=thread, status=""
        )
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.debug("No status: %r", error)
    try:
        await client.reactions_add(channel=channel, timestamp=ts, name=REACTION)
        return lambda: client.reactions_remove(channel=channel, timestamp=ts, name=REACTION)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.debug("No reaction: %r", error)
    return None


def error_code(error: SlackApiError) -> str:
    """Give Slack's own name of an error, such as `invalid_auth`."""
    known = isinstance(error.response, AsyncSlackResponse)
    return str(error.response.get("error")) if known else UNREADABLE
