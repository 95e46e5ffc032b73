"""A cross-encoder of one's own as the reranker: question and sentence read as a pair."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from index.models.exported import ExportedModel
from index.models.onnx import batches_by_length, open_exported
from index.models.rerank import PassageText, Reading

BATCH_TOKENS = 2048


class CrossEncoderReranker:
    """An exported sentence-transformers CrossEncoder with one label. Thread-safe."""

    def __init__(self, model: ExportedModel, threads: int = 0) -> None:
        """Load the graph.

        Raises:
            ModelError: the exported files are damaged.
        """
        self._tokenizer, self._session = open_exported(model, threads, model.graph)
        self._inputs = [put.name for put in self._session.get_inputs()]

    def read(self, question: str, passages: Sequence[PassageText]) -> list[list[Reading]]:
        texts = [
            passage.text[start:end] for passage in passages for start, end in passage.sentences
        ]
        logits = iter(self.logits(question, texts).tolist())
        return [[Reading(next(logits), None) for _ in passage.sentences] for passage in passages]

    def logits(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Give the logit of each text, float32, shape (texts,)."""
        encodings = self._tokenizer.encode_batch([(question, text) for text in texts])
        logits = np.zeros(len(texts), dtype=np.float32)
        for rows in batches_by_length([len(e.ids) for e in encodings], BATCH_TOKENS):
            longest = len(encodings[rows[0]].ids)
            inputs = np.zeros((3, len(rows), longest), dtype=np.int64)
            for place, row in enumerate(rows):
                length = len(encodings[row].ids)
                inputs[0, place, :length] = encodings[row].ids
                inputs[1, place, :length] = 1
                inputs[2, place, :length] = encodings[row].type_ids
            named = dict(
                zip(("input_ids", "attention_mask", "token_type_ids"), inputs, strict=True)
            )
            (logits[rows],) = self._session.run(None, {name: named[name] for name in self._inputs})
        return logits
