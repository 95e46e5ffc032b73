"""How search, memory, disk and changes grow with the number of sentences.

Vectors are those of real sentences with some noise, texts are recombined of real sentences, so
that both keep their statistics; nothing of it is stored. Every size is built and measured in
processes of its own, through the same `Store` as everything else.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.article import Article, Paragraph, ParsedArticle, Passage, Sentence
from index.models.encode import Vectors
from index.search import DEPTH, search
from index.store import EncodedArticle, Snapshot
from index.stores import database, reading
from index.stores.local import LocalStore

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SENTENCES = 30
"""Of an article."""
PASSAGE = 5
"""Sentences of a passage."""
NOISE = 0.5
"""Length of what is added to a unit vector: its cosine with the real one is then about 0.9."""
QUESTIONS = 200

Figures = dict[str, float]


class Recalled:
    """An encoder that knows the vectors of the questions that are asked."""

    fingerprint = "growth"

    def __init__(self, questions: Sequence[str], vectors: Vectors) -> None:
        self.dimension = vectors.shape[1]
        self._vectors = dict(zip(questions, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vectors[text] for text in texts])


class Maker:
    """Makes articles of real sentences and their vectors."""

    def __init__(self, sentences: Sequence[str], vectors: Vectors, seed: int) -> None:
        self._words = [sentence.split() for sentence in sentences]
        self._vectors = vectors
        self._random = np.random.default_rng(seed)

    def article(self, number: int, length: int = SENTENCES) -> EncodedArticle:
        rows = self._random.integers(0, len(self._words), (2, length))
        spoken = [self._recombined(first, second) for first, second in rows.T]
        starts = np.cumsum([0, *(len(text) + 1 for text in spoken)]).tolist()
        sentences = [Sentence(start, end - 1, 1) for start, end in pairwise(starts)]
        groups = [sentences[at : at + PASSAGE] for at in range(0, length, PASSAGE)]
        text = " ".join(spoken)
        parsed = ParsedArticle(
            Article(f"made-{number}", f"Article {number}", "made", text),
            (Paragraph(1, 0, len(text), "body"),),
            tuple(Passage(group[0].start, group[-1].end, tuple(group)) for group in groups),
        )
        noise = self._random.standard_normal((length, self._vectors.shape[1])).astype(np.float32)
        noise *= NOISE / self._vectors.shape[1] ** 0.5
        vectors = self._vectors[rows[0]] + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return EncodedArticle(parsed, f"{number}", vectors)

    def _recombined(self, first: int, second: int) -> str:
        head, tail = self._words[first], self._words[second]
        return " ".join([*head[: len(head) // 2 + 1], *tail[len(tail) // 2 :]])


def _size(folder: Path) -> int:
    """Give the bytes on disk; what several folders share counts once."""
    stats = {(found := path.stat()).st_ino: found for path in folder.rglob("*") if path.is_file()}
    return sum(found.st_size for found in stats.values())


def _resident() -> int:
    """Give the bytes of memory that this process holds, mapped files included."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()


def build(folder: Path, maker: Maker, encoder: Recalled, count: int) -> Figures:
    """Fill a store, and publish all at once."""
    store = LocalStore(folder)
    started = time.perf_counter()
    with store.writing(encoder, "growth") as writer:
        for number, first in enumerate(range(0, count, SENTENCES)):
            writer.stage(maker.article(number, min(SENTENCES, count - first)))
        staged = time.perf_counter()
        writer.publish()
    published = time.perf_counter()
    store.close()
    status = Path("/proc/self/status").read_text("ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    return {
        "stage_s": staged - started,
        "publish_s": published - staged,
        "build_peak_bytes": peak,
        "disk_bytes": _size(folder),
    }


def measure(folder: Path, maker: Maker, encoder: Recalled, questions: Sequence[str]) -> Figures:
    """Open a filled store, search it, and change it."""
    before = _resident()
    store = LocalStore(folder)
    started = time.perf_counter()
    with store.snapshot() as snapshot:
        snapshot.open()
        opened = time.perf_counter() - started
        count = snapshot.info().sentences
        took, found = _search(snapshot, encoder, questions)
        memory = _resident() - before
    recall = _recall(folder, encoder, questions, found)
    started = time.perf_counter()
    with store.writing(encoder, "growth") as writer:
        writer.stage(maker.article(10**9))
        writer.publish()
    added = time.perf_counter() - started
    started = time.perf_counter()
    with store.writing(encoder, "growth") as writer:
        writer.publish(["made-3"])
    removed = time.perf_counter() - started
    with store.snapshot() as snapshot:
        after, _ = _search(snapshot, encoder, questions[: QUESTIONS // 2])
    return {
        "open_s": opened,
        "search_ms_p50": statistics.median(took),
        "search_ms_p95": float(np.percentile(took, 95)),
        "changed_search_ms_p50": statistics.median(after),
        "recall_at_10": recall,
        "memory_bytes": memory,
        "memory_bytes_a_sentence": memory / count,
        "add_s": added,
        "remove_s": removed,
    }


def _search(
    snapshot: Snapshot, encoder: Recalled, questions: Sequence[str]
) -> tuple[list[float], list[set[int]]]:
    """Give the milliseconds of each search, and the ten sentences nearest in meaning."""
    for question in questions[:20]:  # warm up
        search(snapshot, encoder, question, 10)
    took, found = [], []
    for question in questions:
        started = time.perf_counter()
        search(snapshot, encoder, question, 10)
        took.append((time.perf_counter() - started) * 1000)
        near = snapshot.search(encoder.encode([question])[0], question, DEPTH)
        near.sort(key=lambda candidate: -candidate.dense)
        found.append({candidate.sentence_id for candidate in near[:10]})
    return took, found


def _recall(
    folder: Path, encoder: Recalled, questions: Sequence[str], found: Sequence[set[int]]
) -> float:
    """Give the share of the ten nearest by exact search that was found."""
    asked = encoder.encode(questions)
    scores = np.empty((len(asked), 0), dtype=np.float32)
    ids = np.empty((len(asked), 0), dtype=np.int64)
    connection = database.connect(folder / "articles.sqlite3")
    for part, vectors in reading.iter_vectors(connection, encoder.dimension):
        scores = np.hstack([scores, asked @ vectors.T])
        ids = np.hstack([ids, np.broadcast_to(part, (len(asked), len(part)))])
        best = np.argsort(-scores, axis=1)[:, :10]
        scores = np.take_along_axis(scores, best, axis=1)
        ids = np.take_along_axis(ids, best, axis=1)
    connection.close()
    shares = [len(set(row) & near) / 10 for row, near in zip(ids.tolist(), found, strict=True)]
    return float(np.mean(shares))


def run(real: Path, sizes: Sequence[int]) -> Iterator[tuple[int, Figures]]:
    """Build and measure each size in processes of their own; `real` holds sentences, vectors."""
    for size in sizes:
        figures: Figures = {}
        with tempfile.TemporaryDirectory(prefix="growth-") as folder:
            for part in ("build", "measure"):
                done = subprocess.run(
                    [sys.executable, "-m", __spec__.name, part, str(real), folder, str(size)],
                    stdout=subprocess.PIPE,
                    check=True,
                )
                figures |= json.loads(done.stdout)
        yield size, figures


def main(part: str, real: str, folder: str, size: str) -> None:
    with np.load(real) as loaded:
        sentences, questions = loaded["sentences"].tolist(), loaded["questions"].tolist()
        encoder = Recalled(questions, loaded["asked"])
        maker = Maker(sentences, loaded["vectors"], seed=len(part))
    place = Path(folder) / "data"
    if part == "build":
        figures = build(place, maker, encoder, int(size))
    else:
        figures = measure(place, maker, encoder, questions[:QUESTIONS])
    print(json.dumps(figures))
    sys.stdout.flush()
    os._exit(0)  # what tantivy and FAISS hold is not worth waiting for


if __name__ == "__main__":
    main(*sys.argv[1:])
