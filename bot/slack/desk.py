"""Who answers in Slack: takes each question once, and brings each accepted one to its end."""

import asyncio
import logging
import re
import secrets
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.answer import Answer, Query
from bot.slack.blocks import HELP, Message, answer_message, plain_message, question_from
from bot.slack.query import name_conversation, read_query
from index.errors import ArticlebotError, UsageError

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Questions answered at the same time; the others wait."""
REMEMBERED = 10_000
"""Events and messages remembered against a second answer; Slack retries within an hour."""
DRAIN_SECONDS = 25.0
"""How long a shutdown waits for answers; container engines commonly kill after 30."""
_REFUSED_BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}

Event = Mapping[str, Any]


class Desk:
    """Answers each question that people ask once, and each that it accepted to the end."""

    def __init__(self, answer: Callable[[Query], Answer]) -> None:
        """`answer` is called in a thread: it may block, and must be thread-safe."""
        self._answer = answer
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._seen: OrderedDict[Hashable, None] = OrderedDict()
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    def register(self, app: AsyncApp) -> None:
        """Put the handlers on an app. An event that nobody handles would not be acknowledged."""
        claim = [self.claim]
        app.event("app_mention", matchers=[_from_person], middleware=claim)(self.reply)
        app.event("message", matchers=[_from_person, _is_direct], middleware=claim)(self.reply)
        app.event(re.compile("."))(_pass_over)

    async def claim(
        self, body: Mapping[str, Any], event: Event, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Accept a question before it is acknowledged; refuse it when closing, or seen before.

        What is refused while closing is not acknowledged: Slack delivers it again, to whoever
        runs then. Slack's retries and a mention that comes as a message too are one question.
        """
        if self._closing:
            return BoltResponse(status=503)
        keys = (body.get("event_id"), (event["channel"], event["ts"]))
        known = any(key in self._seen for key in keys)
        self._seen.update((key, None) for key in keys if key)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        if known:
            return BoltResponse(status=200)
        self._open += 1
        self._idle.clear()
        await next_()
        return None

    async def reply(self, event: Event, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        """Answer an accepted question where it was asked: in its thread, or directly in a DM."""
        try:
            question = question_from(event.get("text") or "", context.bot_user_id)
            conversation = name_conversation(event, context.team_id)
            message = (
                await self._message(question, conversation) if question else plain_message(HELP)
            )
            await _post(client, event, message)
        except Exception as error:  # noqa: BLE001 - the last layer: there is no one else to tell
            _log_reference(error, "An answer could not be posted")
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def drain(self) -> None:
        """Accept nothing more and wait until everything accepted is answered."""
        self._closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("Shutting down with %d questions unanswered", self._open)

    async def _message(self, question: str, conversation: str) -> Message:
        try:
            query = read_query(question, conversation)
            async with self._slots:
                answer = await asyncio.to_thread(self._answer, query)
        except ArticlebotError as error:
            if not isinstance(error, UsageError):  # which may quote the question
                log.warning("A question could not be answered: %r", str(error))
            return plain_message(str(error))
        except Exception as error:  # noqa: BLE001 - told to the user, with a number to find it
            number = _log_reference(error, "A question failed")
            return plain_message(
                f"Something went wrong here; whoever runs this bot finds it by reference {number}."
            )
        log.info("Answered in %.0f ms, found: %s", answer.took_ms, answer.found)
        return answer_message(answer)


async def _from_person(event: Event) -> bool:
    """Whether a person wrote it: no bot, no edit, no notice that somebody joined."""
    return bool(event.get("user")) and not (event.get("bot_id") or event.get("subtype"))


async def _is_direct(event: Event) -> bool:
    """Whether it is a DM; a message in a channel is answered when it comes as a mention."""
    return event.get("channel_type") == "im"


async def _pass_over() -> None:
    """Take an event that asks nothing, so that Slack does not deliver it again."""


async def _post(client: AsyncWebClient, event: Event, message: Message) -> None:
    mention = event["type"] == "app_mention"
    send = partial(
        client.chat_postMessage,
        channel=event["channel"],
        thread_ts=event.get("thread_ts") or (event["ts"] if mention else None),
        text=message.text,
        mrkdwn=False,
        unfurl_links=False,
        unfurl_media=False,
    )
    try:
        await send(blocks=[block.to_dict() for block in message.blocks])
    except SlackApiError as error:
        if error_code(error) not in _REFUSED_BLOCKS:
            raise
        log.warning("Slack refuses the blocks of an answer (%s): text only", error_code(error))
        await send()


def error_code(error: SlackApiError) -> str:
    """Give Slack's own name of an error, such as `invalid_auth`."""
    known = isinstance(error.response, AsyncSlackResponse)
    return str(error.response.get("error")) if known else "unreadable reply"


def _log_reference(error: Exception, what: str) -> str:
    """Log an error under a number to tell; without its message, which may hold a question."""
    number = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
    log.error("%s, reference %s: %s\n%s", what, number, kind, frames)
    log.debug("Reference %s: %r", number, error)
    return number
