"""FAISS beside an exact search in NumPy: the same ids and the same scores."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.encode import Vectors
from index.stores.vectors import VectorIndex

DIMENSION, COUNT = 24, 500
IDS = np.arange(COUNT, dtype=np.int64) * 7 + 3


def random_vectors(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


VECTORS = random_vectors(COUNT, seed=1)
QUESTIONS = random_vectors(20, seed=2)


@pytest.fixture(scope="module", params=["built", "read again"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    halves = zip(np.split(IDS, 2), np.split(VECTORS, 2), strict=True)
    built = VectorIndex.build(halves, DIMENSION)
    if request.param == "built":
        return built
    path = tmp_path_factory.mktemp("vectors") / "vectors.faiss"
    built.write(path)
    return VectorIndex.read(path)


def exact(question: Vectors, k: int, among: list[int] | None = None) -> tuple[list[int], Vectors]:
    """Search by NumPy: the ids of the k greatest inner products, best first, and those products."""
    scores = VECTORS @ question
    rows = [r for r in np.argsort(-scores) if among is None or IDS[r] in among][:k]
    return [int(IDS[row]) for row in rows], scores[rows]


@pytest.mark.parametrize("k", [1, 10, COUNT, COUNT + 50])
@pytest.mark.parametrize("among", [None, [3, 10, 17, 24], [int(i) for i in IDS[100:300]]])
def test_search_gives_the_ids_and_scores_of_exact_search(
    index: VectorIndex, k: int, among: list[int] | None
) -> None:
    for question in QUESTIONS:
        ids, scores = exact(question, k, among)
        assert index.search(question, k, among) == ids
        np.testing.assert_allclose(index.scores(question, ids), scores, atol=1e-6)


def test_nothing_is_found_among_nothing(index: VectorIndex) -> None:
    assert index.search(QUESTIONS[0], 5, []) == []
    assert index.search(QUESTIONS[0], 5, [999_999]) == []
    assert index.scores(QUESTIONS[0], []) == []


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = VectorIndex.build([], DIMENSION)
    assert len(index) == 0
    assert index.search(QUESTIONS[0], 5) == []
    index.write(tmp_path / "v")
    assert VectorIndex.read(tmp_path / "v").search(QUESTIONS[0], 5, [1]) == []


def test_threads_share_an_index(index: VectorIndex) -> None:
    def search(row: int) -> tuple[list[int], list[float]]:
        ids = index.search(QUESTIONS[row], 10)
        return ids, index.scores(QUESTIONS[row], ids)

    rows = list(range(len(QUESTIONS))) * 10
    alone = [search(row) for row in range(len(QUESTIONS))]
    with ThreadPoolExecutor(8) as pool:
        for row, found in zip(rows, pool.map(search, rows), strict=True):
            assert found == alone[row]


@pytest.mark.parametrize("damage", [b"", b"IxFI", b"not an index at all" * 100])
def test_a_damaged_file_raises_what_the_store_repairs(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "v").write_bytes(damage)
    with pytest.raises(RuntimeError):
        VectorIndex.read(tmp_path / "v")
    with pytest.raises(RuntimeError):
        VectorIndex.read(tmp_path / "nowhere")
