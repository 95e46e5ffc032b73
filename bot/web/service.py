"""What the endpoints work with, in one object."""

from dataclasses import dataclass

from bot.readiness import Readiness
from bot.web.gate import Gate
from bot.web.metrics import Metrics
from bot.web.runner import Jobs
from bot.web.work import Workers
from index.library import Library
from index.settings import Settings


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


def make_service(library: Library, settings: Settings) -> Service:
    """Put the parts together.

    Raises:
        SettingsError: the keys cannot be used.
    """
    metrics = Metrics(library.info)
    return Service(
        library=library,
        settings=settings,
        readiness=Readiness(library),
        workers=Workers(settings.concurrency, settings.request_seconds),
        gate=Gate(settings),
        jobs=Jobs(settings, metrics),
        metrics=metrics,
    )
