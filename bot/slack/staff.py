"""All who answer in Slack, put together over one library."""

import re
from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp

from bot.answer import Answer, Query, ask
from bot.slack.actions import Actions
from bot.slack.articles import Intake
from bot.slack.commands import Commands
from bot.slack.desk import Desk, pass_over
from bot.slack.home import Home
from bot.slack.memory import Memory
from bot.slack.post import Outbox
from bot.slack.replies import Replies
from bot.slack.work import Work
from index.library import Library
from index.settings import Settings


class Staff:
    """Registers the handlers of all that Slack sends, and ends their work. For one event loop."""

    def __init__(
        self,
        library: Library,
        answer: Callable[[Query], Answer] | None = None,
        registry: CollectorRegistry | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Put them together.

        Args:
            library: what is asked, and where it is remembered.
            answer: how it is asked, in a thread; None: as everywhere.
            registry: where events are counted.
            settings: None: those of the library.
        """
        memory, outbox, work = Memory(library.records), Outbox(), Work(registry)
        replies = Replies(answer or partial(ask, library), memory)
        intake = Intake(library, settings or library.settings, outbox)
        self._work, self._outbox = work, outbox
        self.records = library.records
        self._parts = (
            Desk(replies, intake, memory, outbox, work),
            Actions(library, replies, memory, outbox, work),
            Commands(replies, memory, work),
            Home(library, memory, work),
        )

    def register(self, app: AsyncApp) -> None:
        """Put the handlers on an app. An event that nobody handles would not be acknowledged."""
        for part in self._parts:
            part.register(app)
        app.event(re.compile("."))(pass_over)

    async def drain(self) -> None:
        """Accept nothing more and wait until everything accepted is done."""
        self._outbox.hurry()
        await self._work.drain()
