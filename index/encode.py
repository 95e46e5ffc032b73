"""Texts to unit vectors: an exported sentence-transformers model run by onnxruntime."""

import os
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from index.errors import ModelError
from index.export import ExportedModel
from index.onnx import batches_by_length, open_session

Vectors = npt.NDArray[np.float32]
"""Float32 vectors, shape (n, dimension) or (dimension,). Similarity is the inner product."""

BATCH_TOKENS = 4096
"""Tokens of one run, padding included: enough to keep the cores busy, small enough for memory."""


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

    def __init__(self, model: ExportedModel, threads: int = 0) -> None:
        """Load the graph.

        Args:
            model: as `index.export.export_model` gives it.
            threads: cores that one run uses; 0: all.

        Raises:
            ModelError: the exported files are damaged.
        """
        self.dimension = model.dimension
        self.fingerprint = model.fingerprint
        # Threads of the Rust tokenizer would only compete with onnxruntime's.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            self._tokenizer = Tokenizer.from_file(str(model.tokenizer))
            self._tokenizer.enable_truncation(model.max_tokens)
            self._tokenizer.no_padding()
            self._session = open_session(str(model.graph), threads)
        except Exception as error:  # both libraries raise bare exceptions on damaged files
            raise ModelError(
                f"the exported model in {model.folder} is damaged",
                "delete that folder; it is made again when it is next needed",
            ) from error
        self._inputs = [put.name for put in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        for rows in batches_by_length([len(e.ids) for e in encodings], BATCH_TOKENS):
            vectors[rows] = self._run([encodings[row] for row in rows])
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
