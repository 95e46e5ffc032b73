"""The jobs of all servers on one database: whoever is free does them, wherever they were sent."""

import asyncio
import logging
import secrets
import threading
import time

from fastapi import HTTPException
from pydantic import BaseModel

from bot.failures import describe_error
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
from bot.web.runner import unforeseen
from index import errors
from index.build import Progress
from index.errors import ArticlebotError, LibraryError, SourceError
from index.settings import Settings
from index.stores.postgres.tasks import TakenTask, Tasks

ATTEMPTS = 3
"""How often a job is begun: what ends each server that works on it is given up."""
IDLE_SECONDS = 2.0
"""How often a server looks for jobs that others have been sent, or have left."""

SOON_SECONDS = 0.03
"""How often whoever waits for a job looks whether it has ended."""

logger = logging.getLogger(__name__)


class Noted(BaseModel):
    """A job, as the servers tell each other."""

    job: Job
    request: str
    """Id of the request that asked for it, for the log."""
    error: tuple[str, str, str] | None = None
    """One that was foreseen: its class, what happened, and the remedy."""

    def now(self, **changes: object) -> "Noted":
        """Give it with changes to the job."""
        return self.model_copy(update={"job": self.job.model_copy(update=changes)})

    def dump(self) -> bytes:
        return self.model_dump_json().encode()


class SharedJobs(Jobs):
    """Runs jobs one after the other, in a thread, while other servers run others."""

    look_seconds = 0.25
    kept = "how a job has ended is told for a day"

    def __init__(
        self, perform: Perform, tasks: Tasks, settings: Settings, metrics: Metrics
    ) -> None:
        super().__init__()
        self._perform = perform
        self._tasks = tasks
        self._settings = settings
        self._metrics = metrics
        self._woken = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._serve, name="jobs").start()

    async def run(self, task: Task, patience: float) -> Job:
        job = Job(id=secrets.token_urlsafe(9), state="waiting")
        noted = Noted(job=job, request=REQUEST_ID.get())
        what = task.model_dump_json().encode()
        if not await asyncio.to_thread(self._tasks.add, job.id, what, noted.dump(), WAITING):
            raise HTTPException(503, TOO_MANY, RETRY_AFTER)
        self._woken.set()
        last = time.monotonic() + patience
        while True:
            noted = await self._read(job.id)
            if noted.job.ended or time.monotonic() > last:
                break
            await asyncio.sleep(SOON_SECONDS)
        if noted.error:
            kind, *told = noted.error
            raise getattr(errors, kind, ArticlebotError)(*told)
        return noted.job

    async def read(self, job_id: str) -> Job:
        return (await self._read(job_id)).job

    def close(self) -> None:
        super().close()
        self._woken.set()
        self._tasks.close()

    async def _read(self, job_id: str) -> Noted:
        state = await asyncio.to_thread(self._tasks.state, job_id)
        if state is None:
            raise self.unknown(job_id)
        return Noted.model_validate_json(state)

    def _serve(self) -> None:
        """Do one job after the other, until it is stopped."""
        while not self._stopped.is_set():
            worked = False
            try:
                worked = self._take()
            except LibraryError as error:  # readiness tells it, too
                logger.info("No job is taken: %s", error)
            except Exception:
                logger.exception("Unexpected error between jobs")
            if not worked:
                self._woken.wait(IDLE_SECONDS)
            self._woken.clear()

    def _take(self) -> bool:
        """Do a job; False where there is none to do."""
        with self._tasks.taking() as taken:
            if taken is None:
                return False
            noted = Noted.model_validate_json(taken.state)
            REQUEST_ID.set(noted.request)
            with self._metrics.jobs_under_way.track_inprogress():
                self._work(taken, noted)
            return True

    def _work(self, taken: TakenTask, noted: Noted) -> None:
        """Do a job that has been taken.

        Raises:
            LibraryError: the database has gone, and with it the job: it waits to be taken anew.
        """

        def show(progress: Progress) -> None:
            nonlocal noted
            self._check()
            stage, done, total = progress.stage, progress.done, progress.total
            noted = noted.now(stage=stage, done=done, total=total)
            taken.note(noted.dump())

        try:
            if taken.attempts > ATTEMPTS:
                raise SourceError("it ended each server that read it", f"tried {ATTEMPTS} times")
            noted = noted.now(state="running")
            taken.note(noted.dump())
            result = self._perform(Task.model_validate_json(taken.what), show)
        except StoppedError:
            taken.hand_back(noted.now(state="waiting").dump())
            return
        except ArticlebotError as error:
            told = (type(error).__name__, error.what, error.remedy)
            ended = noted.now(state="failed", problem=describe_error(error, self._settings))
            ended = ended.model_copy(update={"error": told})
        except Exception:
            logger.exception("Unexpected error in a job")
            ended = noted.now(state="failed", problem=unforeseen(noted.request))
        else:
            ended = noted.now(state="done", result=result)
        taken.finish(ended.dump())
        self._metrics.jobs.labels(ended.job.state).inc()
