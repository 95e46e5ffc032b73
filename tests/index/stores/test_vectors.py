"""FAISS beside an exact search in NumPy: the same ids, in one file and in several."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.models.encode import Vectors
from index.stores import vectors as module
from index.stores.vectors import Ids, VectorIndex

DIMENSION, COUNT = 24, 500
IDS = np.arange(COUNT, dtype=np.int64) * 7 + 3


def random_vectors(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


VECTORS = random_vectors(COUNT, seed=1)
QUESTIONS = random_vectors(20, seed=2)


def read(every: int) -> Iterator[tuple[Ids, Vectors]]:
    chosen = IDS % every == 0
    for half in np.array_split(np.flatnonzero(chosen), 2):
        yield IDS[half], VECTORS[half]


def exact(question: Vectors, k: int, among: list[int] | None = None) -> list[int]:
    """Search by NumPy: the ids of the k greatest inner products, best first."""
    scores = VECTORS @ question
    return [int(IDS[r]) for r in np.argsort(-scores) if among is None or IDS[r] in among][:k]


def recall(index: VectorIndex, k: int, among: list[int] | None = None) -> float:
    """Give the share of what exact search finds."""
    shares = []
    for question in QUESTIONS:
        expected = exact(question, k, among)
        found = index.search(question, k, among)
        assert len(found) == len(set(found)) == len(expected)
        shares.append(len(set(found) & set(expected)) / len(expected))
    return float(np.mean(shares))


@pytest.fixture(params=["built", "read again"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> VectorIndex:
    built = VectorIndex.build(read, COUNT, DIMENSION, tmp_path)
    return built if request.param == "built" else VectorIndex.read(tmp_path)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with 500 vectors, which are too many for a flat file of 100."""
    monkeypatch.setattr(module, "RECENT", 100)
    folder = tmp_path / "1"
    folder.mkdir()
    VectorIndex.build(read, COUNT, DIMENSION, folder)
    return folder


def _scores(question: Vectors, ids: Iterable[int]) -> list[float]:
    return [float(VECTORS[(id_ - 3) // 7] @ question) for id_ in ids]


@pytest.mark.parametrize("k", [1, 10, COUNT, COUNT + 50])
@pytest.mark.parametrize("among", [None, [3, 10, 17, 24], [int(i) for i in IDS[100:300]]])
def test_search_gives_the_ids_and_scores_of_exact_search(
    index: VectorIndex, k: int, among: list[int] | None
) -> None:
    for question in QUESTIONS:
        found = index.search(question, k, among)
        assert list(found) == exact(question, k, among)
        assert list(found.values()) == pytest.approx(_scores(question, found), abs=1e-6)


def test_scores_are_exact_and_in_the_order_asked_for(index: VectorIndex, tmp_path: Path) -> None:
    asked = [int(IDS[row]) for row in (7, 499, 0, 250)]
    found = index.scores(QUESTIONS[0], asked)
    assert list(found) == asked
    assert list(found.values()) == pytest.approx(_scores(QUESTIONS[0], asked), abs=1e-6)
    (tmp_path / "next").mkdir()
    more = random_vectors(1, seed=3)
    added = [(np.array([9_001]), more)]
    changed = index.extend(tmp_path, tmp_path / "next", added, [int(IDS[3]), int(IDS[300])])
    assert changed.scores(QUESTIONS[0], [*asked, 9_001]) == pytest.approx(
        found | {9_001: float(more[0] @ QUESTIONS[0])}, abs=1e-6
    )
    assert index.scores(QUESTIONS[0], []) == {}


def test_nothing_is_found_among_nothing(index: VectorIndex) -> None:
    assert index.search(QUESTIONS[0], 5, []) == {}
    assert index.search(QUESTIONS[0], 5, [999_999]) == {}


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = VectorIndex.build(lambda every: [], 0, DIMENSION, tmp_path)
    assert len(index) == 0
    assert index.search(QUESTIONS[0], 5) == {}
    assert VectorIndex.read(tmp_path).search(QUESTIONS[0], 5, [1]) == {}


def test_a_large_index_finds_what_exact_search_finds(large: Path) -> None:
    index = VectorIndex.read(large)
    assert len(index) == COUNT
    assert recall(index, 10) > 0.9  # these random vectors lie in no clusters at all
    among = [int(id_) for id_ in IDS[::3]]
    assert recall(index, 10, among) > 0.95


def test_a_change_leaves_the_large_file_and_is_found(large: Path, tmp_path: Path) -> None:
    new = tmp_path / "2"
    new.mkdir()
    gone, come = [int(id_) for id_ in IDS[:30]], np.array([9_001, 9_002])
    added = [(come, QUESTIONS[:2])]
    index = VectorIndex.read(large)
    assert index.can_extend(2, 30)
    for changed in (index.extend(large, new, added, gone), VectorIndex.read(new)):
        assert len(changed) == COUNT - 30 + 2
        assert (new / "large.faiss").samefile(large / "large.faiss")
        for row in (0, 1):
            assert next(iter(changed.search(QUESTIONS[row], 3))) == come[row]
        everything = changed.search(QUESTIONS[2], COUNT)
        assert not set(everything) & set(gone)
        assert list(changed.search(VECTORS[40], 1)) == [IDS[40]]
    # What is in the small file is removed from it, and the state before is as it was.
    again = tmp_path / "3"
    again.mkdir()
    last = VectorIndex.read(new).extend(new, again, [], [9_001, int(IDS[40])])
    assert len(last) == COUNT - 30 + 2 - 2
    assert list(last.search(QUESTIONS[0], 1)) != [9_001]
    assert list(last.search(VECTORS[40], 1)) != [IDS[40]]
    assert list(VectorIndex.read(large).search(VECTORS[0], 1)) == [IDS[0]]


def test_many_additions_are_merged_into_a_new_large_file(large: Path, tmp_path: Path) -> None:
    new = tmp_path / "2"
    new.mkdir()
    more = random_vectors(150, seed=3)
    ids = np.arange(150, dtype=np.int64) + 10_000
    index = VectorIndex.read(large).extend(large, new, [(ids, more)], [int(IDS[0])])
    assert len(index) == COUNT + 149
    assert not (new / "large.faiss").samefile(large / "large.faiss")
    assert list(index.search(VECTORS[0], 1)) != [IDS[0]]
    found = [next(iter(VectorIndex.read(new).search(vector, 1))) for vector in more]
    assert np.mean(found == ids) > 0.95
    assert len(np.load(new / "removed.npy")) == 0


def test_what_has_changed_much_is_made_anew(large: Path, tmp_path: Path) -> None:
    index = VectorIndex.read(large)
    assert index.can_extend(400, 0)
    assert not index.can_extend(600, 0)  # too few lists for so many
    assert index.can_extend(0, 124)
    assert not index.can_extend(0, 126)
    flat = VectorIndex.build(lambda every: [], 0, DIMENSION, tmp_path)
    assert flat.can_extend(100, 0)
    assert not flat.can_extend(101, 0)


def test_threads_share_an_index(index: VectorIndex) -> None:
    rows = list(range(len(QUESTIONS))) * 10
    alone = [index.search(question, 10) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        searches = pool.map(lambda row: index.search(QUESTIONS[row], 10), rows)
        for row, found in zip(rows, searches, strict=True):
            assert found == alone[row]


@pytest.mark.parametrize("damage", [b"", b"IxFI", b"not an index at all" * 100])
def test_a_damaged_file_raises_what_the_store_repairs(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "vectors.faiss").write_bytes(damage)
    with pytest.raises(RuntimeError):
        VectorIndex.read(tmp_path)
    with pytest.raises(RuntimeError):
        VectorIndex.read(tmp_path / "nowhere")
