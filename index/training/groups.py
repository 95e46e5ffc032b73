"""Training groups, drawn anew in every epoch.

A window is a few sentences of a document, near each other, that the reader
sees at once. A group is a question with the windows shown for it; its target
is the gold sentences, or none.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index.training.corpus import MAX_QUESTION, PAIRS, SQUAD, Corpus, Question
from index.training.swaps import exchange, names

EXCHANGED = 0.15
"""The share of the SQuAD questions that an epoch has a second time, made unanswerable."""
ELSEWHERE = 0.1
"""The share of the questions on an article that are shown a part of another one, and no answer."""
BESIDE = 0.4
"""The share of the questions on an article that are shown two parts of it, not one."""
HIDDEN = 0.1
"""The share of the answerable questions whose answer is not shown, so that nothing answers."""


@dataclass(frozen=True)
class Window:
    """Sentences of one document, put together for one pass of the reader."""

    document: int
    sentences: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """A question's windows; an empty `gold` says that none of them answers it.

    Sentences are pairs (window, place of the sentence in it): `gold` answer, `neutral` may answer
    and are left out of account. `answer` holds triples with a token of the sentence.
    """

    question: Question
    windows: tuple[Window, ...]
    gold: tuple[tuple[int, int], ...]
    answer: tuple[tuple[int, int, int], ...]
    neutral: tuple[tuple[int, int], ...] = ()

    def spans(self) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
        """Yield (window, place of the sentence, first and last tokens of the answer's forms)."""
        for w, i in self.gold:
            if spans := self.question.spans.get(self.windows[w].sentences[i]):
                yield w, i, spans


def sequence(
    corpus: Corpus, q: Question, window: Window, titled: bool
) -> tuple[list[int], list[int], list[int]]:
    """Return a window's input ids, token types and sentence ids (-1: outside), each (length,)."""
    document = corpus.documents[window.document]
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


class Sampler:
    """Draws groups of a corpus."""

    def __init__(self, corpus: Corpus, shares: Mapping[str, float] | None = None) -> None:
        """Take a corpus whose questions have their negatives.

        `shares` says how often an epoch asks a question of each source; once, where it does not.
        """
        self.corpus = corpus
        self.shares = shares or {}
        self.homes = sorted({q.home for q in corpus.questions if q.rivals})
        self.names: dict[str, list[str]] = {}

    def window(
        self, d: int, s: int, budget: int, skip: frozenset[int], rng: random.Random
    ) -> Window:
        """Grow a window from sentence `s` to either side until `budget` tokens are full.

        Sentences in `skip` are passed over.
        """
        ids = self.corpus.documents[d].ids
        taken = [] if s in skip else [s]
        used = sum(len(ids[i]) for i in taken)
        left, right = s - 1, s + 1
        while used < budget and (left >= 0 or right < len(ids)):
            if self.corpus.documents[d].long and right - left > 12:
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
        return self.among_rivals(q, rng) if q.rivals else self.among_others(q, rng)

    def among_rivals(self, q: Question, rng: random.Random) -> Group:
        """Show a question parts of its own article: one that answers, and those most like it.

        As in use, where the reader sees the best few passages of an article. Most often one part
        is enough: what has the answer has other sentences, too, and a part that only looks as
        though it had it is compared with "none of these". Short parts are most.
        """
        budget = rng.randint(30, 80) if rng.random() < 0.75 else rng.randint(80, 180)
        if rng.random() < ELSEWHERE:
            d = rng.choice([home for home in self.homes if home != q.home] or [q.home])
            s = rng.randrange(len(self.corpus.documents[d].ids))
            skip = q.near if d == q.home else frozenset()
            return self.judged(q, [self.window(d, s, budget, skip, rng)])
        shown = bool(q.gold) and rng.random() >= HIDDEN
        windows: list[Window] = []
        if shown:
            gold = rng.choice(sorted(q.gold))
            windows.append(self.window(q.home, gold, budget, frozenset(), rng))
        wanted = 2 if rng.random() < BESIDE else 1
        seen = set(q.near) | {s for window in windows for s in window.sentences}
        picks = [s for s in q.rivals if rng.random() < 0.6]
        for s in (*picks, *q.rivals):
            if len(windows) == wanted:
                break
            if s not in seen:
                window = self.window(q.home, s, budget, frozenset(seen), rng)
                windows.append(window)
                seen |= set(window.sentences)
        return self.judged(q, windows)

    def judged(self, q: Question, windows: list[Window], hide: bool = False) -> Group:
        """Put windows together, and find in them what answers."""
        windows = [w for w in windows if w.sentences]
        own = [
            (w, i, s)
            for w, window in enumerate(windows)
            if window.document == q.home and not hide
            for i, s in enumerate(window.sentences)
        ]
        gold = tuple((w, i) for w, i, s in own if s in q.gold)
        answer = tuple((w, i, t) for w, i, s in own if s in q.gold for t in q.gold[s])
        neutral = tuple((w, i) for w, i, s in own if q.gold and s in q.near - set(q.gold))
        return Group(q, tuple(windows), gold, answer, neutral)

    def among_others(self, q: Question, rng: random.Random) -> Group:
        """Show a question its own paragraph, and parts of other texts that are like it."""
        budget = rng.randint(40, 104) if rng.random() < 0.75 else rng.randint(104, 200)
        picks = [n for n in q.negatives[:12] if rng.random() < 0.6] or q.negatives[:1]
        rng.shuffle(picks)
        if rng.random() < 0.12:
            d = rng.randrange(len(self.corpus.documents))
            other = (d, rng.randrange(len(self.corpus.documents[d].ids)))
            if other[0] != q.home:
                picks.insert(0, other)
        skip = q.near if q.gold else frozenset()
        hide = bool(q.gold) and rng.random() < 0.12
        windows: list[Window] = []
        if not q.gold or (hide and rng.random() < 0.5):
            home = rng.choice(sorted(q.gold) or range(len(self.corpus.documents[q.home].ids)))
            windows.append(self.window(q.home, home, budget if q.gold else 200, skip, rng))
        elif not hide:
            windows.append(
                self.window(q.home, rng.choice(sorted(q.gold)), budget, frozenset(), rng)
            )
        wanted = 2 if hide or rng.random() < 0.35 else 1
        for d, s in picks[:wanted]:
            windows.append(self.window(d, s, budget, skip if d == q.home else frozenset(), rng))
        return self.judged(q, windows, hide)

    def exchanged(self, q: Question, rng: random.Random) -> Group | None:
        """Draw a group in which a changed question finds no answer beside its old gold sentence."""
        document = self.corpus.documents[q.home]
        if not self.names:
            texts: dict[str, list[str]] = {}
            for d in self.corpus.documents:
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
        altered = Question(
            text, list(self.corpus.encode(text, MAX_QUESTION)[0]), q.home, {}, q.near, (), q.source
        )
        return Group(altered, tuple(windows), (), ())

    def quote_groups(self, rng: random.Random, count: int) -> list[Group]:
        """Draw groups of template questions."""
        groups = [self.group(q, rng) for q in rng.sample(self.corpus.quotes, count)]
        return [g for g in groups if g.windows]

    def batches(self, seed: int, epoch: int, size: int) -> Iterator[list[Group]]:
        """Yield an epoch's batches: groups of like size together, in random order.

        An epoch asks every question as often as the share of its source says, and a part of those
        of SQuAD and the pairs once more with something exchanged.
        """
        rng = random.Random(f"{seed}-{epoch}")
        asked = [
            q
            for q in self.corpus.questions
            for _ in range(int(self.shares.get(q.source, 1.0) + rng.random()))
        ]
        groups = [self.group(q, rng) for q in asked]
        groups += [
            altered
            for q in asked
            if q.gold
            and q.source in (SQUAD, PAIRS)
            and rng.random() < EXCHANGED
            and (altered := self.exchanged(q, rng))
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
        """Yield batches without end: a twelfth more groups than `size`, of template questions."""
        numbered = (b for epoch in itertools.count() for b in self.batches(seed, epoch, size))
        for number, batch in enumerate(numbered):
            rng = random.Random(f"{seed}-quotes-{number}")
            yield batch + self.quote_groups(rng, round(size / 12))

    def cost(self, group: Group) -> int:
        """Return the tokens of a group's windows."""
        return sum(
            len(group.question.ids)
            + sum(len(self.corpus.documents[w.document].ids[s]) for s in w.sentences)
            for w in group.windows
        )
