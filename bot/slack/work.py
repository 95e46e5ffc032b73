"""What is under way: accepted before it is acknowledged, brought to its end, counted."""

import asyncio
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter
from slack_bolt.async_app import AsyncAck
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.slack.post import error_code

log = logging.getLogger(__name__)

DRAIN_SECONDS = 25.0
"""How long a shutdown waits for answers; container engines commonly kill after 30."""

Handler = Callable[[AsyncArgs], Awaitable[str]]
"""Does what an event asks for; gives the outcome, a short word for the metrics."""


class Work:
    """All that has been accepted. For use in one event loop."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        """Count in `registry`, or in one that nobody reads."""
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.closing = False
        self._events = Counter(
            "articlebot_slack_events",
            "Events of Slack, by type and outcome.",
            ("type", "outcome"),
            registry=registry or CollectorRegistry(),
        )

    async def accept(self, next_: Callable[[], Awaitable[None]]) -> BoltResponse | None:
        """Accept what comes, before it is acknowledged; the last of a listener's middleware.

        What is refused while closing is not acknowledged: Slack delivers it again, to whoever
        runs then.
        """
        if self.closing:
            return BoltResponse(status=503)
        self._open += 1
        self._idle.clear()
        await next_()
        return None

    def count(self, kind: str, outcome: str) -> None:
        self._events.labels(kind, outcome).inc()

    def handler(self, kind: str, handle: Handler) -> Callable[[AsyncArgs], Awaitable[None]]:
        """Give the last function of a listener whose middleware ends with `accept`."""

        async def run(args: AsyncArgs) -> None:
            outcome = "error"
            try:
                outcome = await handle(args)
            except Exception as error:  # noqa: BLE001 - the last layer: there is no one else to tell
                log_reference(error, "Slack was not answered")
            finally:
                self.count(kind, outcome)
                self._open -= 1
                if not self._open:
                    self._idle.set()

        return run

    async def drain(self) -> None:
        """Accept nothing more and wait until everything accepted is done."""
        self.closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), DRAIN_SECONDS)
        except TimeoutError:
            log.warning("Shutting down with %d questions unanswered", self._open)


async def acknowledge(ack: AsyncAck) -> None:
    """Acknowledge a command or an action; what it asks for is done by a lazy listener."""
    await ack()


def log_reference(error: Exception, what: str) -> str:
    """Log an error under a number to tell; without its message, which may hold a question."""
    number = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = error_code(error) if isinstance(error, SlackApiError) else type(error).__name__
    log.error("%s, reference %s: %s\n%s", what, number, kind, frames)
    log.debug("Reference %s: %r", number, error)
    return number
