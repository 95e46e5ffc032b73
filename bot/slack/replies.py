"""A question to the message that answers it, whichever way it was asked."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.answering.answer import Answer
from bot.answering.query import Query
from bot.slack.blocks import Message, answer_message, plain_message
from bot.slack.buttons import answer_buttons
from bot.slack.memory import Memory
from bot.slack.query import read_query
from bot.slack.work import log_reference
from index.errors import ArticlebotError, UsageError

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Questions answered at the same time; the others wait."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is told to whoever asked."""

    message: Message
    outcome: str
    """`found`, `not_found`, `refused` or `error`."""
    answer: Answer | None = None


class Replies:
    """Answers questions, so many at a time, and keeps the answers for their buttons."""

    def __init__(self, answer: Callable[[Query], Answer], memory: Memory) -> None:
        """`answer` is called in a thread: it may block, and must be thread-safe."""
        self._answer = answer
        self._memory = memory
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def answer(self, query: Query) -> Answer:
        """Answer in a thread, when it is its turn. Raises as `bot.answering.answer.ask` does."""
        async with self._slots:
            return await asyncio.to_thread(self._answer, query)

    async def finds(self, text: str) -> bool:
        """Tell whether the articles answer what was said, taken for a question."""
        try:
            return (await self.answer(read_query(text, None))).found
        except ArticlebotError:
            return False

    async def make(self, text: str, conversation: str | None, *, share: bool = False) -> Reply:
        """Make the message for a question as it was written, or for why there is no answer.

        Args:
            text: the question, and the limits that it names.
            conversation: that it may follow up; None: it stands alone.
            share: offer to share the answer in the channel.
        """
        try:
            query = read_query(text, conversation)
            answer = await self.answer(query)
        except Exception as error:  # noqa: BLE001 - told to the user, with a number to find it
            told = explain(error)
            return Reply(plain_message(told), _outcome(error))
        log.info("Answered in %.0f ms, found: %s", answer.took_ms, answer.found)
        answer_id = secrets.token_urlsafe(9)
        alone = query.model_copy(
            update={"question": answer.resolved_question, "conversation": None}
        )
        kept = await asyncio.to_thread(self._memory.keep, answer_id, answer, alone)
        passages = bool(answer.shown)
        buttons = answer_buttons(answer_id, passages=passages, share=share) if kept else ()
        outcome = "found" if answer.found else "not_found"
        return Reply(answer_message(answer, buttons), outcome, answer)


def explain(error: Exception) -> str:
    """Give the one sentence that a user is told; what is not expected is logged under a number."""
    if isinstance(error, ArticlebotError):
        if not isinstance(error, UsageError):  # which may quote the question
            log.warning("A question could not be answered: %r", str(error))
        return str(error)
    number = log_reference(error, "A question failed")
    return f"Something went wrong here; whoever runs this bot finds it by reference {number}."


def _outcome(error: Exception) -> str:
    return "refused" if isinstance(error, ArticlebotError) else "error"
