"""Relevance of the best few: a small model reads question and passage together."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from index.errors import ModelError
from index.models.onnx import open_session

MODELS = Path(__file__).parent
MAX_QUESTION, MAX_TITLE, MAX_SENTENCE, MAX_WINDOW = 48, 16, 120, 224
"""Word pieces, as in training: what is longer is cut, a longer passage is read in windows."""
MAX_SECTION = 32
"""Word pieces of the headings that a passage stands under."""

_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage to be read: its article's title, its text, and its sentences as spans of it."""

    title: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    section: str = ""
    """The headings that it stands under."""


class Reranker(Protocol):
    """Scores sentences by reading them together with the question."""

    def score(self, question: str, passages: Sequence[PassageText]) -> list[list[float]]:
        """Give the logit of every sentence of every passage.

        Higher is better; 0 stands for "no sentence here answers".
        """
        ...


@dataclass(frozen=True, slots=True)
class _Window:
    """Sentences that are read in one run, as word pieces."""

    passage: int
    ids: list[int]
    second: int
    """Where the passage begins, after the question."""
    marks: list[tuple[int, int, int]]
    """(number of the sentence in its passage, start, end) of its word pieces."""


class PassageReader:
    """The bundled reranker: one run scores all sentences of a passage, each in its context.

    The input is `[CLS] question [SEP] title. headings. sentences [SEP]`; the model gives two
    scores a token. A sentence's logit is the mean of the first over its tokens, which judges the
    whole, plus the log-sum-exp of the second, which points at the answer's words.
    `index/models/MODEL_CARD.md` tells how it was trained and what it reaches. Thread-safe.
    """

    def __init__(self, folder: Path = MODELS, threads: int = 0) -> None:
        """Load the model.

        Raises:
            ModelError: its files are missing or damaged.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "reranker-tokenizer.json"))
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            self._session = open_session(folder / "reranker.onnx", threads)
        except Exception as error:  # both libraries raise bare exceptions on damaged files
            raise ModelError(
                f"the reranker in {folder} is missing or damaged",
                'reinstall articlebot, or set ARTICLEBOT_RERANKER to "none"',
            ) from error

    def score(self, question: str, passages: Sequence[PassageText]) -> list[list[float]]:
        asked = [_CLS, *self._pieces([question])[0][:MAX_QUESTION], _SEP]
        windows = [
            window
            for number, passage in enumerate(passages)
            for window in self._windows(asked, number, passage)
        ]
        logits = [[-np.inf] * len(passage.sentences) for passage in passages]
        for window in windows:
            scores = self._run(window)
            for sentence, start, end in window.marks:
                logits[window.passage][sentence] = _pool(scores[start:end])
        return logits

    def _pieces(self, texts: list[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def _windows(self, asked: list[int], number: int, passage: PassageText) -> list[_Window]:
        """Cut a passage into windows of whole sentences."""
        sentences = self._pieces([passage.text[start:end] for start, end in passage.sentences])
        head = [*asked, *self._head(passage)]
        windows: list[_Window] = []
        for sentence, pieces in enumerate(sentences):
            ids = pieces[:MAX_SENTENCE]
            if not windows or len(windows[-1].ids) + len(ids) > len(head) + MAX_WINDOW:
                windows.append(_Window(number, list(head), len(asked), []))
            window = windows[-1]
            if ids:
                window.marks.append((sentence, len(window.ids), len(window.ids) + len(ids)))
                window.ids.extend(ids)
        for window in windows:
            window.ids.append(_SEP)
        return windows

    def _head(self, passage: PassageText) -> list[int]:
        """Give the word pieces before a passage: its title and, of its headings, the nearest."""
        section = passage.section and f"{passage.section}."
        title, section_pieces = self._pieces([f"{passage.title}.", section])
        return [*title[:MAX_TITLE], *section_pieces[-MAX_SECTION:]]

    def _run(self, window: _Window) -> npt.NDArray[np.float32]:
        """Give the token scores of one window, float32, shape (tokens, 2).

        One at a time: activations are quantised by the range of the whole input, so in a batch a
        passage's score would depend on its company. It costs no more, since nothing is padded.
        """
        ids = np.array([window.ids], dtype=np.int64)
        types = (np.arange(ids.shape[1]) >= window.second).astype(np.int64)[np.newaxis]
        (scores,) = self._session.run(
            None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        )
        return np.asarray(scores[0], dtype=np.float32)


def _pool(scores: npt.NDArray[np.float32]) -> float:
    """Pool the token scores of one sentence, shape (tokens, 2), into its logit."""
    top = scores[:, 1].max()
    return float(scores[:, 0].mean() + top + np.log(np.exp(scores[:, 1] - top).sum()))
