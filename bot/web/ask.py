"""Questions over HTTP: answers, answers as they were given, hits, feedback."""

import logging
import secrets
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Depends, HTTPException, Request
from pydantic import Field

from bot.answering.answer import Answer, ask
from bot.answering.hits import SearchHits, SearchQuery, find_hits
from bot.answering.passage import Frozen
from bot.answering.query import Query
from bot.conversation.namespace import SLACK
from bot.failures import Failure, describe_error
from bot.web.openapi import ASK_EXAMPLES, problems
from bot.web.problems import classify
from bot.web.service import Service
from index.errors import LibraryError, UsageError
from index.stages import listening

logger = logging.getLogger(__name__)

MAX_BATCH = 100


class KeptAnswer(Answer):
    """An answer with the id under which it can be read again, as it was given."""

    id: str | None = Field(description="Null where it could not be kept; the log says why.")


class Batch(Frozen):
    """Several questions at once."""

    questions: Annotated[tuple[Query, ...], Field(min_length=1, max_length=MAX_BATCH)] = Field(
        examples=[[{"question": "Who raised concerns?"}, {"question": "Who is Mattis?"}]]
    )


class BatchItem(Frozen):
    """The outcome of one question: either an answer or the reason why there is none."""

    status: int = Field(description="What the question alone would have been answered with.")
    answer: KeptAnswer | None = None
    problem: Failure | None = None


class BatchAnswers(Frozen):
    """The outcomes, in the order of the questions."""

    answers: tuple[BatchItem, ...]


async def require_json(request: Request) -> None:
    """Refuse other media types.

    Strict, so that no other site's page can make a browser post here without asking first.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "The body must be JSON: send it as application/json.")


def answer_and_keep(service: Service, query: Query) -> KeptAnswer:
    """Answer a question and keep the answer; one that cannot be kept is given all the same.

    Raises:
        UsageError: as `ask` does; and for the name of a conversation in Slack, which whoever can
            reach the server could otherwise read on.
    """
    library = service.library
    if (query.conversation or "").startswith(SLACK):
        raise UsageError("the conversation has a name of those in Slack", "choose another name")
    with listening(service.metrics.observe_stage):
        answer = ask(library, query)
    service.metrics.observe_stage("answer", answer.took_ms / 1000)
    service.metrics.count_answer(found=answer.found)
    if service.settings.log_questions:
        facts = {"question": query.question, "found": answer.found}
        logger.info("asked %r, found: %s", query.question, answer.found, extra={"facts": facts})
    kept = KeptAnswer(id=secrets.token_urlsafe(9), **dict(answer))
    try:
        library.records.keep_answer(kept.id or "", kept.model_dump_json(), kept.index.fingerprint)
    except LibraryError as error:
        logger.error("an answer is not kept: %r", str(error))  # noqa: TRY400  # no cause to trace
        return kept.model_copy(update={"id": None})
    return kept


def make_router(service: Service) -> APIRouter:
    """Give the endpoints that answer."""
    may_read = [Depends(service.gate.may_read)]
    router = APIRouter(prefix="/v1", tags=["answers"], dependencies=may_read)
    json_body = [Depends(require_json)]
    library, run = service.library, service.workers.run
    errors = problems(401, 403, 404, 413, 415, 422, 429, 503, 504)

    @router.post("/ask", dependencies=json_body, responses=errors)
    async def answer_question(
        query: Annotated[Query, Body(openapi_examples=ASK_EXAMPLES)],
    ) -> KeptAnswer:
        """Answer a question with the passages that answer it, each with its citation.

        A question that the articles do not answer is no error: `found` is false then, and
        `closest` holds the nearest passages.
        """
        return await run(answer_and_keep, service, query)

    @router.post("/ask/batch", dependencies=json_body, responses=errors)
    async def answer_questions(batch: Batch) -> BatchAnswers:
        """Answer up to 100 questions; one that cannot be answered does not hold up the others.

        Where the time runs out, the questions that were not reached have the status 504.
        """

        def answer(query: Query) -> BatchItem:
            try:
                return BatchItem(status=200, answer=answer_and_keep(service, query))
            except UsageError as error:  # this question's own fault
                failure = describe_error(error, service.settings)
                return BatchItem(status=classify(error)[0], problem=failure)

        items = await service.workers.run_each(partial(answer, each) for each in batch.questions)
        late = service.workers.late()
        if not items:
            raise late
        unreached = BatchItem(status=late.status_code, problem=Failure(detail=late.detail))
        missing = len(batch.questions) - len(items)
        return BatchAnswers(answers=(*items, *[unreached] * missing))

    @router.post("/search", dependencies=json_body, responses=errors)
    async def search_sentences(query: SearchQuery) -> SearchHits:
        """Search sentences and show their scores: for developers."""
        return await run(find_hits, library, query)

    return router
