"""One side of a comparison, in a process of its own: told what to do by lines of JSON.

`ours` answers with a `Library`; `plain` is what a user would write with the usual libraries:
sentence-transformers, `faiss.IndexFlatIP` and bm25s, all in memory, with the same weights.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np


class Side(Protocol):
    """Both sides do the same work."""

    def index(self, articles: list[dict[str, Any]], texts: list[str]) -> None:
        """Add articles, whose sentences with their titles are `texts`."""
        ...

    def ask(self, question: str) -> object: ...

    def save(self, path: str) -> None:
        """Keep the vectors, so that another process need not encode."""
        ...

    def load(self, path: str, texts: list[str]) -> None:
        """Be ready to answer, as a server is."""
        ...


class Ours:
    """The library, without the reranker: the plain stack has none."""

    def __init__(self, data: str) -> None:
        from index.library import Library
        from index.settings import load_settings

        self._library = Library.open(load_settings(data=data, reranker="none"))
        self._library.models.encoder()

    def index(self, articles: list[dict[str, Any]], texts: list[str]) -> None:
        from index.article import Article

        self._library.add([Article(**article) for article in articles])

    def ask(self, question: str) -> object:
        from bot.answering.answer import ask
        from bot.answering.query import Query

        return ask(self._library, Query(question=question))

    def save(self, path: str) -> None:
        """Do nothing: they are kept in any case."""

    def load(self, path: str, texts: list[str]) -> None:
        self._library.warm()


class Plain:
    """The usual libraries, put together in the usual way."""

    def __init__(self, data: str) -> None:
        import faiss
        from sentence_transformers import SentenceTransformer

        from index.models.export import find_bundled_model

        self._model = SentenceTransformer(str(find_bundled_model()), device="cpu")
        self._index: Any = faiss.IndexFlatIP(384)
        self._texts: list[str] = []

    def index(self, articles: list[dict[str, Any]], texts: list[str]) -> None:
        self._index.add(self._encode(texts))
        self._read_words(texts)

    def ask(self, question: str) -> object:
        import bm25s

        scores, rows = self._index.search(self._encode([question]), 50)
        words = bm25s.tokenize([question], show_progress=False)
        found, points = self._words.retrieve(
            words, k=min(50, len(self._texts)), show_progress=False
        )
        fused = dict(zip(rows[0].tolist(), scores[0].tolist(), strict=True))
        for row, point in zip(found[0].tolist(), points[0].tolist(), strict=True):
            fused[row] = fused.get(row, 0.0) + point / 50
        best = sorted(fused, key=lambda row: -fused[row])[:3]
        return [self._texts[row] for row in best]

    def save(self, path: str) -> None:
        np.save(path, self._index.reconstruct_n(0, self._index.ntotal))

    def load(self, path: str, texts: list[str]) -> None:
        self._index.add(np.load(path))
        self._read_words(texts)

    def _encode(self, texts: list[str]) -> Any:
        return self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    def _read_words(self, texts: list[str]) -> None:
        """Read all texts: bm25s cannot be added to."""
        import bm25s

        self._texts += texts
        self._words = bm25s.BM25()
        self._words.index(bm25s.tokenize(self._texts, show_progress=False), show_progress=False)


def _do(side: Side, task: dict[str, Any]) -> object:
    """Do what a line asks for; give the seconds that it took."""
    started = time.perf_counter()
    match task["do"]:
        case "index":
            side.index(task["articles"], task["texts"])
        case "ask":
            return [_timed(side, question) for question in task["questions"]]
        case "save":
            side.save(task["path"])
        case "load":
            side.load(task["path"], task["texts"])
        case "peak":
            status = Path("/proc/self/status").read_text("ascii")
            return int(status.split("VmHWM:")[1].split()[0]) / 1024
    return time.perf_counter() - started


def _timed(side: Side, question: str) -> float:
    started = time.perf_counter()
    side.ask(question)
    return time.perf_counter() - started


def main(which: str, data: str) -> None:
    side: Side = Ours(data) if which == "ours" else Plain(data)
    for line in sys.stdin:
        print(json.dumps(_do(side, json.loads(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
