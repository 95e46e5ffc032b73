"""Sudden ends, and many readers beside a writer: every reader sees one whole state."""

import contextlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from index.build import Progress
from index.errors import BusyError, EmptyLibraryError, LibraryError
from index.library import Library
from index.settings import Settings
from tests.conftest import ROOT
from tests.fakes import FakeEncoder
from tests.index.stores.helpers import QUESTION, reopen, search

Write = Callable[[str, str | bytes], Path]


_SLOW = """
import sys, time
from pathlib import Path
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder
class Slow(FakeEncoder):
    def encode(self, texts):
        if any("slowly" in text for text in texts):
            print("slow", flush=True)
            time.sleep(60)
        return super().encode(texts)
Library.open(Settings(data=sys.argv[1], cache="/nowhere"), encoder=Slow()).index(
    [Path(path) for path in sys.argv[2:]]
)
"""


def start_slow(library: Library, *paths: Path) -> subprocess.Popen[str]:
    """Start a process that indexes, and wait until it hangs in the middle of that."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SLOW, str(library.settings.data), *map(str, paths)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "slow\n"
    return process


def test_a_killed_run_is_continued_and_readers_see_the_old_state(
    seed_library: Library, write: Write
) -> None:
    expected, info = search(seed_library), seed_library.info()
    first, slow = write("a.txt", "One came. Two went."), write("z.txt", "It went slowly.")
    with start_slow(seed_library, first, slow) as process:
        assert search(seed_library) == expected
        waited: list[Progress] = []
        with (
            Library(impatient(seed_library.settings), FakeEncoder()) as other,
            pytest.raises(BusyError, match=r"another process is indexing into .*: wait until"),
        ):
            other.index([first], waited.append)
        assert [each.stage for each in waited] == ["wait"]
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    again = reopen(seed_library)
    assert (again.info(), search(again)) == (info, expected)
    report = again.index([first, slow])
    assert (report.added, report.sentences) == (2, 1)  # the first was staged before the kill
    assert again.info().articles == 3


def test_a_killed_first_run_leaves_an_empty_library(library: Library, write: Write) -> None:
    first, slow = write("a.txt", "One came."), write("z.txt", "It went slowly.")
    with start_slow(library, first, slow) as process:
        process.kill()
    assert library.articles() == []
    assert library.info().articles == 0
    with pytest.raises(LibraryError, match=r"no articles in .* yet: add some with"):
        search(library)
    assert library.index([slow]).added == 1
    assert library.info().articles == 2  # what was staged comes along


def test_two_writers_in_one_process_take_turns(library: Library, write: Write) -> None:
    path = write("a.txt", "One came.")

    def try_again(progress: Progress) -> None:
        if progress.stage == "wait":
            return
        for second in (library, Library.open(library.settings, encoder=FakeEncoder())):
            with pytest.raises(BusyError):
                second.index([path])
            second.articles()

    with Library(impatient(library.settings), FakeEncoder()) as library:
        library.index([path], try_again)
        assert library.index([path]).unchanged == 1


def impatient(settings: Settings) -> Settings:
    return settings.model_copy(update={"wait_seconds": 0.2})


def test_a_database_that_is_being_made_is_empty(library: Library) -> None:
    library.settings.data.mkdir()
    with contextlib.closing(sqlite3.connect(library.settings.data / "articles.sqlite3")) as made:
        made.execute("PRAGMA journal_mode = WAL")
        assert library.articles() == []
        with pytest.raises(EmptyLibraryError, match="no articles in"):
            search(library)


def test_a_data_directory_put_in_place_of_another_is_seen(
    seed_library: Library, tmp_path: Path, write: Write
) -> None:
    data, kept = seed_library.settings.data, tmp_path / "kept"
    info, expected = seed_library.info(), search(seed_library)
    shutil.copytree(data, kept)
    seed_library.index([write("a.txt", f"{QUESTION} He said so.")])
    with seed_library.snapshot() as before:
        shutil.rmtree(data)
        kept.rename(data)
        assert before.info().articles == 2
        assert (seed_library.info(), search(seed_library)) == (info, expected)
    assert (seed_library.info(), search(seed_library)) == (info, expected)


def test_a_snapshot_stays_what_it_was(seed_library: Library, write: Write) -> None:
    expected, info = search(seed_library), seed_library.info()
    path = write("a.txt", QUESTION)
    with ExitStack() as stack:
        early = stack.enter_context(seed_library.snapshot())
        assert early.info() == info
        for n in range(4):
            path.write_text(f"{QUESTION} He said so {n} times.")
            seed_library.index([path])
            now = search(seed_library)
            assert now[0].sentence.article_id.startswith("a-")
            # Its search files are gone in the end, and are built again for it alone.
            assert seed_library.search(early, QUESTION, 10) == expected
        assert early.info() == info
        assert len(early.articles()) == 1
    assert search(seed_library) == now


def test_many_snapshots_at_once(seed_library: Library) -> None:
    expected = search(seed_library)
    with ExitStack() as stack:
        snapshots = [stack.enter_context(seed_library.snapshot()) for _ in range(50)]
        with ThreadPoolExecutor(16) as pool:
            found = list(
                pool.map(lambda snapshot: seed_library.search(snapshot, QUESTION, 10), snapshots)
            )
    assert found == [expected] * 50


def article(number: int, state: int) -> str:
    """An article whose every sentence tells its state, and whose length depends on it."""
    return f"Article {number} is in state {state}.\n\n" + " ".join(
        f"Sentence {i} of article {number} in state {state}." for i in range(3 + state % 5)
    )


def check_reads(library: Library, articles: int) -> int:
    """Search and read one snapshot; give the state that all of it is in."""
    with library.snapshot() as snapshot:
        hits = library.search(snapshot, "sentence of article in state", 40)
        texts = {s.id: snapshot.article(s.id) for s in snapshot.articles()}
        info = snapshot.info()
    assert len(texts) == info.articles == articles
    told = set()
    for stored in texts.values():
        assert stored is not None
        told |= set(stored.text.split("in state ")[1:2])
    for hit in hits:
        stored = texts[hit.sentence.article_id]
        assert stored is not None
        quote = stored.text[hit.sentence.start : hit.sentence.end]
        assert quote.startswith(("Article", "Sentence"))
        assert quote.endswith(".")
    states_seen = {text.split(".")[0] for text in told}
    assert len(states_seen) == 1, states_seen
    state = int(states_seen.pop())
    assert info.sentences == articles * (4 + state % 5)
    assert len(hits) == min(40, info.sentences)
    return state


_OTHER_PROCESS = """
import sys
from pathlib import Path
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder
from tests.index.stores.test_local import check_reads
stop = Path(sys.argv[2])
seen = []
while not stop.exists():
    if len(seen) == 5:
        print("reading", flush=True)
    with Library.open(Settings(data=sys.argv[1], cache="/nowhere"), encoder=FakeEncoder()) as one:
        for _ in range(5):
            seen.append(check_reads(one, 4))
assert seen == sorted(seen), seen
print(len(set(seen)))
"""


def test_readers_see_whole_states_while_articles_are_replaced(
    library: Library, write: Write, tmp_path: Path
) -> None:
    """Three threads and a second process, which opens the library anew again and again."""

    def write_state(state: int) -> list[Path]:
        return [write(f"{n}.txt", article(n, state)) for n in range(4)]

    library.index(write_state(0))
    stop = threading.Event()
    stop_file = tmp_path / "stop"

    def read_on() -> list[int]:
        seen = []
        while not stop.is_set():
            seen.append(check_reads(library, 4))
        return seen

    other = subprocess.Popen(
        [sys.executable, "-c", _OTHER_PROCESS, str(library.settings.data), str(stop_file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    writer = Library.open(library.settings, encoder=FakeEncoder())
    with ThreadPoolExecutor(3) as pool, other:
        try:
            reading = [pool.submit(read_on) for _ in range(3)]
            assert other.stdout is not None
            assert other.stdout.readline() == "reading\n"
            for state in range(1, 16):
                assert writer.index(write_state(state)).changed == 4
        finally:
            stop.set()
            stop_file.touch()
        out, errors = other.communicate(timeout=60)
    writer.close()
    assert other.returncode == 0, errors
    assert int(out) > 1
    for future in reading:
        seen = future.result()
        assert seen == sorted(seen)
        assert len(set(seen)) > 2
    assert check_reads(library, 4) == 15


def test_what_is_stored_can_be_read_by_its_owner_alone(seed_library: Library) -> None:
    data = seed_library.settings.data
    with seed_library.snapshot():
        modes = {path.name: path.stat().st_mode & 0o777 for path in data.iterdir()}
    private = {name: mode for name, mode in modes.items() if name.startswith("articles.sqlite3")}
    assert len(private) == 3
    assert set(private.values()) == {0o600}
    assert {(data / "search" / "1").stat().st_mode & 0o777} == {0o700}
