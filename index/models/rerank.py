"""Relevance of the best few: a small model reads question and passage together.

It also points at the words of each sentence that answer.
"""

import os
import re
from collections.abc import Iterator, Sequence
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

LONGEST_SPAN = 30
"""Words of an answer."""

_CLS, _SEP = 101, 102
_WORD = re.compile(r"\S+")
_EDGES = " \t\n\u00a0,;:"
"""What no answer begins or ends with."""


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage to be read: its article's title, its text, and its sentences as spans of it."""

    title: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    section: str = ""
    """The headings that it stands under."""


@dataclass(frozen=True, slots=True)
class Span:
    """The words of a sentence that answer best."""

    start: int
    end: int
    """Code points of the passage's text, half open."""
    score: float
    """Log-probability of these words among all of the sentence, given that it answers."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a sentence."""

    logit: float
    """Higher is better; 0 stands for "no sentence here answers"."""
    span: Span | None
    """None where the sentence has no words that were read."""


class Reranker(Protocol):
    """Scores sentences by reading them together with the question."""

    def read(self, question: str, passages: Sequence[PassageText]) -> list[list[Reading]]:
        """Give what is read in every sentence of every passage."""
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

    The input is `[CLS] question [SEP] title. headings. sentences [SEP]`; the model gives four
    scores a token. A sentence's logit is the mean of the first over its tokens, which judges the
    whole, plus the log-sum-exp of the second, which points at the answer's words; the third and
    the fourth say where the shortest answer starts and ends.
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

    def read(self, question: str, passages: Sequence[PassageText]) -> list[list[Reading]]:
        """Give the logit of every sentence of every passage, and its best span.

        A span has at most `LONGEST_SPAN` words, all of them whole, and is a part of its sentence.
        """
        readings = [[Reading(-np.inf, None)] * len(passage.sentences) for passage in passages]
        for window, scores in self._read(question, passages):
            passage = passages[window.passage]
            for sentence, start, end in window.marks:
                span = self._find_span(passage, passage.sentences[sentence], scores[start:end])
                readings[window.passage][sentence] = Reading(_pool(scores[start:end]), span)
        return readings

    def _read(
        self, question: str, passages: Sequence[PassageText]
    ) -> Iterator[tuple[_Window, npt.NDArray[np.float32]]]:
        """Give each window of the passages and the scores of its tokens, (tokens, scores)."""
        asked = [_CLS, *self._pieces([question])[0][:MAX_QUESTION], _SEP]
        for number, passage in enumerate(passages):
            for window in self._windows(asked, number, passage):
                yield window, self._run(window)

    def _find_span(
        self, passage: PassageText, sentence: tuple[int, int], scores: npt.NDArray[np.float32]
    ) -> Span | None:
        """Find the best words by the scores of a sentence's tokens, (tokens, scores)."""
        first, last = sentence
        text = passage.text[first:last]
        offsets = self._tokenizer.encode(text, add_special_tokens=False).offsets[: len(scores)]
        start, end, score = _best_span(scores, _count_words(text, offsets))
        left, right = _whole_words(text, offsets[start][0], offsets[end][1])
        return Span(first + left, first + right, score) if left < right else None

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
        ended = passage.section.endswith(("?", "!", ".", "…", "？", "。"))
        section = passage.section and (passage.section if ended else f"{passage.section}.")
        title, section_pieces = self._pieces([f"{passage.title}.", section])
        return [*title[:MAX_TITLE], *section_pieces[-MAX_SECTION:]]

    def _run(self, window: _Window) -> npt.NDArray[np.float32]:
        """Give the token scores of one window, float32, shape (tokens, 4).

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
    """Pool the token scores of one sentence, shape (tokens, 4), into its logit."""
    top = scores[:, 1].max()
    return float(scores[:, 0].mean() + top + np.log(np.exp(scores[:, 1] - top).sum()))


def _best_span(
    scores: npt.NDArray[np.float32], words: npt.NDArray[np.int64]
) -> tuple[int, int, float]:
    """Give the first and the last token of the best span, and its log-probability.

    Args:
        scores: of the sentence's tokens, (tokens, 4).
        words: the number of the word that each token belongs to, (tokens,).
    """
    logs = scores[:, 2:] - scores[:, 2:].max(axis=0)
    logs = logs - np.log(np.exp(logs).sum(axis=0))
    both = logs[:, np.newaxis, 0] + logs[np.newaxis, :, 1]
    length = words[np.newaxis, :] - words[:, np.newaxis]
    tokens = np.arange(len(words))
    both[(length >= LONGEST_SPAN) | (tokens[np.newaxis, :] < tokens[:, np.newaxis])] = -np.inf
    start, end = divmod(int(both.argmax()), len(words))
    return start, end, float(both[start, end])


def _count_words(text: str, offsets: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """Give the number of the word, between white space, that each token belongs to."""
    starts = np.array([m.start() for m in _WORD.finditer(text)])
    return np.searchsorted(starts, np.array([start for start, _ in offsets]), "right")


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole words, and leave out the marks at its edges."""
    while 0 < start < len(text) and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    if end == len(text) and text.endswith("."):
        end -= 1
    while start < end and text[start] in _EDGES:
        start += 1
    while start < end and text[end - 1] in _EDGES:
        end -= 1
    return start, end
