"""What the buttons under an answer do, and the modals that they open."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View

from bot.answering.query import MAX_TOP_K
from bot.slack.blocks import Message, answer_message, passage_blocks, plain_message
from bot.slack.buttons import BAD, CONTEXT, FEEDBACK, MORE, SHARE, answer_buttons
from bot.slack.memory import Kept, Memory
from bot.slack.post import Outbox, error_code
from bot.slack.replies import Replies, explain
from bot.slack.views import (
    INPUT,
    RIGHT_ANSWER,
    Piece,
    blocks_view,
    context_view,
    find_piece,
    right_answer_view,
    text_view,
)
from bot.slack.work import Work, acknowledge
from index.article import canonical
from index.errors import ArticlebotError, UnknownArticleError, UsageError
from index.library import Library

log = logging.getLogger(__name__)

SEARCHING = "Searching…"
GONE = UsageError("this answer is not kept any more", "ask the question once more")
_NOT_A_MEMBER = {"not_in_channel", "channel_not_found", "no_permission"}


class Actions:
    """Shows more of an answer, takes what people think of it, and shares it."""

    def __init__(
        self, library: Library, replies: Replies, memory: Memory, outbox: Outbox, work: Work
    ) -> None:
        self._library = library
        self._replies = replies
        self._memory = memory
        self._outbox = outbox
        self._work = work

    def register(self, app: AsyncApp) -> None:
        take = [self._work.accept]
        for action, handle in (
            (MORE, self.show_more),
            (CONTEXT, self.show_context),
            (FEEDBACK, self.take_feedback),
            (SHARE, self.share),
        ):
            lazy = [self._work.handler(action, handle)]
            app.action(action, middleware=take)(ack=acknowledge, lazy=lazy)
        lazy = [self._work.handler(RIGHT_ANSWER, self.take_right_answer)]
        app.view(RIGHT_ANSWER, middleware=take)(ack=acknowledge, lazy=lazy)

    async def show_more(self, args: AsyncArgs) -> str:
        """Open a modal with as many passages as there are."""

        async def find() -> View:
            kept = await self._kept(_value(args))
            query = kept.query.model_copy(update={"top_k": MAX_TOP_K})
            return blocks_view("More passages", passage_blocks(await self._replies.answer(query)))

        return await _open(args, "More passages", find)

    async def show_context(self, args: AsyncArgs) -> str:
        """Open a modal with the paragraphs before and after each passage."""

        async def find() -> View:
            kept = await self._kept(_value(args))
            return context_view(await asyncio.to_thread(self._pieces, kept))

        return await _open(args, "Shown in context", find)

    async def take_feedback(self, args: AsyncArgs) -> str:
        """Keep a thumb; after one down, ask for the right answer."""
        verdict, _, answer_id = _value(args).partition(" ")
        try:
            kept = await self._kept(answer_id)
            if verdict == BAD:
                view = right_answer_view(answer_id)
                await args.client.views_open(trigger_id=args.body["trigger_id"], view=view)
            await asyncio.to_thread(self._memory.judge, answer_id, kept.answer, verdict)
        except ArticlebotError as error:
            await _tell(args, explain(error))
            return "refused"
        if verdict != BAD:
            await _tell(args, "Thank you. Your verdict is kept with the question.")
        return verdict

    async def take_right_answer(self, args: AsyncArgs) -> str:
        """Keep what somebody says is right."""
        view = args.body["view"]
        comment = canonical(read_input(view) or "").strip()
        if not comment:
            return "empty"
        kept = await self._kept(view["private_metadata"])
        await asyncio.to_thread(
            self._memory.judge, view["private_metadata"], kept.answer, BAD, comment
        )
        return "kept"

    async def share(self, args: AsyncArgs) -> str:
        """Post an answer, which its asker alone has seen, in the channel where it was asked."""
        body, answer_id = args.body, _value(args)
        try:
            kept = await self._kept(answer_id)
        except ArticlebotError as error:
            await _tell(args, explain(error))
            return "refused"
        buttons = answer_buttons(answer_id, passages=bool(kept.answer.shown))
        message = answer_message(kept.answer, buttons, shared_by=body["user"]["id"])
        try:
            await self._post_shared(args, message)
        except SlackApiError as error:
            await _tell(args, explain(error))
            return "error"
        if "view" not in body:
            await args.respond(delete_original=True)
        return "shared"

    async def _post_shared(self, args: AsyncArgs, message: Message) -> None:
        """Post it as the bot; where the bot is no member, as the command's own response."""
        body = args.body
        channel = (body.get("channel") or {}).get("id") or body["view"]["private_metadata"]
        try:
            await self._outbox.post(args.client, channel, None, message)
        except SlackApiError as error:
            if error_code(error) not in _NOT_A_MEMBER or "response_url" not in body:
                raise
            await args.respond(
                text=message.text,
                blocks=[*message.blocks],
                response_type="in_channel",
                replace_original=False,
            )

    async def _kept(self, answer_id: str) -> Kept:
        kept = await asyncio.to_thread(self._memory.kept, answer_id)
        if kept is None:
            raise GONE
        return kept

    def _pieces(self, kept: Kept) -> list[Piece]:
        return [self._piece(each) for each in kept.answer.shown]

    def _piece(self, passage: Any) -> Piece:
        try:
            return find_piece(passage, self._library.article(passage.citation.article_id))
        except UnknownArticleError:
            return Piece(passage, lost="The article is not in the index any more.")


def read_input(view: Mapping[str, Any]) -> str | None:
    """Give what somebody wrote into the one input of a modal."""
    value: str | None = view["state"]["values"][INPUT][INPUT].get("value")
    return value


def _value(args: AsyncArgs) -> str:
    return str((args.action or {}).get("value") or "")


async def _open(args: AsyncArgs, title: str, find: Callable[[], Awaitable[View]]) -> str:
    """Open a modal at once, before what it shows is found: a trigger is good for 3 seconds."""
    trigger, view = args.body["trigger_id"], text_view(title, SEARCHING)
    if "view" in args.body:  # upon the modal in which the button is
        opened = await args.client.views_push(trigger_id=trigger, view=view)
    else:
        opened = await args.client.views_open(trigger_id=trigger, view=view)
    outcome = "shown"
    try:
        found = await find()
    except Exception as error:  # noqa: BLE001 - told to the user, with a number to find it
        found, outcome = text_view(title, explain(error)), "refused"
    await args.client.views_update(view_id=opened["view"]["id"], view=found)
    return outcome


async def _tell(args: AsyncArgs, text: str) -> None:
    """Tell whoever pressed a button something that nobody else sees."""
    message = plain_message(text)
    if "view" in args.body:
        title = args.body["view"]["title"]["text"]
        view = text_view(title, text)
        await args.client.views_push(trigger_id=args.body["trigger_id"], view=view)
    else:
        await args.respond(
            text=message.text,
            blocks=[*message.blocks],
            response_type="ephemeral",
            replace_original=False,
        )
