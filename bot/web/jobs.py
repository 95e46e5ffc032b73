"""How far the work on articles has come."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import StreamingResponse

from bot.faults import ID_PATTERN
from bot.web.job import Job
from bot.web.openapi import events, problems
from bot.web.samples import JOB_EVENTS
from bot.web.service import Service

JobId = Annotated[str, Path(pattern=ID_PATTERN, description="A job's `id`.")]


def make_router(service: Service) -> APIRouter:
    """Give the endpoints that tell how far a job has come."""
    may_read = [Depends(service.gate.may_read)]
    router = APIRouter(prefix="/v1/jobs", tags=["articles"], dependencies=may_read)
    jobs = service.jobs
    errors = problems(401, 403, 404, 422, 429, missing=jobs.unknown("uLx3vbPnYw0q"))

    @router.get("/{job_id}", responses=errors)
    async def read_job(job_id: JobId) -> Job:
        """Tell how far a job has come, and what it did.

        It is the same of every server on one database; without one, a restart forgets the jobs.
        """
        return await jobs.read(job_id)

    @router.get(
        "/{job_id}/events",
        response_class=StreamingResponse,
        responses=errors
        | {
            200: {
                "description": "The job (JSON) at each change, as server-sent events, to its end",
                "content": events(JOB_EVENTS),
            }
        },
    )
    async def watch_job(job_id: JobId) -> StreamingResponse:
        """Follow a job: an event at each change, until it has ended."""
        await jobs.read(job_id)  # a 404 now, not in the stream

        async def follow() -> AsyncIterator[str]:
            async for job in jobs.watch(job_id):
                if job is None:
                    yield ": still there\n\n"
                else:
                    yield f"data: {json.dumps(job.model_dump(mode='json'))}\n\n"

        return StreamingResponse(follow(), media_type="text/event-stream")

    return router
