"""A library that grows and shrinks gives what one gives that was written anew."""

import contextlib
import shutil
from pathlib import Path

import pytest

from index.article import Article
from index.library import Library
from index.search import Hit
from index.settings import Settings
from index.stores import database, search_files, vectors
from index.stores.search_files import SearchFolder
from tests.fakes import FakeEncoder
from tests.index.stores.helpers import reopen, search_folder, states

QUESTION = "Who came by sea to house 7?"


@pytest.fixture(autouse=True, params=["all flat", "with a large file"])
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_files, "SMALL", 1)
    if request.param == "with a large file":
        monkeypatch.setattr(vectors, "RECENT", 30)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note whenever search files are written anew."""
    noted: list[int] = []
    build = SearchFolder._build

    def noting(self: SearchFolder, connection: object) -> object:
        noted.append(1)
        return build(self, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(SearchFolder, "_build", noting)
    return noted


def article(number: int, state: int = 0) -> Article:
    text = " ".join(f"Number {number} came by sea to house {i} of {state}." for i in range(10))
    return Article(f"a{number}", f"Article {number}", "s", text)


def found(library: Library) -> dict[tuple[str, int, int], float]:
    """Search deep enough to find everything: places, and how near they are in meaning."""
    with library.snapshot() as snapshot:
        return places(library.search(snapshot, QUESTION, 500))


def places(hits: list[Hit]) -> dict[tuple[str, int, int], float]:
    return {
        (hit.sentence.article_id, hit.sentence.start, hit.sentence.end): round(hit.dense, 4)
        for hit in hits
    }


def test_changes_give_what_writing_anew_gives(
    library: Library, tmp_path: Path, builds: list[int]
) -> None:
    library.add([article(n) for n in range(16)])
    builds.clear()
    library.add([article(16)])
    library.add([article(3, state=1), article(17)])
    library.remove(["a5", "a16"])
    library.add([article(5, state=2)])
    assert builds == []
    expected = [article(n) for n in (0, 1, 2, 4, *range(6, 16), 17)]
    expected += [article(3, state=1), article(5, state=2)]
    anew = Settings(data=tmp_path / "anew", cache=tmp_path)
    with Library.open(anew, encoder=FakeEncoder()) as other:
        other.add(expected)
        assert other.info() == library.info()  # however it came to hold what it holds
        assert found(library) == found(reopen(library)) == found(other)


def test_a_damaged_state_is_written_anew_at_the_next_change(
    library: Library, builds: list[int]
) -> None:
    library.add([article(n) for n in range(16)])
    (search_folder(library) / "1" / "vectors.faiss").unlink()
    builds.clear()
    reopen(library).add([article(16)])
    assert builds == [1]
    assert len(found(library)) == 170


def test_without_search_files_a_change_writes_them_anew(
    library: Library, builds: list[int]
) -> None:
    library.add([article(n) for n in range(16)])
    shutil.rmtree(search_folder(library))
    builds.clear()
    library.add([article(16)])
    assert builds == [1]
    assert states(library) == ["2"]


def test_a_library_of_before_this_version_is_summed_up_once(library: Library) -> None:
    library.add([article(0), article(1)])
    info = library.info()
    with contextlib.closing(database.connect(library.settings.data / "articles.sqlite3")) as one:
        one.execute("DELETE FROM meta WHERE key = 'contents'")
    library.add([article(2)])
    library.remove(["a2"])
    assert library.info() == info


def test_readers_of_a_state_keep_it_while_the_next_is_made_of_it(library: Library) -> None:
    library.add([article(n) for n in range(16)])
    before = found(library)
    with library.snapshot() as snapshot:
        writer = reopen(library)
        for n in range(4):
            writer.add([article(20 + n)])
            writer.remove([f"a{n}"])
        hits = library.search(snapshot, QUESTION, 500)
        assert places(hits) == before
        writer.close()
    assert len(found(library)) == 160
