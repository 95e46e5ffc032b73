"""Search files: damage is mended without encoding, and what is past is swept."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock

from index.errors import LibraryError, UnknownArticleError
from index.library import Library
from index.models.encode import Vectors
from index.settings import Settings
from index.stores import seal
from index.stores.search_files import SearchFolder
from tests.conftest import ROOT
from tests.fakes import FakeEncoder
from tests.index.stores.helpers import put_in_place, reopen, search, search_folder, states


def _database(library: Library) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(library.settings.data / "articles.sqlite3"))


Write = Callable[[str, str | bytes], Path]


class BrokenEncoder(FakeEncoder):
    """Encodes questions alone: articles must never need encoding again."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        assert len(texts) == 1, "an article is encoded again"
        return super().encode(texts)


def _remove(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    put_in_place(path, b"")


def _halve(path: Path) -> None:
    put_in_place(path, path.read_bytes()[: path.stat().st_size // 2])


def _alter(path: Path) -> None:
    """Change bytes in the middle, where no header tells."""
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data) * 2 // 3 + 1):
        data[at] ^= 0x5A
    put_in_place(path, bytes(data))


@pytest.mark.parametrize("damage", [_remove, _empty, _halve, _alter])
@pytest.mark.parametrize(
    "name", ["vectors.faiss", "seal.json", "words/meta.json", "words/*.idx", "words/*.pos"]
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


_FULL_AT_THE_END = """
import resource, signal, sys
from pathlib import Path
from index.errors import LibraryError
from index.errors import LibraryError
from index.library import Library
from index.settings import Settings
from index.stores import seal
from tests.fakes import FakeEncoder
def fill(progress):
    if progress.stage == "publish":
        resource.setrlimit(resource.RLIMIT_FSIZE, (25_000, 25_000))
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
            " ".join(
                f"Then {' '.join(f'{(i * 97 + j) ** 9:x}' for j in range(35))}." for i in range(40)
            ),
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


def test_left_overs_are_swept(seed_library: Library, write: Write) -> None:
    folder = search_folder(seed_library)
    for name in ("new-left", "17"):
        (folder / name / "words").mkdir(parents=True)
    with FileLock(folder / "build.lock"):  # somebody builds: it may be theirs
        SearchFolder(folder).sweep()
        assert "new-left" in states(seed_library)
    seed_library.index([write("a.txt", "One came.")])
    assert states(seed_library) == ["1", "2"]


def test_left_overs_are_swept_when_nothing_is_published(seed_library: Library) -> None:
    (search_folder(seed_library) / "new-left").mkdir()
    with pytest.raises(UnknownArticleError):
        seed_library.remove(["nothing"])
    assert states(seed_library) == ["1"]


def test_a_database_that_is_put_back_under_a_running_program_is_searched_as_it_is(
    seed_library: Library, write: Write, tmp_path: Path
) -> None:
    """Its number comes again, for other articles: what was opened for it before must not serve."""
    backup = tmp_path / "backup.sqlite3"
    with Library.open(seed_library.settings, encoder=FakeEncoder()) as server:
        before = search(server)
        with _database(seed_library) as live, contextlib.closing(sqlite3.connect(backup)) as copy:
            live.backup(copy)
        seed_library.index([write("a.txt", "The purple pilot flew over the red sea.")])
        assert search(server) != before  # a word more changes the weights of all
        with _database(seed_library) as live, contextlib.closing(sqlite3.connect(backup)) as copy:
            copy.backup(live)
        seed_library.index([write("b.txt", "The blue bishop sang of a purple pilot. He landed.")])
        assert search(server) == search(reopen(seed_library))


def test_the_last_two_generations_are_kept(library: Library, write: Write) -> None:
    for n in range(1, 6):
        library.index([write("a.txt", f"Number {n} came.")])
        assert states(library) == [str(k) for k in (n - 1, n) if k]


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


def test_damage_that_opening_does_not_meet_is_found_by_a_check(
    seed_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "ENDS", 64)
    folder = search_folder(seed_library) / "1"
    shutil.rmtree(folder)
    expected = search(seed_library)  # which builds and seals them anew
    assert seed_library.check() == seed_library.info()
    seed_library.close()
    _alter(folder / "vectors.faiss")
    with pytest.raises(LibraryError, match=f"search files in {folder} are damaged: delete that"):
        seed_library.check()
    shutil.rmtree(folder)
    assert seed_library.check() == seed_library.info()  # not there is not damaged
    assert search(reopen(seed_library)) == expected
