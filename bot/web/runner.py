"""The jobs of one process: one at a time, as the library has one writer."""

import asyncio
import logging
import secrets
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from fastapi import HTTPException

from bot.failures import Failure, describe_error
from bot.web.job import (
    RETRY_AFTER,
    TOO_MANY,
    WAITING,
    Job,
    Jobs,
    Perform,
    StoppedError,
    Task,
)
from bot.web.metrics import Metrics
from bot.web.problems import REQUEST_ID
from index.build import Progress
from index.errors import ArticlebotError
from index.settings import Settings

REMEMBERED = 200
"""Jobs that have ended, of which the outcome can still be read."""

logger = logging.getLogger(__name__)


class LocalJobs(Jobs):
    """Runs jobs one after the other, in a thread."""

    kept = f"the last {REMEMBERED} are remembered, until the server starts anew"

    def __init__(self, perform: Perform, settings: Settings, metrics: Metrics) -> None:
        super().__init__()
        self._perform = perform
        self._settings = settings
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._errors: dict[str, ArticlebotError] = {}

    async def run(self, task: Task, patience: float) -> Job:
        job, future = self._start(task)
        await asyncio.wait([asyncio.wrap_future(future)], timeout=patience)
        with self._lock:
            if error := self._errors.pop(job.id, None):
                raise error
        return await self.read(job.id)

    async def read(self, job_id: str) -> Job:
        with self._lock:
            if job := self._jobs.get(job_id):
                return job
        raise self.unknown(job_id)

    def close(self) -> None:
        super().close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _start(self, task: Task) -> tuple[Job, "Future[None]"]:
        job = Job(id=secrets.token_urlsafe(9), state="waiting")
        with self._lock:
            if sum(not each.ended for each in self._jobs.values()) >= WAITING:
                raise HTTPException(503, TOO_MANY, RETRY_AFTER)
            self._jobs[job.id] = job
            ended = [each.id for each in self._jobs.values() if each.ended]
            for forgotten in ended[: max(0, len(ended) - REMEMBERED)]:
                del self._jobs[forgotten]
                self._errors.pop(forgotten, None)
        self._metrics.jobs_under_way.inc()
        return job, self._thread.submit(self._work, job, task, REQUEST_ID.get())

    def _work(self, job: Job, task: Task, request_id: str) -> None:
        REQUEST_ID.set(request_id)  # the log's lines belong to the request that asked for it
        self._note(job, state="running")
        try:
            result = self._perform(task, lambda progress: self._progress(job, progress))
        except StoppedError:
            return
        except ArticlebotError as error:
            with self._lock:
                self._errors[job.id] = error
            self._end(job, state="failed", problem=describe_error(error, self._settings))
        except Exception:
            logger.exception("Unexpected error in a job")
            self._end(job, state="failed", problem=unforeseen(request_id))
        else:
            self._end(job, state="done", result=result)

    def _progress(self, job: Job, progress: Progress) -> None:
        self._check()
        self._note(job, stage=progress.stage, done=progress.done, total=progress.total)

    def _note(self, job: Job, **changes: object) -> None:
        with self._lock:
            self._jobs[job.id] = self._jobs[job.id].model_copy(update=changes)

    def _end(self, job: Job, **changes: object) -> None:
        self._metrics.jobs_under_way.dec()
        self._metrics.jobs.labels(str(changes["state"])).inc()
        self._note(job, **changes)


def unforeseen(request_id: str) -> Failure:
    """Say that something went wrong of which only the log tells more."""
    return Failure(
        detail=f"Something unexpected went wrong; look for {request_id} in the server's log."
    )
