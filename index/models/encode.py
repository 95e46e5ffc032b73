"""Texts to unit vectors: an exported sentence-transformers model run by onnxruntime."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from index.models.exported import ExportedModel
from index.models.onnx import batches_by_length, open_exported

Vectors = npt.NDArray[np.float32]
"""Float32 vectors, shape (n, dimension) or (dimension,). Similarity is the inner product."""

BATCH_TOKENS = 256
"""Tokens of one run, padding included: few enough for caches, and for all cores to have some."""


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def dimension(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Names the weights; vectors of different fingerprints cannot be compared."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors, float32, shape (len(texts), dimension)."""
        ...


class OnnxEncoder:
    """The exported model. Thread-safe: onnxruntime sessions and tokenizers may be shared."""

    def __init__(
        self, model: ExportedModel, threads: int = 0, *, for_questions: bool = False
    ) -> None:
        """Load the graph.

        Args:
            model: as `index.models.export.export_model` gives it.
            threads: runs side by side, each on one core, which is 1.1 times as fast as to share
                one run between them; 0: as many as there are cores.
            for_questions: take the graph for one text at a time, which is faster. Activations are
                quantised by the range of the whole input: beside others, a text has another vector.

        Raises:
            ModelError: the exported files are damaged.
        """
        self.dimension = model.dimension
        self.fingerprint = model.fingerprint
        self._threads = threads or os.cpu_count() or 1
        self._tokenizer, self._session = open_exported(
            model, 1, model.question_graph if for_questions else model.graph
        )
        self._inputs = [put.name for put in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        batches = list(batches_by_length([len(e.ids) for e in encodings], BATCH_TOKENS))

        def run(rows: list[int]) -> None:
            vectors[rows] = self._run([encodings[row] for row in rows])

        if self._threads == 1 or len(batches) == 1:
            for rows in batches:
                run(rows)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(run, batches))  # raises what a run raises
        return vectors

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        longest = max(len(e.ids) for e in encodings)
        ids = np.zeros((len(encodings), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        named = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (vectors,) = self._session.run(None, {name: named[name] for name in self._inputs})
        return np.asarray(vectors, dtype=np.float32)
