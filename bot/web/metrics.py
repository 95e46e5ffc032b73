"""What Prometheus reads at `/metrics`."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from index.errors import ArticlebotError
from index.store import LibraryInfo

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one application, apart from those of others in the same process."""

    def __init__(self, info: Callable[[], LibraryInfo]) -> None:
        """Start from zero; `info` is asked for the size of the index at each reading."""
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "articlebot_requests",
            "HTTP requests.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "articlebot_request_seconds",
            "From the first byte of a request to the last of its response.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._stages = Histogram(
            "articlebot_stage_seconds",
            "Seconds for a stage of an answer.",
            ("stage",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._answers = Counter(
            "articlebot_answers",
            "Questions, by whether an answer was found.",
            ("found",),
            registry=registry,
        )
        for found in ("true", "false"):
            self._answers.labels(found)
        self.jobs = Counter(
            "articlebot_jobs", "Jobs that ended, by how.", ("outcome",), registry=registry
        )
        self.jobs_under_way = Gauge(
            "articlebot_jobs_under_way", "Jobs that wait or run here.", registry=registry
        )
        registry.register(_IndexSize(info))

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def observe_stage(self, stage: str, seconds: float) -> None:
        self._stages.labels(stage).observe(seconds)

    def count_answer(self, *, found: bool) -> None:
        """Count an answer, or an abstention where none was found."""
        self._answers.labels(str(found).lower()).inc()

    def read(self) -> bytes:
        """Give everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _IndexSize(Collector):
    def __init__(self, info: Callable[[], LibraryInfo]) -> None:
        self._info = info

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        with suppress(ArticlebotError):  # what cannot be read is left out
            info = self._info()
            yield GaugeMetricFamily("articlebot_articles", "Articles.", info.articles)
            yield GaugeMetricFamily("articlebot_sentences", "Sentences.", info.sentences)
