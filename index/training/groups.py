"""Documents, questions and training groups.

A document is a list of sentences: a paragraph of a SQuAD file, or the long row
of distinct sentences of the pairs file. A window is a few of its sentences,
near each other, that the reader sees at once. A group is a question with the
windows shown for it; its target is the gold sentences, or none.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sentencex
from tokenizers import Tokenizer

from index.training.quotes import attributions
from index.training.stances import stances
from index.training.swaps import exchange, names

HELD_OUT, DEVELOPMENT = 6, 2
MAX_QUESTION, MAX_TITLE, MAX_SENTENCE = 48, 16, 120
NEGATIVES = 16
EXCHANGED = 0.4
"""The share of the questions that an epoch has a second time, made unanswerable."""

Vectors = Callable[[list[str]], np.ndarray[Any, np.dtype[np.float32]]]


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


@dataclass(frozen=True)
class Window:
    """Sentences of one document, put together for one pass of the reader."""

    document: int
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """A question's windows; an empty `gold` says that none of them answers it.

    `gold` holds pairs (window, place of the sentence in it) and `answer` triples
    (window, place of the sentence, token of the sentence).
    """

    question: Question
    windows: tuple[Window, ...]
    gold: tuple[tuple[int, int], ...]
    answer: tuple[tuple[int, int, int], ...]


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
        self.names: dict[str, list[str]] = {}

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

    def quote_groups(self, rng: random.Random, count: int) -> list[Group]:
        """Draw groups of template questions."""
        groups = [self.group(q, rng) for q in rng.sample(self.quotes, count)]
        return [g for g in groups if g.windows]

    def mine(self, vectors: Vectors) -> None:
        """Give each question the nearest sentences that do not answer it."""
        for long in (False, True):
            docs = [i for i, d in enumerate(self.documents) if (d.title == "") == long]
            owner = [(d, s) for d in docs for s in range(len(self.documents[d].sentences))]
            asked = [q for q in self.questions if (self.documents[q.home].title == "") == long]
            if not owner or not asked:
                continue
            plain = [self.documents[d].sentences[s] for d, s in owner]
            keys = vectors(plain)
            if not long:
                keys = keys + vectors(
                    [
                        f"{self.documents[d].title}: {t}"
                        for (d, _), t in zip(owner, plain, strict=True)
                    ]
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
                        len(a) > 3 and any(a in t for t in self.documents[d].sentences)
                        for a in q.answers
                    ):
                        continue
                    taken.add(block)
                    q.negatives.append((d, s))
                    if len(q.negatives) == NEGATIVES:
                        break

    def window(
        self, d: int, s: int, budget: int, skip: frozenset[int], rng: random.Random
    ) -> Window:
        """Grow a window from sentence `s` to either side until `budget` tokens are full.

        Sentences in `skip` are passed over.
        """
        ids = self.documents[d].ids
        taken = [] if s in skip else [s]
        used = sum(len(ids[i]) for i in taken)
        left, right = s - 1, s + 1
        while used < budget and (left >= 0 or right < len(ids)):
            if len(ids) > 1000 and right - left > 12:
                break
            go_left = left >= 0 and (right >= len(ids) or rng.random() < 0.5)
            i = left if go_left else right
            left, right = (left - 1, right) if go_left else (left, right + 1)
            if i in skip:
                continue
            if used + len(ids[i]) > budget and taken:
                if rng.random() < 0.5:
                    break
                continue
            taken.append(i)
            used += len(ids[i])
        return Window(d, tuple(sorted(taken)))

    def group(self, q: Question, rng: random.Random) -> Group:
        """Draw the windows shown for a question this time."""
        budget = rng.randint(40, 104) if rng.random() < 0.75 else rng.randint(104, 200)
        picks = [n for n in q.negatives[:12] if rng.random() < 0.6] or q.negatives[:1]
        rng.shuffle(picks)
        if rng.random() < 0.12:
            d = rng.randrange(len(self.documents))
            other = (d, rng.randrange(len(self.documents[d].ids)))
            if other[0] != q.home:
                picks.insert(0, other)
        skip = q.near if q.gold else frozenset()
        hide = bool(q.gold) and rng.random() < 0.12
        windows: list[Window] = []
        if not q.gold or (hide and rng.random() < 0.5):
            home = rng.choice(sorted(q.gold) or range(len(self.documents[q.home].ids)))
            windows.append(self.window(q.home, home, budget if q.gold else 200, skip, rng))
        elif not hide:
            windows.append(
                self.window(q.home, rng.choice(sorted(q.gold)), budget, frozenset(), rng)
            )
        wanted = 2 if hide or rng.random() < 0.35 else 1
        for d, s in picks[:wanted]:
            windows.append(self.window(d, s, budget, skip if d == q.home else frozenset(), rng))
        windows = [w for w in windows if w.sentences]
        gold = tuple(
            (w, i)
            for w, window in enumerate(windows)
            if window.document == q.home and not hide
            for i, s in enumerate(window.sentences)
            if s in q.gold
        )
        answer = tuple((w, i, t) for w, i in gold for t in q.gold[windows[w].sentences[i]])
        return Group(q, tuple(windows), gold, answer)

    def exchanged(self, q: Question, rng: random.Random) -> Group | None:
        """Draw a group in which a changed question finds no answer beside its old gold sentence."""
        document = self.documents[q.home]
        if not self.names:
            texts: dict[str, list[str]] = {}
            for d in self.documents:
                texts.setdefault(d.title, []).extend(d.sentences if d.title else ())
            self.names = {title: names(parts) for title, parts in texts.items()}
        gold = rng.choice(sorted(q.gold))
        around = document.sentences[max(gold - 4, 0) : gold + 5]
        text = exchange(q.text, self.names[document.title], " ".join(around), rng)
        if not text:
            return None
        budget = rng.randint(80, 200) if document.title else rng.randint(40, 104)
        windows = [self.window(q.home, gold, budget, frozenset(), rng)]
        windows += [
            self.window(d, s, budget, frozenset(), rng)
            for d, s in rng.sample(q.negatives[:12], min(1, len(q.negatives)))
        ]
        altered = Question(text, list(self.encode(text, MAX_QUESTION)[0]), q.home, {}, q.near, ())
        return Group(altered, tuple(windows), (), ())

    def sequence(
        self, q: Question, window: Window, titled: bool
    ) -> tuple[list[int], list[int], list[int]]:
        """Return input ids, token types and sentence ids (-1: outside), each (length,)."""
        document = self.documents[window.document]
        ids = [101, *q.ids, 102]
        types = [0] * len(ids)
        title = document.title_ids if titled else ()
        sentences = [-1] * (len(ids) + len(title))
        ids += title
        for i, s in enumerate(window.sentences):
            ids += document.ids[s]
            sentences += [i] * len(document.ids[s])
        ids.append(102)
        sentences.append(-1)
        return ids, types + [1] * (len(ids) - len(types)), sentences

    def batches(self, seed: int, epoch: int, size: int) -> Iterator[list[Group]]:
        """Yield an epoch's batches: groups of like size together, in random order.

        An epoch has every question on a paragraph and every second one of the pairs, and a part
        of them once more with something exchanged.
        """
        rng = random.Random(f"{seed}-{epoch}")
        asked = [
            q
            for i, q in enumerate(self.questions)
            if self.documents[q.home].title or i % 2 == epoch % 2
        ]
        groups = [self.group(q, rng) for q in asked]
        groups += [
            altered
            for q in asked
            if q.gold and rng.random() < EXCHANGED and (altered := self.exchanged(q, rng))
        ]
        groups = [g for g in groups if g.windows]
        rng.shuffle(groups)
        batches = []
        for at in range(0, len(groups), 32 * size):
            part = sorted(groups[at : at + 32 * size], key=self.cost)
            batches += [part[i : i + size] for i in range(0, len(part), size)]
        rng.shuffle(batches)
        yield from batches

    def stream(self, seed: int, size: int) -> Iterator[list[Group]]:
        """Yield batches without end: an eighth more groups than `size`, of template questions."""
        numbered = (b for epoch in itertools.count() for b in self.batches(seed, epoch, size))
        for number, batch in enumerate(numbered):
            rng = random.Random(f"{seed}-quotes-{number}")
            yield batch + self.quote_groups(rng, size // 8)

    def cost(self, group: Group) -> int:
        """Return the tokens of a group's windows."""
        return sum(
            len(group.question.ids)
            + sum(len(self.documents[w.document].ids[s]) for s in w.sentences)
            for w in group.windows
        )
