"""All who answer in Slack, put together over one library."""

import asyncio
import re
from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp

from bot.answering.answer import Answer, ask
from bot.answering.query import Query
from bot.slack.actions import Actions
from bot.slack.adding import Adder
from bot.slack.articles import Intake
from bot.slack.commands import Commands
from bot.slack.desk import Desk, pass_over
from bot.slack.home import Home
from bot.slack.inbox import Inbox
from bot.slack.memory import Memory
from bot.slack.post import Outbox
from bot.slack.replies import Replies
from bot.slack.work import Work
from index.library import Library
from index.settings import Settings
from index.stores.choice import open_server


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
        adder = Adder(library, settings or library.settings, outbox)
        self._inbox = _open_inbox(library, adder, work)
        intake = Intake(settings or library.settings, outbox, adder, self._inbox)
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
        self._client = app.client
        for part in self._parts:
            part.register(app)
        app.event(re.compile("."))(pass_over)

    def start(self) -> None:
        """Begin to work on what waits from before, once an app has the handlers."""
        if self._inbox:
            self._inbox.start(self._client)

    async def drain(self) -> None:
        """Accept nothing more and wait until everything accepted is done, or kept for others."""
        self._outbox.hurry()
        ends = [self._work.drain(), *([self._inbox.close()] if self._inbox else ())]
        await asyncio.gather(*ends)


def _open_inbox(library: Library, adder: Adder, work: Work) -> Inbox | None:
    """Give the inbox of all processes on a database; None where there is none."""
    if library.settings.store is None:
        return None
    server = open_server(library.settings)
    from index.stores.postgres.tasks import Tasks

    return Inbox(Tasks(server, "slack"), adder, library.records, work)
