"""Hard negatives: the sentences nearest to a question that do not answer it.

Of the same article, as rivals of the right one, by meaning; and of other texts, by words.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from index.stores.words import WordIndex
from index.training.corpus import Corpus, Question
from index.training.model import Encoder

NEGATIVES, RIVALS = 16, 8

Vectors = Callable[[list[str]], np.ndarray[Any, np.dtype[np.float32]]]


def embed(
    encoder: Encoder,
    tokenizer: Tokenizer,
    texts: list[str],
    device: torch.device,
    workers: ThreadPoolExecutor,
) -> np.ndarray[Any, Any]:
    """Return unit vectors (texts, width), computed in batches of like length."""
    ids = [e.ids[:128] for e in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))

    def part(rows: list[int]) -> np.ndarray[Any, Any]:
        batch = torch.zeros(len(rows), len(ids[rows[-1]]), dtype=torch.int64)
        for r, i in enumerate(rows):
            batch[r, : len(ids[i])] = torch.tensor(ids[i])
        batch = batch.to(device)
        with torch.inference_mode():
            vectors: np.ndarray[Any, Any] = (
                encoder.embed(batch, (batch != 0).long()).float().cpu().numpy()
            )
        return vectors

    result = np.zeros((len(ids), 384), np.float32)
    result[order] = np.concatenate(
        list(workers.map(part, [order[i : i + 128] for i in range(0, len(order), 128)]))
    )
    return result


def mine(corpus: Corpus) -> None:
    """Give each question the sentences of other texts that share most words with it.

    By words alone, which takes seconds and finds what looks like an answer.
    """
    documents = corpus.documents
    for long in (False, True):
        docs = [i for i, d in enumerate(documents) if d.long == long]
        owner = [(d, s) for d in docs for s in range(len(documents[d].sentences))]
        asked = [q for q in corpus.questions if documents[q.home].long == long and not q.rivals]
        if not owner or not asked:
            continue
        rows = [
            (i, "", documents[d].sentences[s], documents[d].title) for i, (d, s) in enumerate(owner)
        ]
        with tempfile.TemporaryDirectory() as folder:
            words = WordIndex.build(rows, Path(folder, "words"))
            for q in asked:
                nearest = words.search(q.text, 8 * NEGATIVES)
                q.negatives = _choose(corpus, q, [owner[i] for i in nearest])


def mine_rivals(corpus: Corpus, source: str, vectors: Vectors) -> None:
    """Give each question of a source the sentences of its own article that are most like it."""
    asked: dict[int, list[Question]] = {}
    for q in corpus.questions:
        if q.source == source:
            asked.setdefault(q.home, []).append(q)
    asks = vectors([q.text for questions in asked.values() for q in questions])
    keys = vectors([s for home in asked for s in corpus.documents[home].sentences])
    row, column = 0, 0
    for home, questions in asked.items():
        size = len(corpus.documents[home].sentences)
        near = asks[row : row + len(questions)] @ keys[column : column + size].T
        row, column = row + len(questions), column + size
        for q, best in zip(questions, np.argsort(-near).tolist(), strict=True):
            q.rivals = [s for s in best if s not in q.near][:RIVALS]


def _choose(corpus: Corpus, q: Question, nearest: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return at most `NEGATIVES` of the nearest sentences, of different places, best first."""
    documents, home = corpus.documents, corpus.documents[q.home]
    chosen: list[tuple[int, int]] = []
    taken: set[tuple[int, int]] = set()
    for d, s in nearest:
        block = (d, s // 4 if home.long else 0)
        if block in taken or (d == q.home and (s in q.near or not home.long)):
            continue
        # Another paragraph on the subject may answer what this one does not.
        if not q.gold and documents[d].title == home.title:
            continue
        if any(len(a) > 3 and any(a in t for t in documents[d].sentences) for a in q.answers):
            continue
        taken.add(block)
        chosen.append((d, s))
        if len(chosen) == NEGATIVES:
            break
    return chosen
