"""The FAISS files of a local store: what is near in meaning, at every size.

Up to `RECENT` sentences one flat file holds all, searched exactly. Beyond, a large file that is
never written to again holds most of them, as lists around centres (IVF) with one byte a dimension
(SQ8), and is mapped rather than read; the flat file then holds what has been added since, and a
third one the ids that have been removed from the large file since. Scores that are shown come
from the database's vectors, so the code's rounding decides only what is looked at.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.models.encode import Vectors

RECENT = 20_000
"""Sentences in the flat file at most; `make bench ARGS=growth` has what a search takes of each."""
TRAINING, ROUNDS = 20, 5
"""Vectors from which a list's centre is learnt, and rounds of k-means.

Twice as many of both take four to five times as long; of 100,000 made as `make bench ARGS=growth`
makes them, recall@10 is then 0.990 in place of 0.982 with 16 lists probed, and the same with 48.
"""
PROBED = 96
"""Lists that a search looks into. Of 100,000: recall@10 0.995 in 0.6 ms; 48 lists 0.99, 0.3 ms."""

Ids = npt.NDArray[np.int64]
Parts = Iterable[tuple[Ids, Vectors]]
"""Batches of ids (n,) and vectors (float32, (n, dimension))."""

_LARGE, _FLAT, _REMOVED = "large.faiss", "vectors.faiss", "removed.npy"
_NONE = np.empty(0, dtype=np.int64)


class VectorIndex:
    """Sentence vectors by sentence id. Thread-safe for reading."""

    def __init__(self, flat: Any, large: Any = None, removed: Ids = _NONE) -> None:
        self._flat = flat
        self._large = large
        self._removed = removed
        """Ids of the large file that are no more."""
        self._alive = _none_of(removed)
        self._ids = _ids(flat)
        """Of the flat file, ascending: ids only ever grow."""

    @classmethod
    def build(
        cls, read: Callable[[int], Parts], count: int, dimension: int, folder: Path
    ) -> "VectorIndex":
        """Write the files for all vectors to a folder, and give them opened.

        Args:
            read: gives every n-th vector, all when n is 1.
            count: how many there are in all.
            dimension: of each.
            folder: an empty one.
        """
        large = None
        if count > RECENT:
            large = _train(read, count, dimension)
            _add(large, read(1))
            _write(large, folder / _LARGE)
            large = _map(folder / _LARGE)
        flat = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        if large is None:
            _add(flat, read(1))
        return cls(*_saved(folder, flat, large))

    @classmethod
    def read(cls, folder: Path) -> "VectorIndex":
        """Open the files of a folder; raises RuntimeError or ValueError when they are damaged."""
        flat = faiss.read_index(str(folder / _FLAT))
        if not (folder / _LARGE).exists():
            return cls(flat)
        return cls(flat, _map(folder / _LARGE), np.load(folder / _REMOVED))

    def extend(
        self, old: Path, folder: Path, added: Parts, removed: Sequence[int]
    ) -> "VectorIndex":
        """Write the files for a change to another folder, and give them opened.

        The large file becomes part of the new folder by a link, unless the flat one has grown
        beyond `RECENT`: then all are merged into a new large one.

        Args:
            old: the folder that these were read from.
            folder: an empty one.
            added: what has come.
            removed: ids of what has gone.
        """
        gone = np.asarray(removed, dtype=np.int64)
        flat: Any = faiss.clone_index(self._flat)
        flat.remove_ids(faiss.IDSelectorBatch(gone))
        _add(flat, added)
        if self._large is None:
            return VectorIndex(*_saved(folder, flat))
        gone = np.union1d(self._removed, np.setdiff1d(gone, self._ids))
        if len(flat_ids := _ids(flat)) <= RECENT:
            (folder / _LARGE).hardlink_to(old / _LARGE)
            return VectorIndex(*_saved(folder, flat, _map(folder / _LARGE), gone))
        large = faiss.read_index(str(old / _LARGE))
        large.remove_ids(faiss.IDSelectorBatch(gone))
        large.add_with_ids(flat.index.reconstruct_n(0, len(flat_ids)), flat_ids)
        _write(large, folder / _LARGE)
        flat.reset()
        return VectorIndex(*_saved(folder, flat, _map(folder / _LARGE)))

    def can_extend(self, added: int, removed: int) -> bool:
        """Tell whether these files can take a change, or are better made anew.

        The large file is made anew when a quarter of it has gone or when it has doubled, as it
        has too few lists then.
        """
        if self._large is None:
            return int(self._flat.ntotal) + added <= RECENT
        gone = len(self._removed) + removed
        grown = len(self) + added
        lists, held = int(self._large.nlist), int(self._large.ntotal)
        return gone * 4 < held and _lists(grown) < 1.4 * lists

    def __len__(self) -> int:
        large = 0 if self._large is None else int(self._large.ntotal) - len(self._removed)
        return int(self._flat.ntotal) + large

    @property
    def exact(self) -> bool:
        """Whether scores are those of the vectors, not of a code that stands for them."""
        return self._large is None

    def scores(self, vector: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """Give the exact scores of sentences; only while there is no large file."""
        flat: Any = faiss.downcast_index(self._flat.index)
        rows = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d).reshape(flat.ntotal, flat.d)
        places = np.searchsorted(self._ids, ids)
        return dict(zip(ids, (rows[places] @ vector).tolist(), strict=True))

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> dict[int, float]:
        """Give the k nearest sentences, of `among` alone when given: id to score, best first."""
        only = None if among is None else faiss.IDSelectorBatch(np.asarray(among, dtype=np.int64))
        found = list(_found(self._flat, vector, k, faiss.SearchParameters(), only))
        if self._large is not None:
            parameters = faiss.SearchParametersIVF()
            # Of few sentences a list holds next to none: then all lists are looked into.
            parameters.nprobe = PROBED if among is None else self._large.nlist
            alive = self._alive if only is None else only
            found.extend(_found(self._large, vector, k, parameters, alive))
            found.sort(key=lambda each: -each[0])
        return {id_: score for score, id_ in found[:k]}


def _lists(count: int) -> int:
    return int(4 * count**0.5)


def _train(read: Callable[[int], Parts], count: int, dimension: int) -> Any:
    """Learn the lists' centres from a sample of all vectors, on all cores."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    lists = _lists(count)
    large = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    large.cp.niter, large.cp.min_points_per_centroid = ROUNDS, 1
    every = max(1, count // (TRAINING * lists))
    large.train(np.concatenate([vectors for _, vectors in read(every)]))
    return large


def _add(index: Any, parts: Parts) -> None:
    for ids, vectors in parts:
        index.add_with_ids(np.ascontiguousarray(vectors), ids)


def _ids(flat: Any) -> Ids:
    return np.asarray(faiss.vector_to_array(flat.id_map), dtype=np.int64)


def _none_of(ids: Ids) -> Any:
    return faiss.IDSelectorNot(faiss.IDSelectorBatch(ids)) if len(ids) else None


def _found(
    index: Any, vector: Vectors, k: int, parameters: Any, only: Any
) -> Iterator[tuple[float, int]]:
    """Search one file: scores and ids, best first."""
    if not index.ntotal:
        return
    parameters.sel = only
    # Of the calling thread. A question is worth no second one: where the cores are busy, waiting
    # for it takes 20 ms instead of the half that 10,000 vectors need.
    faiss.omp_set_num_threads(1)
    scores, ids = index.search(vector[np.newaxis], min(k, index.ntotal), params=parameters)
    pairs = zip(scores[0].tolist(), ids[0].tolist(), strict=True)
    yield from ((score, id_) for score, id_ in pairs if id_ >= 0)


def _saved(
    folder: Path, flat: Any, large: Any = None, removed: Ids = _NONE
) -> tuple[Any, Any, Ids]:
    """Write the small files to a folder that has the large one."""
    _write(flat, folder / _FLAT)
    if large is not None:
        with (folder / _REMOVED).open("xb") as file:
            np.save(file, removed)
    return flat, large, removed


def _map(path: Path) -> Any:
    large: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
    # Threads that read ahead, 32 started for every search, take ten times what they spare.
    lists: Any = faiss.downcast_InvertedLists(large.invlists)
    lists.prefetch_nthread = 0
    return large


def _write(index: Any, path: Path) -> None:
    """Write a file; raises OSError when that fails, as FAISS's own writing does not always."""
    with path.open("xb") as file:
        writer = faiss.PyCallbackIOWriter(file.write, 1 << 20)  # type: ignore[attr-defined]  # no stub has it
        faiss.write_index(index, writer)
