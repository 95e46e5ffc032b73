"""Questions that their asker alone sees answered: `/ask`, and the shortcut of a message."""

import asyncio

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack.actions import SEARCHING, read_input
from bot.slack.blocks import HELP, plain_message
from bot.slack.memory import Memory, name_person
from bot.slack.replies import Replies, Reply
from bot.slack.text import question_from
from bot.slack.views import ASK_ABOUT, ask_about_view, blocks_view, text_view
from bot.slack.work import Work, acknowledge

COMMAND = "/ask"
TITLE = "Ask the articles"


class Commands:
    """Answers `/ask`, and asks about a message."""

    def __init__(self, replies: Replies, memory: Memory, work: Work) -> None:
        self._replies = replies
        self._memory = memory
        self._work = work

    def register(self, app: AsyncApp) -> None:
        on, take = self._work.handler, [self._work.accept]
        app.command(COMMAND, middleware=take)(ack=acknowledge, lazy=[on("command", self.ask)])
        app.message_shortcut(ASK_ABOUT, middleware=take)(
            ack=acknowledge, lazy=[on("shortcut", self.ask_about)]
        )
        app.view(ASK_ABOUT, middleware=take)(
            ack=_show_searching, lazy=[on("shortcut_asked", self.answer_in_modal)]
        )

    async def ask(self, args: AsyncArgs) -> str:
        """Answer a command so that its asker alone sees it."""
        command = args.command or {}
        question = question_from(command.get("text") or "", args.context.bot_user_id)
        if question:
            reply = await self._replies.make(question, None, share=True)
        else:
            reply = Reply(plain_message(f"{HELP} Write it after {COMMAND}."), "help")
        await args.respond(
            text=reply.message.text,
            blocks=[*reply.message.blocks],
            response_type="ephemeral",
            unfurl_links=False,
        )
        await self._note(reply, command.get("team_id"), command["user_id"], command["trigger_id"])
        return reply.outcome

    async def ask_about(self, args: AsyncArgs) -> str:
        """Open a modal whose question is the text of a message."""
        body = args.body
        text = question_from(body["message"].get("text") or "", args.context.bot_user_id)
        view = ask_about_view(text, body["channel"]["id"])
        await args.client.views_open(trigger_id=body["trigger_id"], view=view)
        return "opened"

    async def answer_in_modal(self, args: AsyncArgs) -> str:
        """Answer what was sent from that modal, in it."""
        body, view = args.body, args.body["view"]
        reply = await self._replies.make(read_input(view) or "", None, share=True)
        shown = blocks_view(TITLE, reply.message.blocks)
        shown.private_metadata = view["private_metadata"]
        await args.client.views_update(view_id=view["id"], view=shown)
        await self._note(reply, body["team"]["id"], body["user"]["id"], view["id"])
        return reply.outcome

    async def _note(self, reply: Reply, team: str | None, user: str, place: str) -> None:
        if reply.answer:
            person = name_person(team, user)
            await asyncio.to_thread(self._memory.note_asked, person, place, reply.answer)


async def _show_searching(ack: AsyncAck) -> None:
    await ack(response_action="update", view=text_view(TITLE, SEARCHING))
