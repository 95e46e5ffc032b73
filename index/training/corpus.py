"""Documents and questions, read from the SQuAD files and the pairs.

A document is a list of sentences: a paragraph of a SQuAD file, or the long row
of distinct sentences of the pairs file.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import random
import re
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
LONG = 1000
"""Sentences; no article has as many."""
MAX_SPAN = 45
"""Word pieces of an answer, about 30 words: what is longer teaches no shortest answer."""
SQUAD, PAIRS, TEMPLATES = "squad", "pairs", "templates"

Marks = dict[int, list[tuple[int, int]]]
"""Answering sentences with the characters, within each, of their marked answers."""


@dataclass(frozen=True)
class Document:
    """A title and sentences, with each sentence's word pieces and their characters."""

    title: str
    sentences: tuple[str, ...]
    title_ids: tuple[int, ...]
    ids: tuple[tuple[int, ...], ...]
    offsets: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def long(self) -> bool:
        """Whether it is a row of sentences of many texts, which says nothing about neighbours."""
        return len(self.sentences) > LONG


@dataclass
class Question:
    """A question, where it is answered, and the mined sentences that do not answer it.

    `gold` maps the answering sentences of document `home` to the places (within
    the sentence) of their answer tokens: empty where the answer is not marked.
    `spans` has the first and the last token of each form of the answer.
    `near` are sentences that may answer it too and are no negatives.
    """

    text: str
    ids: list[int]
    home: int
    gold: dict[int, list[int]]
    near: frozenset[int]
    answers: tuple[str, ...]
    source: str
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    negatives: list[tuple[int, int]] = field(default_factory=list)
    rivals: list[int] = field(default_factory=list)
    """Sentences of the same document that are most like it and do not answer, best first."""


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


def find_words(answer: str, text: str) -> list[tuple[int, int]]:
    """Return where an answer stands as whole words, or else where it first stands at all."""
    whole = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text)]
    at = text.find(answer)
    return whole or ([(at, at + len(answer))] if at >= 0 else [])


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
        self, text: str, home: int, gold: Sequence[int], answers: Sequence[str], source: str = SQUAD
    ) -> Question:
        """Return a question answered by the sentences `gold` of document `home`."""
        sentences = self.documents[home].sentences
        marks = {s: [span for a in answers for span in find_words(a, sentences[s])] for s in gold}
        near = {i for i, s in enumerate(sentences) if any(a in s for a in answers)}
        return self.marked(text, home, marks, near, tuple(answers), source)

    def marked(
        self,
        text: str,
        home: int,
        marks: Marks,
        near: set[int],
        answers: tuple[str, ...],
        source: str,
    ) -> Question:
        """Return a question whose answers are marked by their characters."""
        document = self.documents[home]
        gold: dict[int, list[int]] = {}
        spans: dict[int, list[tuple[int, int]]] = {}
        for s, places in marks.items():
            pieces = document.offsets[s]
            held = [
                [i for i, (b, e) in enumerate(pieces) if b < end and e > start]
                for start, end in places
            ]
            gold[s] = sorted({i for tokens in held for i in tokens})
            # What covers all of a sentence but its full stop says nothing about its words.
            spans[s] = sorted(
                {(t[0], t[-1]) for t in held if t and len(t) < min(MAX_SPAN, len(pieces) - 1)}
            )
        ids = list(self.encode(text, MAX_QUESTION)[0])
        return Question(text, ids, home, gold, frozenset(near | set(marks)), answers, source, spans)

    def add_question(self, text: str, home: int, marks: Marks, near: set[int], source: str) -> None:
        """Add a question whose answers are marked by their characters."""
        sentences = self.documents[home].sentences
        answers = {sentences[s][b:e] for s, places in marks.items() for b, e in places}
        found = self.marked(text, home, marks, near, tuple(sorted(answers)), source)
        self.questions.append(found)

    def add_squad(
        self,
        articles: Sequence[dict[str, Any]],
        titles: set[str],
        seen: set[str],
        source: str = SQUAD,
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
                        self.questions.append(
                            self.question(qa["question"].strip(), home, [], [], source)
                        )
                        continue
                    answers = sorted({a["text"] for a in qa["answers"]})
                    held = [sum(a in text[s:e] for a in answers) for s, e in spans]
                    if not any(held):
                        first = qa["answers"][0]["answer_start"]
                        held = [int(s <= first < e) for s, e in spans]
                    gold = [i for i, n in enumerate(held) if n and n == max(held)]
                    if gold:
                        self.questions.append(
                            self.question(qa["question"].strip(), home, gold, answers, source)
                        )

    def add_single_sentences(
        self, articles: Sequence[dict[str, Any]], source: str, every: int = 1
    ) -> None:
        """Add one in `every` question on paragraphs of one sentence, an article's as a document."""
        number = itertools.count()
        for article in articles:
            texts = [paragraph["context"] for paragraph in article["paragraphs"]]
            home = self.add_document(source, texts)
            for i, paragraph in enumerate(article["paragraphs"]):
                for qa in paragraph["qas"]:
                    if next(number) % every:
                        continue
                    answers = sorted({a["text"] for a in qa["answers"]})
                    self.questions.append(
                        self.question(qa["question"].strip(), home, [i], answers, source)
                    )

    def add_pairs(self, path: Path, every: int = 1) -> None:
        """Add one in `every` pair of question and sentence; all sentences are one long document."""
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            pairs = [json.loads(line) for line in lines if line.strip()]
        order = {s: i for i, s in enumerate(dict.fromkeys(p["sentence"] for p in pairs))}
        home = self.add_document("", list(order))
        for p in pairs[::every]:
            gold = [order[p["sentence"]]]
            self.questions.append(self.question(p["question"], home, gold, [], PAIRS))

    def add_quotes(self, seed: int, reports: int) -> None:
        """Add the template questions: on the documents' own statements, and on invented reports."""
        for home, document in enumerate(self.documents):
            answers: dict[str, list[int]] = {}
            for i, sentence in enumerate(document.sentences):
                for text in attributions(sentence):
                    answers.setdefault(text, []).append(i)
            self.quotes += [
                self.question(text, home, gold, [], TEMPLATES) for text, gold in answers.items()
            ]
        for sentences, text, gold in stances(random.Random(seed), reports):
            home = self.add_document("", sentences)
            self.quotes.append(self.question(text, home, gold, [], TEMPLATES))
