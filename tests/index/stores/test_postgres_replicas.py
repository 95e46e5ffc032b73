"""Several processes on one database: each article whole, each job done once, none lost."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.article import Article
from index.build import IndexReport, Progress
from index.errors import LibraryError, UsageError
from index.library import Library
from index.reading.read import AS_FOUND, Blob, Reading
from index.settings import Settings
from index.stores.postgres import bulk, jobs
from index.stores.postgres.server import Server
from tests.fakes import FakeEncoder, Hanging
from tests.index.stores.test_postgres import check_counts, connect, open_library, rows

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def library(tmp_path: Path, database: str) -> Iterator[Library]:
    with open_library(tmp_path, database) as opened:
        yield opened


def start(target: Callable[..., object], *arguments: object) -> multiprocessing.Process:
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    return process  # type: ignore[return-value]


def wait_for(path: Path, process: multiprocessing.Process) -> None:
    while not path.exists():
        assert process.is_alive()
        time.sleep(0.02)


def kill(process: multiprocessing.Process) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def index_hanging(settings: Settings, told: Path, paths: list[Path]) -> None:
    Library.open(settings, encoder=Hanging(told)).index(paths)


def work_hanging(settings: Settings, told: Path) -> None:
    bulk.work(settings, Hanging(told))


def test_what_a_killed_process_has_staged_is_taken_over(
    library: Library, database: str, write: Write, tmp_path: Path
) -> None:
    first, slow = write("a.txt", "One came. Two went."), write("z.txt", "It went slowly.")
    told = tmp_path / "told"
    process = start(index_hanging, library.settings, told, [first, slow])
    wait_for(told, process)
    assert library.articles() == [], "nothing of it is seen before all is there"
    library.add([Article("b", "B", "s", "Another came.")])
    assert [each.id for each in library.articles()] == ["b"], "its run lives: it is left alone"
    kill(process)
    report = library.index([first, slow])
    assert (report.added, report.sentences) == (2, 1), "the first was staged before the kill"
    check_counts(database)


def test_two_that_write_the_same_articles_do_not_mix(
    library: Library, database: str, tmp_path: Path
) -> None:
    """Whoever reads meanwhile sees each article as one of them wrote it, with its sentences."""
    ids = [f"a{n}" for n in range(4)]

    def version(writer: str, turn: int) -> list[Article]:
        said = " ".join(f"{writer} said {turn} once." for _ in range(1 + turn % 3))
        return [Article(id_, writer, "s", f"{said} By {writer}.") for id_ in ids]

    def write(writer: str) -> None:
        with open_library(tmp_path, database) as own:
            for turn in range(8):
                own.add(version(writer, turn))

    library.add(version("Ann", 0))
    done = threading.Event()

    def read() -> int:
        seen = 0
        while not done.is_set():
            with library.snapshot() as snapshot:
                hits = library.search(snapshot, "said once", 100)
                articles = {each.id: snapshot.article(each.id) for each in snapshot.articles()}
                assert len(hits) == snapshot.info().sentences
            assert sorted(articles) == ids
            for hit in hits:
                found = articles[hit.sentence.article_id]
                assert found is not None
                quote = found.text[hit.sentence.start : hit.sentence.end]
                assert quote.startswith((f"{found.title} said", f"By {found.title}"))
                assert quote.endswith(".")
            seen += 1
        return seen

    with ThreadPoolExecutor(4) as pool:
        reading = pool.submit(read)
        for writing in [pool.submit(write, writer) for writer in ("Bob", "Cid", "Dee")]:
            writing.result()
        done.set()
        assert reading.result() > 2
    assert len({article.title for article in library.articles()}) == 1, "published at once"
    check_counts(database)


def test_a_killed_worker_s_job_is_taken_over(
    library: Library, database: str, write: Write, tmp_path: Path
) -> None:
    paths = [write(f"{n}.txt", f"Number {n} came.") for n in range(6)]
    paths.insert(2, write("slow.txt", "It went slowly."))
    with Server(database).connect() as connection:
        jobs.add_jobs(connection, "b", [str(path) for path in paths], AS_FOUND)
    told = tmp_path / "told"
    process = start(work_hanging, library.settings, told)
    wait_for(told, process)
    assert len(library.articles()) == 2
    taken: list[int] = []
    other = threading.Thread(
        target=lambda: taken.append(bulk.work(library.settings, FakeEncoder()))
    )
    other.start()
    while len(library.articles()) < 6:
        time.sleep(0.02)
    assert other.is_alive(), "it waits for the one that is still being worked on"
    kill(process)
    other.join(20)
    assert taken == [5]
    assert len(library.articles()) == 7
    with Server(database).connect() as connection:
        report = jobs.read_report(connection, "b")
    assert (report.added, report.failed) == (7, ())
    check_counts(database)


def test_a_source_that_ends_every_process_is_given_up(library: Library, database: str) -> None:
    with Server(database).connect() as connection:
        jobs.add_jobs(connection, "b", ["/fatal"], AS_FOUND)
        connection.execute("UPDATE job SET attempts = 3, run = 4711")
        assert jobs.claim(connection, 1) is None
    assert bulk.work(library.settings, FakeEncoder()) == 0
    with Server(database).connect() as connection:
        (failed,) = jobs.read_report(connection, "b").failed
    assert str(failed) == "/fatal: it ended the process that read it: tried 3 times"


def test_no_two_claim_the_same_job(database: str) -> None:
    with Server(database).connect() as connection:
        jobs.add_jobs(connection, "b", [f"/{n}" for n in range(60)], Reading(glob="*.x"))
    start = threading.Barrier(4)

    def take() -> list[str]:
        with Server(database).connect() as connection:
            run = rows(database, "SELECT nextval('run')::integer")[0][0]
            assert isinstance(run, int)
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (0x61627231, run))
            start.wait()
            taken = []
            while job := jobs.claim(connection, run):
                assert job.reading == Reading(glob="*.x")
                taken.append(job.source)
                jobs.finish(connection, job, NOTHING_DONE)
            return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [pool.submit(take) for _ in range(4)]
        sources = [source for future in taken for source in future.result()]
    assert sorted(sources) == sorted(f"/{n}" for n in range(60))


NOTHING_DONE = IndexReport(0, 0, 0, 0, ())


def test_several_processes_index(library: Library, database: str, write: Write) -> None:
    paths = [write(f"{n}.txt", f"Number {n} came. It left.") for n in range(12)]
    broken = write("broken.txt", b"\0\1\2\3" * 9)
    write("photo.jpg", b"")
    write("other.jpg", b"")
    sources = [paths[0].parent, paths[0].parent / "missing"]
    told: list[int] = []
    report = bulk.index_in_parallel(
        library.settings, sources, AS_FOUND, 2, lambda p: told.append(p.done), FakeEncoder()
    )
    assert (report.added, report.sentences) == (12, 24)
    assert len(report.failed) == 2
    assert report.passed_over == ((".jpg", 2),)
    assert any(str(broken) in str(error) for error in report.failed)
    assert told == sorted(told)
    assert len(library.articles()) == 12
    check_counts(database)
    again = bulk.index_in_parallel(library.settings, paths, AS_FOUND, 2, encoder=FakeEncoder())
    assert (again.added, again.unchanged) == (0, 12)
    with connect(database) as connection:
        jobs.add_jobs(connection, "of another machine", [str(write("x.txt", "More."))], AS_FOUND)
    joined = bulk.index_in_parallel(library.settings, [], AS_FOUND, 1, encoder=FakeEncoder())
    assert joined.added == 0, "of its own"
    assert len(library.articles()) == 13


def count_open(database: str) -> int:
    with connect(database) as connection:
        return jobs.count_open(connection)


def test_what_an_interrupted_run_has_left_is_counted_by_the_next(
    library: Library, database: str, write: Write, tmp_path: Path
) -> None:
    paths = [write(f"{n}.txt", f"Number {n} came.") for n in range(6)]
    paths.insert(2, write("slow.txt", "It went slowly."))
    hangs = tmp_path / "told"
    told: list[tuple[int, int]] = []
    pressed = False

    def press_ctrl_c(progress: Progress) -> None:
        nonlocal pressed
        told.append((progress.done, progress.total))
        if hangs.exists() and not pressed:
            pressed = True
            while count_open(database) > 1:
                time.sleep(0.02)
            raise KeyboardInterrupt

    encoder = Hanging(hangs)
    with pytest.raises(KeyboardInterrupt):
        bulk.index_in_parallel(library.settings, paths, AS_FOUND, 2, press_ctrl_c, encoder)
    assert told[-1] == (6, 7)
    assert count_open(database) == 0
    again = bulk.index_in_parallel(library.settings, paths, AS_FOUND, 2, encoder=FakeEncoder())
    assert (again.added, again.unchanged) == (1, 6)
    check_counts(database)


_INDEX = """
import signal, sys
from pathlib import Path
from index.reading.read import AS_FOUND
from index.settings import Settings
from index.stores.postgres.bulk import index_in_parallel
from tests.fakes import Hanging
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # where it comes ignored
    settings = Settings(data=sys.argv[1], store=sys.argv[2])
    tell = lambda progress: print(progress.done, flush=True)
    try:
        path = Path(sys.argv[3])
        encoder = Hanging(path.with_suffix(".told"))  # so that it is not done before
        index_in_parallel(settings, [path], AS_FOUND, 2, tell, encoder)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_ctrl_c_reaches_processes_that_are_just_beginning(
    library: Library, database: str, write: Write
) -> None:
    path = write("a.txt", "One came slowly.")
    command = [sys.executable, "-c", _INDEX, str(library.settings.data), database, str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout
        for _ in range(3):  # so that they have begun to load what they need
            process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        said = process.communicate(timeout=30)[1]
    assert (process.returncode, said) == (130, b"")


def test_ctrl_c_while_processes_are_started_is_heard_then() -> None:
    begun = []

    def begin() -> None:
        with bulk._deaf():
            os.kill(os.getpid(), signal.SIGINT)  # any thread may take it
            time.sleep(0.05)
            begun.append(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))

    ended = threading.Event()
    other = threading.Thread(target=ended.wait)  # as a bar of progress has
    other.start()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            begin()
    finally:
        signal.signal(signal.SIGINT, before)
        ended.set()
        other.join()
    assert begun == [True]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_standard_input_is_not_for_several(library: Library) -> None:
    with pytest.raises(UsageError, match="without --workers"):
        bulk.index_in_parallel(library.settings, [Blob("-", b"x")], AS_FOUND, 2)


class Failing(FakeEncoder):
    """Another model, which the library refuses."""

    fingerprint = "other-64"


def test_when_every_process_has_ended_it_is_told(
    library: Library, write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    library.add([Article("a", "A", "s", "One came.")])
    path = write("x.txt", "Two came.")
    with pytest.raises(LibraryError, match="1 of 1 sources are not indexed"):
        bulk.index_in_parallel(library.settings, [path], AS_FOUND, 2, encoder=Failing())
    said = capfd.readouterr().err
    assert "indexed with the model" in said
    assert "Traceback" not in said
    assert bulk.work(library.settings, FakeEncoder()) == 1, "it waits for one who can"
