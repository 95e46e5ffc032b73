"""Who answers in Slack: takes each message once, and answers it where it was written."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.slack.articles import Intake
from bot.slack.blocks import HELP, plain_message
from bot.slack.memory import Memory, Posted, name_person
from bot.slack.order import Queues
from bot.slack.post import Outbox, error_code, working
from bot.slack.query import is_question, name_conversation, name_place
from bot.slack.replies import Replies, Reply
from bot.slack.text import question_from
from bot.slack.work import Work

Event = Mapping[str, Any]

_SOMEBODY = re.compile(r"<(?:@|!subteam\^)(\w+)|<!(?:here|channel|everyone)")


class Desk:
    """Answers each message that is for the bot once, in its turn, and keeps to its edits."""

    def __init__(
        self, replies: Replies, intake: Intake, memory: Memory, outbox: Outbox, work: Work
    ) -> None:
        self._replies = replies
        self._intake = intake
        self._memory = memory
        self._outbox = outbox
        self._work = work
        self._threads = Queues()

    def register(self, app: AsyncApp) -> None:
        """Put the handlers on an app; what is a message but not for the bot is passed over."""
        on = self._work.handler
        take: list[Callable[..., Any]] = [self.claim, self._work.accept]
        app.event("app_mention", matchers=[_from_person], middleware=take)(
            on("app_mention", self.reply)
        )
        app.event("message", matchers=[_from_person, _is_direct], middleware=take)(
            on("message.im", self.reply)
        )
        follow_up = [self.stay_out, *take]
        app.event("message", matchers=[_from_person, _in_thread], middleware=follow_up)(
            on("message.thread", self.follow_up)
        )
        app.event("message", matchers=[_is_changed], middleware=take)(
            on("message_changed", self.change)
        )
        app.event("message", matchers=[_is_deleted], middleware=take)(
            on("message_deleted", self.delete)
        )

    async def claim(
        self, body: Mapping[str, Any], event: Event, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Refuse what has been accepted before, by this process or another.

        Slack's retries, and a mention that comes as a message too, are one question.
        """
        if self._work.closing:
            return BoltResponse(status=503)
        keys = filter(None, (body.get("event_id"), name_place(event)))
        if not await asyncio.to_thread(self._memory.claim, *keys):
            self._work.count(str(event.get("type")), "duplicate")
            return BoltResponse(status=200)
        await next_()
        return None

    async def stay_out(
        self, event: Event, context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Pass over what people say to each other, and threads in which the bot has no part."""
        named = {match[1] for match in _SOMEBODY.finditer(event.get("text") or "")}
        thread = name_conversation(event, context.team_id)
        if named or not await asyncio.to_thread(self._memory.has_joined, thread):
            return BoltResponse(status=200)  # the bot's own name comes as a mention
        await next_()
        return None

    async def reply(self, args: AsyncArgs) -> str:
        """Answer a message in its thread, or directly in a DM; an edited one in place."""
        event, context = args.event or {}, args.context
        async with self._turn(event, context):
            return await self._reply(event, args)

    async def follow_up(self, args: AsyncArgs) -> str:
        """Answer in a thread where nobody has called the bot again, if it seems to be asked."""
        event, context = args.event or {}, args.context
        async with self._turn(event, context):
            question = question_from(event.get("text") or "", context.bot_user_id)
            if not is_question(question) and not await self._replies.finds(question):
                return "silent"
            return await self._reply(event, args)

    async def change(self, args: AsyncArgs) -> str:
        """Answer an edited question anew, in place of its answer."""
        event = args.event or {}
        changed, before = event["message"], event.get("previous_message") or {}
        message = {
            **changed,
            "channel": event["channel"],
            "channel_type": event.get("channel_type"),
        }
        async with self._turn(message, args.context):
            if changed.get("subtype") == "tombstone":  # a deleted message that has replies
                return await self._delete(message, args)
            known = await asyncio.to_thread(self._memory.reply, _place(message))
            same = changed.get("text") == before.get("text")  # a link has got its preview
            if known is None or same or not _is_from_person(changed):
                return "ignored"
            return await self._reply(message, args)

    async def delete(self, args: AsyncArgs) -> str:
        """Remove the answer to a question that has been deleted."""
        event = args.event or {}
        message = {
            **(event.get("previous_message") or {}),
            "ts": event["deleted_ts"],
            "channel": event["channel"],
            "channel_type": event.get("channel_type"),
        }
        async with self._turn(message, args.context):
            return await self._delete(message, args)

    def _turn(self, event: Event, context: AsyncBoltContext) -> Any:
        return self._threads.turn(name_conversation(event, context.team_id), float(event["ts"]))

    async def _reply(self, event: Event, args: AsyncArgs) -> str:
        context, client, channel, ts = args.context, args.client, event["channel"], event["ts"]
        direct = event.get("channel_type") == "im"
        thread = event.get("thread_ts") or (None if direct else ts)
        question = question_from(event.get("text") or "", context.bot_user_id)
        conversation = name_conversation(event, context.team_id)
        posted = await asyncio.to_thread(self._memory.reply, _place(event))
        if not posted and self._intake.concerns(event, direct=direct):
            return await self._intake.take(event, context, client, thread)
        await asyncio.to_thread(self._memory.join, conversation)
        async with working(client, channel, ts, thread or ts):
            reply = await self._answer(question, conversation)
            if posted:
                await self._outbox.update(client, posted.channel, posted.ts, reply.message)
            else:
                sent = await self._outbox.post(client, channel, thread, reply.message)
                posted = Posted(channel, sent, name_person(context.team_id, event["user"]))
        await asyncio.to_thread(self._remember, event, posted, reply)
        return reply.outcome

    async def _answer(self, question: str, conversation: str) -> Reply:
        if not question:
            return Reply(plain_message(HELP), "help")
        return await self._replies.make(question, conversation)

    def _remember(self, event: Event, posted: Posted, reply: Reply) -> None:
        self._memory.note_reply(_place(event), posted)
        if reply.answer:
            self._memory.note_asked(posted.person, _place(event), reply.answer)

    async def _delete(self, message: Event, args: AsyncArgs) -> str:
        place = _place(message)
        posted = await asyncio.to_thread(self._memory.reply, place)
        if posted is None:
            return "ignored"
        await asyncio.to_thread(self._memory.forget_reply, place, posted.person)
        try:
            await args.client.chat_delete(channel=posted.channel, ts=posted.ts)
        except SlackApiError as error:
            if error_code(error) != "message_not_found":
                raise
        return "removed"


async def pass_over() -> None:
    """Take an event that asks nothing, so that Slack does not deliver it again."""


def _place(message: Event) -> str:
    return f"{message['channel']}/{message['ts']}"


def _is_from_person(message: Event) -> bool:
    """Whether a person wrote it: no bot, no edit, no notice that somebody joined."""
    subtype = message.get("subtype") or "file_share"
    return bool(message.get("user")) and not message.get("bot_id") and subtype == "file_share"


async def _from_person(event: Event) -> bool:
    return _is_from_person(event)


async def _is_direct(event: Event) -> bool:
    """Whether it is a DM; a message in a channel is answered when it comes as a mention."""
    return event.get("channel_type") == "im"


async def _in_thread(event: Event) -> bool:
    return bool(event.get("thread_ts", event["ts"]) != event["ts"])


async def _is_changed(event: Event) -> bool:
    return event.get("subtype") == "message_changed" and "message" in event


async def _is_deleted(event: Event) -> bool:
    return event.get("subtype") == "message_deleted" and "deleted_ts" in event
