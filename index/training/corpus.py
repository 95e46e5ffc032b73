"""Documents and questions, read from the SQuAD files and the pairs.

A document is a list of sentences: a paragraph of a SQuAD file, or the long row
of distinct sentences of the pairs file.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sentencex
from tokenizers import Tokenizer

from index.training.quotes import attributions
from index.training.stances import stances

HELD_OUT, DEVELOPMENT = 6, 2
MAX_QUESTION, MAX_TITLE, MAX_SENTENCE = 48, 16, 120


@dataclass(frozen=True)
class Document:
    """A title and sentences, with each sentence's word pieces and their characters."""

    title: str
    sentences: tuple[str, ...]
    title_ids: tuple[int, ...]
    ids: tuple[tuple[int, ...], ...]
    offsets: tuple[tuple[tuple[int, int], ...], ...]


@dataclass
class Question:
    """A question, where it is answered, and the mined sentences that do not answer it.

    `gold` maps the answering sentences of document `home` to the places (within
    the sentence) of their answer tokens: empty where the answer is not marked.
    `near` are sentences that may answer it too and are no negatives.
    """

    text: str
    ids: list[int]
    home: int
    gold: dict[int, list[int]]
    near: frozenset[int]
    answers: tuple[str, ...]
    negatives: list[tuple[int, int]] = field(default_factory=list)


def split_titles(titles: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return the held-out and the development titles: the first by SHA-256."""
    order = sorted(titles, key=lambda t: hashlib.sha256(t.encode()).hexdigest())
    return set(order[:HELD_OUT]), set(order[HELD_OUT : HELD_OUT + DEVELOPMENT])


def read_squad(path: Path) -> list[dict[str, Any]]:
    """Return the articles of a gzipped SQuAD file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(json.load(lines)["data"])


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) characters of each sentence, without the white space around it."""
    spans = []
    for b in sentencex.get_sentence_boundaries("en", text):
        part = text[b["start_index"] : b["end_index"]]
        if part.strip():
            start = b["start_index"] + len(part) - len(part.lstrip())
            spans.append((start, start + len(part.strip())))
    return spans


class Corpus:
    """All documents and questions of a split."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Start empty, with a tokenizer that neither pads nor truncates."""
        self.tokenizer = tokenizer
        self.documents: list[Document] = []
        self.questions: list[Question] = []
        self.quotes: list[Question] = []
        self.places: dict[tuple[str, tuple[str, ...]], int] = {}

    def encode(self, text: str, limit: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        """Return at most `limit` word pieces and their characters."""
        e = self.tokenizer.encode(text, add_special_tokens=False)
        return tuple(e.ids[:limit]), tuple(e.offsets[:limit])

    def add_document(self, title: str, sentences: Sequence[str]) -> int:
        """Add a document, or find it where it is there already; return its number."""
        key = (title, tuple(sentences))
        if key not in self.places:
            pieces = [self.encode(s, MAX_SENTENCE) for s in sentences]
            self.places[key] = len(self.documents)
            self.documents.append(
                Document(
                    title,
                    key[1],
                    self.encode(f"{title}.", MAX_TITLE)[0] if title else (),
                    tuple(p[0] for p in pieces),
                    tuple(p[1] for p in pieces),
                )
            )
        return self.places[key]

    def question(
        self, text: str, home: int, gold: Sequence[int], answers: Sequence[str]
    ) -> Question:
        """Return a question answered by the sentences `gold` of document `home`."""
        document = self.documents[home]
        marked: dict[int, list[int]] = {}
        for s in gold:
            tokens: set[int] = set()
            for a in answers:
                at = document.sentences[s].find(a)
                if at >= 0:
                    tokens |= {
                        i
                        for i, (b, e) in enumerate(document.offsets[s])
                        if b < at + len(a) and e > at
                    }
            marked[s] = sorted(tokens)
        near = set(marked)
        if answers:
            near |= {i for i, s in enumerate(document.sentences) if any(a in s for a in answers)}
        ids = list(self.encode(text, MAX_QUESTION)[0])
        return Question(text, ids, home, marked, frozenset(near), tuple(answers))

    def add_squad(
        self, articles: Sequence[dict[str, Any]], titles: set[str], seen: set[str]
    ) -> None:
        """Add the questions of the articles named in `titles` whose id is not in `seen` yet."""
        for article in articles:
            if article["title"] not in titles:
                continue
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                spans = split_sentences(text)
                title = article["title"].replace("_", " ")
                home = self.add_document(title, [text[a:b] for a, b in spans])
                for qa in paragraph["qas"]:
                    if qa["id"] in seen:
                        continue
                    seen.add(qa["id"])
                    if qa.get("is_impossible"):
                        self.questions.append(self.question(qa["question"].strip(), home, [], []))
                        continue
                    answers = sorted({a["text"] for a in qa["answers"]})
                    held = [sum(a in text[s:e] for a in answers) for s, e in spans]
                    if not any(held):
                        first = qa["answers"][0]["answer_start"]
                        held = [int(s <= first < e) for s, e in spans]
                    gold = [i for i, n in enumerate(held) if n and n == max(held)]
                    if gold:
                        self.questions.append(
                            self.question(qa["question"].strip(), home, gold, answers)
                        )

    def add_pairs(self, path: Path) -> None:
        """Add the question and sentence pairs, their sentences as one long document."""
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            pairs = [json.loads(line) for line in lines if line.strip()]
        order = {s: i for i, s in enumerate(dict.fromkeys(p["sentence"] for p in pairs))}
        home = self.add_document("", list(order))
        for p in pairs:
            self.questions.append(self.question(p["question"], home, [order[p["sentence"]]], []))

    def add_quotes(self, seed: int, reports: int) -> None:
        """Add the template questions: on the documents' own statements, and on invented reports."""
        for home, document in enumerate(self.documents):
            answers: dict[str, list[int]] = {}
            for i, sentence in enumerate(document.sentences):
                for text in attributions(sentence):
                    answers.setdefault(text, []).append(i)
            self.quotes += [self.question(text, home, gold, []) for text, gold in answers.items()]
        for sentences, text, gold in stances(random.Random(seed), reports):
            self.quotes.append(self.question(text, self.add_document("", sentences), gold, []))
