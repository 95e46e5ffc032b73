"""Indexing by several processes, on one machine or many: each takes one source after the other."""

import contextlib
import multiprocessing
import os
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path

from index.article import is_url
from index.build import IndexReport, OnProgress, Progress, index_sources, unwatched
from index.errors import ArticlebotError, LibraryError, SourceError, UsageError
from index.models.encode import Encoder, OnnxEncoder
from index.models.export import export_model
from index.reading.intake import Intake
from index.reading.limits import Limits
from index.reading.read import Blob, Reading, Source, find_sources
from index.settings import Settings
from index.stores.choice import open_server
from index.stores.postgres import jobs
from index.stores.postgres.nearest import tend
from index.stores.postgres.schema import Connection
from index.stores.postgres.server import Server
from index.stores.postgres.writing import PostgresWriter

LOOK_SECONDS = 0.2
"""How often is looked whether something has changed."""


def index_in_parallel(
    settings: Settings,
    sources: Sequence[Source],
    reading: Reading,
    workers: int,
    on_progress: OnProgress = unwatched,
    encoder: Encoder | None = None,
) -> IndexReport:
    """Let sources wait in the database, and work on what waits there with several processes.

    Without sources it joins in the work on what others have let wait.

    Raises:
        SettingsError: there is no database.
        UsageError: a source is neither a file nor a URL.
        LibraryError: the database cannot be used, or every process has ended before the work.
    """
    server = open_server(settings)
    passed_over = Counter[str]()
    found = find_sources(sources, reading, passed_over)
    if any(isinstance(source, Blob) for source in found):
        raise UsageError("standard input is one article", "index it without --workers")
    if encoder is None:  # once, before several processes would do it at the same time
        export_model(settings, lambda name: on_progress(Progress("export", 0, 0, 0, name)))
    batch = secrets.token_hex(8)
    with contextlib.closing(server.connect()) as connection, server.told():
        wanted = [_place(source) for source in found if isinstance(source, Path | str)]
        jobs.add_jobs(connection, batch, wanted, reading)
        processes = _processes(settings, workers, encoder)
        try:
            with _deaf():
                for process in processes:
                    process.start()
            while any(process.is_alive() for process in processes):
                _tell(connection, batch, len(wanted), on_progress)
                time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            _stop(processes)
            # Another connection: this one may have been in the middle of something.
            with contextlib.closing(server.connect()) as fresh:
                _tell(fresh, batch, len(wanted), on_progress)
                # What is left comes with the next run, which could not count it otherwise.
                jobs.withdraw(fresh, batch)
            raise
        finally:
            _stop(processes)  # ended already, unless something went wrong
        jobs.give_up_hopeless(connection)
        if left := jobs.count_open(connection, batch):
            raise LibraryError(
                f"{left} of {len(wanted)} sources are not indexed: every process has ended",
                "see what they said, and run `articlebot index --workers N` to go on",
            )
        report = jobs.read_report(connection, batch)
    unread = tuple(source for source in found if isinstance(source, SourceError))
    kinds = tuple(passed_over.most_common())
    return replace(report, failed=unread + report.failed, passed_over=kinds)


def work(settings: Settings, encoder: Encoder) -> int:
    """Take one job after the other until none is left that has not ended; give their number.

    What another process does not bring to its end, because it was killed, is taken over.
    """
    done = 0
    server: Server = open_server(settings)
    with server.told(), contextlib.closing(server.connect()) as connection:
        writer = PostgresWriter(connection, encoder, settings.model)
        while True:
            if job := jobs.claim(connection, writer.run):
                jobs.finish(connection, job, _index(job, writer, encoder, Limits.of(settings)))
                done += 1
            elif jobs.count_open(connection):
                jobs.give_up_hopeless(connection)
                time.sleep(LOOK_SECONDS)
            else:
                break
        tend(connection, encoder.dimension)
    return done


def _index(job: jobs.Job, writer: PostgresWriter, encoder: Encoder, limits: Limits) -> IndexReport:
    source: Source = job.source if is_url(job.source) else Path(job.source)
    intake = Intake([source], replace(job.reading, glob=None), limits, writer.contents())
    return index_sources(intake, writer, encoder, unwatched, prune=False)


def _processes(settings: Settings, workers: int, encoder: Encoder | None) -> list[BaseProcess]:
    context = multiprocessing.get_context("spawn")
    threads = settings.threads or max(1, (os.cpu_count() or 1) // workers)
    own = settings.model_copy(update={"threads": threads})
    return [context.Process(target=_run, args=(own, encoder), daemon=True) for _ in range(workers)]


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Let Ctrl-C pass by those that begin now: this process hears it when they have, and ends them.

    It is blocked in this thread, which is what they inherit, and held back in the others, such as
    that of the bar of progress.
    """
    if threading.current_thread() is not threading.main_thread():  # which Ctrl-C does not reach
        yield
        return
    heard: list[int] = []
    resource_tracker.ensure_running()  # it lets signals through again when it begins
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _run(settings: Settings, encoder: Encoder | None) -> None:
    """Be one of the processes; an error that a user can act on is said in one sentence."""
    try:
        if encoder is None:
            encoder = OnnxEncoder(export_model(settings, lambda name: None), settings.threads)
        work(settings, encoder)
    except ArticlebotError as error:
        raise SystemExit(f"articlebot: {error}") from None


def _tell(connection: Connection, batch: str, total: int, on_progress: OnProgress) -> None:
    report = jobs.read_report(connection, batch)
    done = total - jobs.count_open(connection, batch)
    on_progress(Progress("index", done, total, report.sentences, ""))


def _stop(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        if process.pid is not None:  # it has begun
            process.terminate()
            process.join()


def _place(source: Path | str) -> str:
    return source if isinstance(source, str) and is_url(source) else str(Path(source).absolute())
