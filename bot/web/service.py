"""What the endpoints work with, in one object."""

from dataclasses import dataclass

from bot.readiness import Readiness
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
