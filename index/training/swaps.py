"""Questions made unanswerable: one name, number or direction of a real question is exchanged.

What remains is close to the passage in every word but one, which is what a
question that only looks answerable is like (SQuAD 2.0 has such questions,
written by people; Rajpurkar et al. 2018, table 1, lists the ways).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

NAME = re.compile(
    r"(?<![\w'-])[A-Z][\w'’-]+(?: (?:(?:of|the|de|von|and) )?[A-Z][\w'’-]+)*(?![\w'’-])"
)
NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])")
OPPOSITES = [
    ("first", "last"),
    ("largest", "smallest"),
    ("larger", "smaller"),
    ("highest", "lowest"),
    ("higher", "lower"),
    ("most", "least"),
    ("more", "fewer"),
    ("oldest", "newest"),
    ("longest", "shortest"),
    ("best", "worst"),
    ("before", "after"),
    ("early", "late"),
    ("earliest", "latest"),
    ("begin", "end"),
    ("began", "ended"),
    ("start", "stop"),
    ("started", "stopped"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("win", "lose"),
    ("won", "lost"),
    ("north", "south"),
    ("northern", "southern"),
    ("east", "west"),
    ("eastern", "western"),
    ("allowed", "forbidden"),
    ("allow", "forbid"),
    ("support", "oppose"),
    ("supported", "opposed"),
    ("accepted", "rejected"),
    ("created", "destroyed"),
    ("built", "demolished"),
    ("founded", "abolished"),
    ("gained", "lost"),
    ("bought", "sold"),
    ("public", "private"),
    ("male", "female"),
    ("positive", "negative"),
    ("internal", "external"),
    ("major", "minor"),
    ("include", "exclude"),
    ("advantage", "disadvantage"),
    ("success", "failure"),
    ("enemies", "allies"),
    ("arrived", "left"),
    ("joined", "left"),
    ("married", "divorced"),
    ("born", "killed"),
    ("import", "export"),
    ("above", "below"),
    ("common", "rare"),
    ("strong", "weak"),
    ("modern", "ancient"),
    ("winter", "summer"),
    ("rich", "poor"),
    ("same", "different"),
]
OPPOSITE = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}
NEGATED = {
    "is": "isn't",
    "are": "aren't",
    "was": "wasn't",
    "were": "weren't",
    "did": "didn't",
    "does": "doesn't",
    "do": "don't",
    "can": "can't",
    "could": "couldn't",
    "has": "hasn't",
    "have": "haven't",
    "had": "hadn't",
    "would": "wouldn't",
}
WORD = re.compile(r"[A-Za-z]+")


def names(texts: Iterable[str]) -> list[str]:
    """Return the distinct names in the texts: capitalised, and not a text's first word."""
    return sorted({m[0] for text in texts for m in NAME.finditer(text) if m.start()})


def exchange(question: str, others: Sequence[str], context: str, rng: random.Random) -> str:
    """Return the question with one part exchanged, or "" where nothing can be.

    `others` are names of the same subject; `context` is the passage with the
    answer. A new number is not in the passage; a new name may be.
    """
    forms: list[tuple[int, int, str]] = []
    held = question.lower()
    free = [
        n for n in others if n.lower() not in held and not any(w in held for w in n.lower().split())
    ]
    for m in NAME.finditer(question):
        if m.start() and free:
            length = len(m[0].split())
            like = [n for n in free if abs(len(n.split()) - length) < 2] or free
            forms += [(m.start(), m.end(), rng.choice(like))] * 3
    for m in NUMBER.finditer(question):
        value = int(re.sub(r"[,.].*", "", m[0]) or 0)
        if 1000 <= value < 2100 and m[0].isdigit():
            new = str(value + rng.choice([-1, 1]) * rng.randint(1, 60))
        else:
            new = str(max(2, value + rng.choice([-1, 1]) * rng.randint(1, max(3, value // 2))))
        if new not in context:
            forms += [(m.start(), m.end(), new)] * 3
    for m in WORD.finditer(question):
        word = m[0].lower()
        if word in OPPOSITE:
            forms += [(m.start(), m.end(), OPPOSITE[word])] * 2
        elif word in NEGATED and rng.random() < 0.15:
            forms.append((m.start(), m.end(), NEGATED[word]))
    if not forms:
        return ""
    start, end, new = rng.choice(forms)
    return question[:start] + new + question[end:]
