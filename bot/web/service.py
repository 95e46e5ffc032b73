"""What the endpoints work with, in one object."""

from dataclasses import dataclass

from bot.conversation.follow_up import resolve
from bot.examples import Examples
from bot.web.gate import Gate
from bot.web.job import Jobs, Result, Task, perform
from bot.web.metrics import Metrics
from bot.web.readiness import Readiness
from bot.web.runner import LocalJobs
from bot.web.work import Workers, count_threads
from index.build import OnProgress
from index.library import Library
from index.settings import Settings
from index.store import Turn
from index.stores.choice import open_server


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that a request is served with."""

    library: Library
    settings: Settings
    readiness: Readiness
    workers: Workers
    gate: Gate
    jobs: Jobs
    metrics: Metrics
    examples: Examples


def make_service(library: Library, settings: Settings) -> Service:
    """Put the parts together.

    Raises:
        SettingsError: the keys cannot be used.
    """
    metrics, examples = Metrics(library.info), Examples(library)
    return Service(
        library=library,
        settings=settings,
        readiness=Readiness(library, then=lambda: prepare(examples)),
        workers=Workers(settings.concurrency, settings.request_seconds, count_threads(settings)),
        gate=Gate(settings),
        jobs=make_jobs(library, settings, metrics),
        metrics=metrics,
        examples=examples,
    )


def make_jobs(library: Library, settings: Settings, metrics: Metrics) -> Jobs:
    """Give what runs jobs: for this process, or shared by all on the database."""

    def do(task: Task, on_progress: OnProgress) -> Result:
        return perform(library, task, on_progress)

    if settings.store is None:
        return LocalJobs(do, settings, metrics)
    server = open_server(settings)
    from bot.web.shared import SharedJobs
    from index.stores.postgres.tasks import Tasks

    return SharedJobs(do, Tasks(server, "web"), settings, metrics)


def prepare(examples: Examples) -> None:
    """Do once what the first visitor and the first follow-up would wait for."""
    examples.read()
    resolve("Where does he work?", [Turn("Who is Ada?", "Who is Ada?", found=False, cited=())])
