"""What a person meets who opens the app: suggested prompts under Messages, and the Home tab."""

import asyncio
import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.examples import WANTED, Examples
from bot.slack.memory import Memory, name_person
from bot.slack.post import error_code
from bot.slack.text import line
from bot.slack.views import home_view
from bot.slack.work import Work
from index.errors import ArticlebotError
from index.library import Library

log = logging.getLogger(__name__)

PROMPTS_TITLE = "Questions that the articles answer"
MAX_PROMPT = 75


class Home:
    """Fills the app's tabs when they are opened."""

    def __init__(self, library: Library, memory: Memory, work: Work) -> None:
        self._library = library
        self._examples = Examples(library)
        self._memory = memory
        self._work = work

    def register(self, app: AsyncApp) -> None:
        app.event("app_home_opened", middleware=[self._work.accept])(
            self._work.handler("app_home_opened", self.open)
        )

    async def open(self, args: AsyncArgs) -> str:
        """Suggest questions under Messages; publish the Home tab."""
        event = args.event or {}
        if event.get("tab") == "messages":
            return await self._suggest(args, event["channel"])
        view = await asyncio.to_thread(self._view, args.context.team_id, event["user"])
        await args.client.views_publish(user_id=event["user"], view=view)
        return "published"

    async def _suggest(self, args: AsyncArgs, channel: str) -> str:
        questions = await asyncio.to_thread(self._examples.read)
        if not questions:
            return "nothing"
        prompts = [
            {"title": line(each, MAX_PROMPT), "message": each} for each in questions[:WANTED]
        ]
        try:
            await args.client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, title=PROMPTS_TITLE, prompts=prompts
            )
        except SlackApiError as error:  # where the scope is missing, the tab is empty as before
            log.info("Slack takes no suggested prompts (%s)", error_code(error))
            return "refused"
        return "suggested"

    def _view(self, team: str | None, user: str) -> Any:
        asked = self._memory.asked(name_person(team, user))
        try:
            articles = self._library.articles()
        except ArticlebotError as error:
            log.warning("The articles cannot be listed: %r", str(error))
            articles = []
        return home_view(articles, self._examples.read(), asked)
