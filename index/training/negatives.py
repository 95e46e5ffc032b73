"""Hard negatives: the sentences nearest to a question that do not answer it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from index.training.corpus import Corpus
from index.training.model import Encoder

NEGATIVES = 16

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


def mine(corpus: Corpus, vectors: Vectors) -> None:
    """Give each question the nearest sentences that do not answer it."""
    documents = corpus.documents
    for long in (False, True):
        docs = [i for i, d in enumerate(documents) if (d.title == "") == long]
        owner = [(d, s) for d in docs for s in range(len(documents[d].sentences))]
        asked = [q for q in corpus.questions if (documents[q.home].title == "") == long]
        if not owner or not asked:
            continue
        plain = [documents[d].sentences[s] for d, s in owner]
        keys = vectors(plain)
        if not long:
            keys = keys + vectors(
                [f"{documents[d].title}: {t}" for (d, _), t in zip(owner, plain, strict=True)]
            )
        asks = vectors([q.text for q in asked])
        for q, row in zip(asked, asks @ keys.T, strict=True):
            taken: set[tuple[int, int]] = set()
            for at in np.argsort(-row)[: 8 * NEGATIVES].tolist():
                d, s = owner[at]
                block = (d, s // 4 if long else 0)
                if block in taken or (d == q.home and (s in q.near or not long)):
                    continue
                if any(
                    len(a) > 3 and any(a in t for t in documents[d].sentences) for a in q.answers
                ):
                    continue
                taken.add(block)
                q.negatives.append((d, s))
                if len(q.negatives) == NEGATIVES:
                    break
