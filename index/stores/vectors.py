"""The FAISS file of a local store: exact search by inner product."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.encode import Vectors


class VectorIndex:
    """Sentence vectors by sentence id. Thread-safe for reading."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, parts: Iterable[tuple[Any, Vectors]], dimension: int) -> "VectorIndex":
        """Build from batches of ids (int64, (n,)) and vectors (float32, (n, dimension))."""
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        for ids, vectors in parts:
            index.add_with_ids(np.ascontiguousarray(vectors), ids)
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> "VectorIndex":
        """Read a file; raises RuntimeError when it is damaged."""
        return cls(faiss.read_index(str(path)))

    def write(self, path: Path) -> None:
        """Write a file; raises OSError when that fails, as FAISS's own writing does not always."""
        with path.open("wb") as file:
            writer = faiss.PyCallbackIOWriter(file.write, 1 << 20)  # type: ignore[attr-defined]
            faiss.write_index(self._index, writer)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vector: Vectors, k: int, among: Sequence[int] | None = None) -> list[int]:
        """Give the ids of the k nearest sentences, best first, of `among` alone when given."""
        if not len(self):
            return []
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(np.asarray(among, dtype=np.int64))
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        _, ids = self._index.search(vector[np.newaxis], min(k, len(self)), params=parameters)
        return [int(id_) for id_ in ids[0] if id_ >= 0]

    def scores(self, vector: Vectors, ids: Sequence[int]) -> list[float]:
        """Give the exact inner products of the vector with the sentences of these ids."""
        if not ids:
            return []
        stored = self._index.reconstruct_batch(np.asarray(ids, dtype=np.int64))
        return [float(score) for score in stored @ vector]
