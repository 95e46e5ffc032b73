"""Faults of the data directory: each is told in one sentence, and nothing stored is lost."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import LibraryError
from index.library import Library
from index.settings import Settings
from tests.conftest import ROOT, SEEDS
from tests.fakes import FakeEncoder
from tests.index.stores.helpers import reopen, search

Write = Callable[[str, str | bytes], Path]


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


@pytest.mark.parametrize("limit", [4_096, 200_000, 700_000])
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


def test_a_reader_that_has_gone_is_not_the_data_directory_s_fault(seed_library: Library) -> None:
    with pytest.raises(BrokenPipeError), seed_library.snapshot():
        raise BrokenPipeError
