"""Faults and company: damage, full disks, sudden ends, and many readers beside a writer."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from index.encode import Vectors
from index.errors import BusyError, LibraryError
from index.library import Library
from index.search import Hit
from index.settings import Settings
from tests.conftest import ROOT, SEEDS
from tests.fakes import FakeEncoder

Write = Callable[[str, str | bytes], Path]
QUESTION = "Who raised concerns about the missile deal?"


def search(library: Library) -> list[Hit]:
    with library.snapshot() as snapshot:
        return library.search(snapshot, QUESTION, 10)


def reopen(library: Library) -> Library:
    """Give what a process that starts now would see."""
    library.close()
    return Library.open(library.settings, encoder=FakeEncoder())


def search_folder(library: Library) -> Path:
    return library.settings.data / "search"


def states(library: Library) -> list[str]:
    return sorted(path.name for path in search_folder(library).iterdir())


class BrokenEncoder(FakeEncoder):
    """Encodes questions alone: articles must never need encoding again."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        assert len(texts) == 1, "an article is encoded again"
        return super().encode(texts)


# Damage ------------------------------------------------------------------------------------------


def _remove(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _alter(path: Path) -> None:
    """Change bytes in the middle, where no header tells."""
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data) * 2 // 3 + 1):
        data[at] ^= 0x5A
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_remove, _empty, _halve, _alter])
@pytest.mark.parametrize(
    "name",
    ["vectors.faiss", "seal.json", *(f"words/{n}" for n in ("meta.json", "*.term", "*.idx"))]
    + [f"words/*.{n}" for n in ("fieldnorm", "fast", "pos", "store")],
)
def test_a_damaged_search_file_is_built_again_without_encoding(
    seed_library: Library,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Path], None],
    name: str,
) -> None:
    expected = search(seed_library)
    (file,) = (search_folder(seed_library) / "1").glob(name)
    damage(file)
    seed_library.close()
    with Library.open(seed_library.settings, encoder=BrokenEncoder()) as damaged:
        assert search(damaged) == expected
        assert "built again" in caplog.text
    caplog.clear()
    assert search(reopen(seed_library)) == expected
    assert caplog.text == ""  # mended for good
    assert states(seed_library) == ["1"]


def test_missing_search_files_are_built_again(seed_library: Library) -> None:
    expected = search(seed_library)
    shutil.rmtree(search_folder(seed_library))
    seed_library.close()
    with Library.open(seed_library.settings, encoder=BrokenEncoder()) as damaged:
        assert search(damaged) == expected


def test_search_files_of_other_articles_are_not_used(
    seed_library: Library, write: Write, tmp_path: Path
) -> None:
    """As after a restored copy of the database: the number fits, the content does not."""
    other = Settings(data=tmp_path / "other", cache=tmp_path)
    with Library.open(other, encoder=FakeEncoder()) as opened:
        opened.index([write("a.txt", "One came.")])
    expected = search(seed_library)
    shutil.rmtree(search_folder(seed_library) / "1")
    shutil.copytree(other.data / "search" / "1", search_folder(seed_library) / "1")
    assert search(reopen(seed_library)) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: b"\x5a" * len(data), id="garbage"),
        pytest.param(lambda data: data[:100] + b"\x5a" * (len(data) - 100), id="only a header"),
        pytest.param(lambda data: b"hello", id="a text"),
    ],
)
def test_a_damaged_database_is_told_and_left_as_it_is(
    seed_library: Library, content: Callable[[bytes], bytes]
) -> None:
    seed_library.close()
    path = seed_library.settings.data / "articles.sqlite3"
    damaged = content(path.read_bytes())
    path.write_bytes(damaged)
    for use in (
        search,
        Library.articles,
        Library.info,
        Library.warm,
        lambda lib: lib.index([SEEDS]),
    ):
        with pytest.raises(LibraryError, match=r"is damaged \(.*\); nothing was changed: ") as told:
            use(reopen(seed_library))
        assert "restore a copy of it, or move it away" in told.value.remedy
        assert "\n" not in str(told.value)
    assert path.read_bytes() == damaged


def test_the_remedy_for_a_damaged_database_works(seed_library: Library) -> None:
    expected = search(seed_library)
    seed_library.close()
    path = seed_library.settings.data / "articles.sqlite3"
    path.write_bytes(b"\x5a" * 5000)
    path.rename(path.with_suffix(".damaged"))
    assert reopen(seed_library).index([SEEDS]).added == 1
    assert search(reopen(seed_library)) == expected


def test_another_models_library_is_refused_and_kept(seed_library: Library) -> None:
    class OtherEncoder(FakeEncoder):
        fingerprint = "another"

    expected = search(seed_library)
    settings = seed_library.settings.model_copy(update={"model": "some/other"})
    with Library.open(settings, encoder=OtherEncoder()) as other:
        for use in (search, Library.warm, lambda library: library.index([SEEDS])):
            with pytest.raises(LibraryError, match="with the model bundled, not some/other: set"):
                use(other)
        assert len(other.articles()) == 1  # reading needs no model
    assert search(seed_library) == expected


# Where nothing can be written --------------------------------------------------------------------

_USE = """
import sys, logging
from pathlib import Path
from index.errors import ArticlebotError
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder
logging.basicConfig(stream=sys.stdout, format="%(message)s", level="ERROR")
library = Library.open(Settings(data=sys.argv[1], cache="/nowhere"), encoder=FakeEncoder())
def search(library):
    with library.snapshot() as snapshot:
        return len(library.search(snapshot, "Who raised concerns?", 3))
for use in (search, Library.articles, Library.info, lambda lib: lib.index([Path("seeds")])):
    try:
        print(type(use(library)).__name__)
    except ArticlebotError as error:
        print(type(error).__name__, error)
"""


def test_a_data_directory_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    settings = Settings(data=tmp_path / "file" / "data", cache=tmp_path)
    with (
        Library.open(settings, encoder=FakeEncoder()) as library,
        pytest.raises(LibraryError, match=r"cannot be used \(Not a directory\): make it writable"),
    ):
        library.index([SEEDS])


def test_an_unwritable_place_is_told(unprivileged: Callable[..., str], tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o500)
    told = unprivileged(_USE, place / "data").splitlines()
    assert told[0].startswith("EmptyLibraryError no articles in")
    assert told[1:3] == ["list", "LibraryInfo"]
    assert told[3] == (
        f"LibraryError the data directory {place}/data cannot be used (Permission denied): make it"
        " writable, free some space, or set ARTICLEBOT_DATA to another folder"
    )


def test_an_unreadable_place_is_told(
    unprivileged: Callable[..., str], seed_library: Library
) -> None:
    expected = search(seed_library)
    seed_library.close()
    seed_library.settings.data.chmod(0)
    told = unprivileged(_USE, seed_library.settings.data).splitlines()
    seed_library.settings.data.chmod(0o700)
    assert len(told) == 4
    for line in told:
        assert line.startswith("LibraryError the data directory")
        assert "(Permission denied): make it writable" in line
    assert search(seed_library) == expected


@pytest.mark.parametrize("readers", [False, True])
def test_a_read_only_library_answers_or_tells(
    unprivileged: Callable[..., str], seed_library: Library, *, readers: bool
) -> None:
    """SQLite reads a folder that it cannot write while another process has it open."""
    data = seed_library.settings.data
    seed_library.close()
    opened = sqlite3.connect(data / "articles.sqlite3")
    if readers:
        opened.execute("SELECT * FROM meta").fetchone()
    for path in (data, *data.rglob("*")):
        path.chmod(0o500 if path.is_dir() else 0o400)
    told = unprivileged(_USE, data).splitlines()
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    opened.close()
    assert told[3].startswith("LibraryError the data directory")
    for line in told[:3]:
        assert line in ("int", "list", "LibraryInfo") or line.startswith("LibraryError the data")
    assert len(search(reopen(seed_library))) == 10


_FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv.pop())
import numpy, faiss, tantivy, sentencex, filelock
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""


@pytest.mark.parametrize("limit", [4_096, 40_000, 100_000, 200_000, 400_000, 700_000])
def test_a_full_disk_is_told_and_nothing_is_lost(
    seed_library: Library, write: Write, limit: int
) -> None:
    expected, info = search(seed_library), seed_library.info()
    seed_library.close()
    sources = [
        write(f"{n}.txt", " ".join(f"Cat {n} sat in house {i}." for i in range(150)))
        for n in range(8)
    ]
    program = _FULL + _USE.replace('"seeds"', repr(str(sources[0].parent)))
    done = subprocess.run(
        [sys.executable, "-c", program, str(seed_library.settings.data), str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert told[-1].startswith("LibraryError"), told
    assert "damaged" not in told[-1]
    assert "free some space" in told[-1]
    assert len(told) == 4
    again = reopen(seed_library)
    assert again.info() == info
    assert [(h.sentence, h.fused) for h in search(again)] == [
        (h.sentence, h.fused) for h in expected
    ]
    assert again.index(sources).added == 8
    assert reopen(seed_library).info().articles == 9


_FULL_AT_THE_END = """
import resource, signal, sys
from pathlib import Path
from index.errors import LibraryError
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder
def fill(progress):
    if progress.stage == "publish":
        resource.setrlimit(resource.RLIMIT_FSIZE, (15_000, 15_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
library = Library.open(Settings(data=sys.argv[1], cache="/nowhere"), encoder=FakeEncoder())
try:
    library.index([Path(sys.argv[2])], fill)
except LibraryError as error:
    print(error)
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" ".join(f"Cat sat in house {i}." for i in range(400)), id="many vectors"),
        pytest.param(
            " ".join(f"Then {' '.join(f'w{i}x{j}q' for j in range(100))}." for i in range(40)),
            id="many words",
        ),
    ],
)
def test_a_disk_that_fills_up_while_publishing_loses_nothing(
    seed_library: Library, write: Write, text: str
) -> None:
    expected = search(seed_library)
    path = write("a.txt", text)
    done = subprocess.run(
        [sys.executable, "-c", _FULL_AT_THE_END, str(seed_library.settings.data), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(("the search files in", "the data directory"))
    assert str(seed_library.settings.data) in done.stdout
    assert done.stdout.endswith(" free some space, or set ARTICLEBOT_DATA to another folder\n")
    assert done.stdout.count("\n") == 1
    assert search(reopen(seed_library)) == expected
    assert states(seed_library) == ["1"]
    report = seed_library.index([path])
    assert (report.added, report.sentences) == (1, 0)  # what had been encoded is still there


# Sudden ends -------------------------------------------------------------------------------------

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
        with pytest.raises(BusyError, match=r"another process is indexing into .*: wait until"):
            seed_library.index([first])
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


def test_left_overs_are_swept(seed_library: Library, write: Write) -> None:
    folder = search_folder(seed_library)
    for name in ("new-old", "new-now", "17"):
        (folder / name / "words").mkdir(parents=True)
    os.utime(folder / "new-old", (time.time() - 7200,) * 2)
    seed_library.index([write("a.txt", "One came.")])
    assert states(seed_library) == ["1", "2", "new-now"]


# Company -----------------------------------------------------------------------------------------


def test_two_writers_in_one_process_take_turns(library: Library, write: Write) -> None:
    path = write("a.txt", "One came.")

    def try_again(progress: object) -> None:
        for second in (library, Library.open(library.settings, encoder=FakeEncoder())):
            with pytest.raises(BusyError):
                second.index([path])
            second.articles()

    library.index([path], try_again)
    assert library.index([path]).unchanged == 1


def test_the_last_two_generations_are_kept(library: Library, write: Write) -> None:
    for n in range(1, 6):
        library.index([write("a.txt", f"Number {n} came.")])
        assert states(library) == [str(k) for k in (n - 1, n) if k]


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
    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read_on) for _ in range(3)]
        writer = Library.open(library.settings, encoder=FakeEncoder())
        for state in range(1, 16):
            assert writer.index(write_state(state)).changed == 4
        stop_file.touch()
        out, errors = other.communicate(timeout=60)
        stop.set()
    writer.close()
    assert other.returncode == 0, errors
    assert int(out) > 1
    for future in reading:
        seen = future.result()
        assert seen == sorted(seen)
        assert len(set(seen)) > 2
    assert check_reads(library, 4) == 15


def test_processes_mend_the_same_files_at_once(seed_library: Library, tmp_path: Path) -> None:
    expected = search(seed_library)
    seed_library.close()
    for _ in range(5):
        shutil.rmtree(search_folder(seed_library) / "1")
        libraries = [reopen(seed_library) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(search, libraries)) == [expected] * 6
        assert states(seed_library) == ["1"]
        for library in libraries:
            library.close()
