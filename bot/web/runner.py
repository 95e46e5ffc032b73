"""Work on the articles that may take long: one job at a time, its progress to be watched."""

import asyncio
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from bot.problems import REQUEST_ID, Failure, describe_error
from bot.web.metrics import Metrics
from index.build import Progress
from index.errors import ArticlebotError
from index.settings import Settings

WAITING = 16
"""Jobs that may wait or run; more are refused."""
REMEMBERED = 200
"""Jobs that have ended, of which the outcome can still be read."""
LOOK_SECONDS = 0.1
"""How often a watcher looks for something new."""
HEARTBEAT_SECONDS = 15
NO_JOB = "There is no job with this id, or it ended long ago."

State = Literal["waiting", "running", "done", "failed"]

logger = logging.getLogger(__name__)


class Result(BaseModel):
    """What a job did."""

    model_config = ConfigDict(frozen=True)

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    articles: tuple[str, ...] = Field(default=(), description="Ids of what was added or changed.")
    failed: tuple[Failure, ...] = Field(default=(), description="What could not be read, and why.")


class Job(BaseModel):
    """A piece of work on the articles, as far as it has come."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(examples=["uLx3vbPnYw0q"])
    state: State = Field(examples=["running"])
    stage: str = Field(default="", description="`export`, `index` or `publish` while it runs.")
    done: int = Field(default=0, description="Articles done.")
    total: int = Field(default=0, description="Articles in all; 0: not known.")
    result: Result | None = Field(default=None, description="Set once it is done.")
    problem: Failure | None = Field(default=None, description="Set once it has failed.")

    @property
    def ended(self) -> bool:
        return self.state in {"done", "failed"}


class _StoppedError(Exception):
    """The server shuts down: what is done is kept, the same upload goes on from there."""


Work = Callable[[Callable[[Progress], None]], Result]


class Jobs:
    """Runs jobs one after the other, as the library has one writer. Thread-safe."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._errors: dict[str, ArticlebotError] = {}
        self._stopped = threading.Event()

    async def run(self, work: Work, patience: float) -> Job:
        """Start a job and wait for it a while.

        Returns:
            The job, ended or not.

        Raises:
            HTTPException: 503, too many jobs wait.
            ArticlebotError: the job failed while it was waited for.
        """
        job, future = self._start(work)
        await asyncio.wait([asyncio.wrap_future(future)], timeout=patience)
        with self._lock:
            if error := self._errors.pop(job.id, None):
                raise error
        return self.read(job.id)

    def read(self, job_id: str) -> Job:
        """Give a job as it stands.

        Raises:
            HTTPException: 404, there is none, or it has been forgotten.
        """
        with self._lock:
            if job := self._jobs.get(job_id):
                return job
        raise HTTPException(404, NO_JOB)

    async def watch(self, job_id: str) -> AsyncIterator[Job | None]:
        """Give a job each time that it has changed, until it has ended; None: still there."""
        shown, quiet = None, 0.0
        while not self._stopped.is_set():
            job = self.read(job_id)
            if job != shown:
                yield job
                shown, quiet = job, 0.0
            if job.ended:
                return
            if quiet >= HEARTBEAT_SECONDS:
                yield None
                quiet = 0.0
            await asyncio.sleep(LOOK_SECONDS)
            quiet += LOOK_SECONDS

    def close(self) -> None:
        """Stop: the job that runs ends at its next step, those that wait do not begin."""
        self._stopped.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _start(self, work: Work) -> tuple[Job, "Future[None]"]:
        job = Job(id=secrets.token_urlsafe(9), state="waiting")
        with self._lock:
            if sum(not each.ended for each in self._jobs.values()) >= WAITING:
                raise HTTPException(503, "Too many jobs are waiting.", {"Retry-After": "10"})
            self._jobs[job.id] = job
            ended = [each.id for each in self._jobs.values() if each.ended]
            for forgotten in ended[: max(0, len(ended) - REMEMBERED)]:
                del self._jobs[forgotten]
                self._errors.pop(forgotten, None)
        self._metrics.jobs_under_way.inc()
        return job, self._thread.submit(self._work, job, work, REQUEST_ID.get())

    def _work(self, job: Job, work: Work, request_id: str) -> None:
        REQUEST_ID.set(request_id)  # the log's lines belong to the request that asked for it
        self._note(job, state="running")
        try:
            result = work(lambda progress: self._progress(job, progress))
        except _StoppedError:
            return
        except ArticlebotError as error:
            with self._lock:
                self._errors[job.id] = error
            self._end(job, state="failed", problem=describe_error(error, self._settings))
        except Exception:
            logger.exception("Unexpected error in a job")
            what = f"Something unexpected went wrong; look for {request_id} in the server's log."
            self._end(job, state="failed", problem=Failure(detail=what))
        else:
            self._end(job, state="done", result=result)

    def _progress(self, job: Job, progress: Progress) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self._note(job, stage=progress.stage, done=progress.done, total=progress.total)

    def _note(self, job: Job, **changes: object) -> None:
        with self._lock:
            self._jobs[job.id] = self._jobs[job.id].model_copy(update=changes)

    def _end(self, job: Job, **changes: object) -> None:
        self._metrics.jobs_under_way.dec()
        self._metrics.jobs.labels(str(changes["state"])).inc()
        self._note(job, **changes)
