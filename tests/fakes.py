"""Deterministic encoders that need no model: words hashed into a vector."""

import hashlib
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.answering.calibration import Calibration, save_calibration
from index.library import Library
from index.models.encode import Vectors
from index.settings import Settings

_WORD = re.compile(r"\w+")


def answer_readily(library: Library) -> None:
    """Let a library with the fake encoder, whose cosines are low, answer what it half finds."""
    settings = library.settings
    save_calibration(
        settings.data,
        Calibration(threshold=0.02, reranker=settings.reranker, model=settings.model),
    )


class FakeEncoder:
    """Texts that share words have similar vectors; the same text always has the same one."""

    dimension = 64
    fingerprint = "fake-64"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors, float32, shape (len(texts), 64)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in _WORD.findall(text.casefold()) or [""]:
                digest = hashlib.sha256(word.encode("utf-8", "replace")).digest()
                vectors[row, digest[0] % self.dimension] += 1.0 if digest[1] % 2 else -1.0
            length = float(np.linalg.norm(vectors[row]))
            vectors[row] = vectors[row] / length if length else np.eye(1, self.dimension)[0]
        return vectors


class HeldEncoder(FakeEncoder):
    """Encodes nothing that holds `held` before `release` is set; `waiting` counts who came."""

    def __init__(self, held: str = "") -> None:
        self.held = held
        self.release = threading.Event()
        self.waiting = threading.Semaphore(0)
        self.came = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.came += 1
        self.waiting.release()
        assert not any(self.held in text for text in texts) or self.release.wait(15)
        return super().encode(texts)


class Hanging(FakeEncoder):
    """Hangs at a text that says so, after it has made a file to tell it by."""

    def __init__(self, told: Path) -> None:
        self.told = told

    def encode(self, texts: Sequence[str]) -> Vectors:
        if any("slowly" in text for text in texts):
            self.told.touch()
            time.sleep(60)
        return super().encode(texts)


def open_library(settings: Settings) -> Library:
    """Open the library of settings with an encoder that needs no model."""
    return Library.open(settings, encoder=FakeEncoder())
