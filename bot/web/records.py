"""What is remembered, over HTTP: answers as they were given, feedback, conversations."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from bot.answering.passage import Frozen
from bot.faults import ID_PATTERN
from bot.feedback import judge
from bot.web.ask import KeptAnswer, require_json
from bot.web.openapi import problems
from bot.web.problems import UnknownError
from bot.web.service import Service
from index.article import canonical
from index.library import Library
from index.stores.records import ANSWER_LIFE, ANSWERS_KEPT

AnswerId = Annotated[str, Path(pattern=ID_PATTERN, description="An answer's `id`.")]
ConversationName = Annotated[str, Path(max_length=200, description="As the questions gave it.")]


class Verdict(Frozen):
    """What somebody thinks of an answer."""

    answer_id: str = Field(
        max_length=64, description="The answer's `id`.", examples=["q4hN8rOYbZ3T"]
    )
    verdict: Literal["up", "down"] = Field(examples=["up"])
    comment: str = Field(default="", max_length=2000)


def unknown_answer(answer_id: str) -> UnknownError:
    kept = f"answers are kept for {ANSWER_LIFE.days} days, the last {ANSWERS_KEPT:,} at most"
    return UnknownError("answer", answer_id, f"{kept}; ask the question again")


def unknown_conversation(name: str, hours: float) -> UnknownError:
    forgotten = f"it is forgotten when nothing is asked in it for {hours:g} hours"
    return UnknownError("conversation", name, f"check its name; {forgotten}")


def read_kept(library: Library, answer_id: str) -> KeptAnswer:
    """Give an answer as it was given.

    Raises:
        UnknownError: there is none.
    """
    if (kept := library.records.answer(answer_id)) is None:
        raise unknown_answer(answer_id)
    return KeptAnswer.model_validate_json(kept)


def keep_verdict(library: Library, given: Verdict) -> None:
    """Keep what somebody thinks of an answer, with the places that it is about.

    Raises:
        UnknownError: there is no such answer.
    """
    answer = read_kept(library, given.answer_id)
    library.records.add_feedback(judge(answer, answer.id, given.verdict, canonical(given.comment)))


def make_router(service: Service) -> APIRouter:
    """Give the endpoints that read, judge and forget."""
    may_read = [Depends(service.gate.may_read)]
    router = APIRouter(prefix="/v1", tags=["answers"], dependencies=may_read)
    json_body = [Depends(require_json)]
    library, run = service.library, service.workers.run
    hours = service.settings.conversation_hours
    statuses = (401, 403, 404, 422, 429, 503, 504)
    errors = problems(*statuses, missing=unknown_answer("q4hN8rOYbZ3T"))
    no_conversation = problems(*statuses, missing=unknown_conversation("tea", hours))

    @router.get("/answers/{answer_id}", responses=errors)
    async def read_answer(answer_id: AnswerId) -> KeptAnswer:
        """Give an answer as it was given, with the fingerprint of the index it came from."""
        return await run(read_kept, library, answer_id)

    @router.delete("/conversations/{name}", status_code=204, responses=no_conversation)
    async def forget_conversation(name: ConversationName) -> None:
        """Forget what was asked and answered in a conversation."""
        if not await run(library.records.delete_conversation, name):
            raise unknown_conversation(name, hours)

    @router.post(
        "/feedback",
        status_code=204,
        dependencies=json_body,
        responses=errors | problems(413, 415),
    )
    async def give_feedback(verdict: Verdict) -> None:
        """Say whether an answer was good; it is kept with the question and the places."""
        await run(keep_verdict, library, verdict)

    return router
