"""A job: work on the articles that may take long, and that can be watched."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.failures import Failure, describe_error
from bot.web.problems import UnknownError
from index.article import Article, ParsedArticle
from index.build import OnProgress, Progress
from index.errors import LibraryError
from index.library import Library
from index.reading.originals import keep_originals
from index.reading.read import AS_FOUND, Blob, Reading

WAITING = 16
"""Jobs that may wait or run; more are refused."""
TOO_MANY = "Too many jobs are waiting."
RETRY_AFTER = {"Retry-After": "10"}
HEARTBEAT_SECONDS = 15
MOST_WARNINGS = 20

State = Literal["waiting", "running", "done", "failed"]


class Result(BaseModel):
    """What a job did."""

    model_config = ConfigDict(frozen=True)

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    articles: tuple[str, ...] = Field(default=(), description="Ids of what was added or changed.")
    failed: tuple[Failure, ...] = Field(default=(), description="What could not be read, and why.")
    warnings: tuple[str, ...] = Field(
        default=(), description="What was left out of the articles, or looks wrong in them."
    )


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


class Task(BaseModel):
    """What a job is to do: add what a source holds, or remove an article."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    source: Blob | str = ""
    """What was sent, or the address of a web page."""
    reading: Reading = AS_FOUND
    removed: str = ""
    """Id of the article to remove; empty: a source is added."""


class StoppedError(Exception):
    """The server shuts down: what is done is kept, the same upload goes on from there."""


Perform = Callable[[Task, OnProgress], Result]


class Jobs(ABC):
    """Runs jobs. Thread-safe; what is asynchronous is for one event loop."""

    look_seconds = 0.1
    """How often is looked for something new."""
    kept: str
    """How long is told how a job has ended."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def start(self) -> None:  # noqa: B027 - not everyone has something to start
        """Begin to work on what waits from before."""

    @abstractmethod
    async def run(self, task: Task, patience: float) -> Job:
        """Start a job and wait for it a while.

        Returns:
            The job, ended or not.

        Raises:
            HTTPException: 503, too many jobs wait.
            ArticlebotError: the job failed while it was waited for.
        """

    @abstractmethod
    async def read(self, job_id: str) -> Job:
        """Give a job as it stands.

        Raises:
            UnknownError: there is none, or it has been forgotten.
        """

    def unknown(self, job_id: str) -> UnknownError:
        told = "GET /v1/articles lists what has been added"
        return UnknownError("job", job_id, f"{self.kept}; {told}")

    async def watch(self, job_id: str) -> AsyncIterator[Job | None]:
        """Give a job each time that it has changed, until it has ended; None: still there."""
        job: Job | None
        shown, quiet = None, 0.0
        while not self._stopped.is_set():
            try:
                job = await self.read(job_id)
            except LibraryError:  # the database is away for a while: who watches need not be
                job = None
            if job and job != shown:
                yield job
                shown, quiet = job, 0.0
            if job and job.ended:
                return
            if quiet >= HEARTBEAT_SECONDS:
                yield None
                quiet = 0.0
            await asyncio.sleep(self.look_seconds)
            quiet += self.look_seconds

    def close(self) -> None:
        """Stop: the job that runs ends at its next step, those that wait do not begin."""
        self._stopped.set()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise StoppedError


def perform(library: Library, task: Task, on_progress: OnProgress) -> Result:
    """Do what a job is to do; when nothing of what was sent can be read, that is its failure."""
    if task.removed:
        on_progress(Progress("publish", 0, 1, 0, ""))
        library.remove([task.removed])
        return Result(removed=1)
    read = library.read(task.source, task.reading)
    articles = (each.article if isinstance(each, ParsedArticle) else each for each in read)
    ids = {each.id for each in articles if isinstance(each, Article)}
    before = _times_added(library, ids)
    report = library.add(read, on_progress)
    if task.source and report.added + report.changed:
        keep_originals(library.records, [task.source])
    if report.failed and not report.added + report.changed + report.unchanged:
        raise report.failed[0]
    after = _times_added(library, ids)
    return Result(
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        articles=tuple(id_ for id_, added in after.items() if before.get(id_) != added),
        failed=tuple(describe_error(error, library.settings) for error in report.failed),
        warnings=tuple(warning for _, warning in report.warnings[:MOST_WARNINGS]),
    )


def _times_added(library: Library, ids: Collection[str]) -> dict[str, str]:
    return {each.id: each.added for each in library.articles() if each.id in ids}
