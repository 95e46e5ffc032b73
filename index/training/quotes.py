"""Questions about the statements that the training texts report, made by templates.

The SQuAD questions seldom ask for who said what, which news articles are full of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SAID = (
    "said|says|stated|states|told|argued|argues|warned|claimed|claims|noted|suggested|suggests|"
    "announced|explained|explains|believed|believes|insisted|admitted|declared|reported|reports|"
    "concluded"
)
STANCE = (
    "criticized|criticised|condemned|praised|rejected|opposed|supported|denied|accused|questioned|"
    "feared|protested|attacked|endorsed|defended|welcomed|disputed"
)
LEAD = (
    r"^(?:(?:in|on|by|at|however|moreover|for example|additionally|later|after|during)\b"
    r"[^,\"]{0,50}, )?"
)
AGAIN = "(?:has |have |had |also |later |then |once |publicly )*"
WHO = r"(?P<x>[^,;:\"]{3,60}?)"
REPORTED = re.compile(rf"{LEAD}{WHO} {AGAIN}(?P<v>{SAID}) that (?P<y>.+)$", re.IGNORECASE)
QUOTED = re.compile(rf"{LEAD}{WHO} {AGAIN}(?P<v>{SAID})[,:]? ?\"(?P<y>.+)$", re.IGNORECASE)
ACCORDING = re.compile(r"^according to (?P<x>[^,\"]{3,70}), (?P<y>.+)$", re.IGNORECASE)
TAKEN = re.compile(rf"{LEAD}{WHO} {AGAIN}(?P<v>{STANCE}) (?P<y>.+)$", re.IGNORECASE)
VAGUE = frozenset(
    [
        "it",
        "he",
        "she",
        "they",
        "this",
        "that",
        "there",
        "which",
        "some",
        "others",
        "who",
        "these",
        "those",
        "i",
        "we",
        "you",
        "what",
        "and",
        "but",
        "so",
        "if",
        "as",
        "when",
        "is",
        "was",
        "were",
        "are",
        "be",
        "been",
        "being",
        "not",
        "it's",
        "also",
        "to",
        "of",
        "for",
        "with",
        "by",
    ]
)
STOP = frozenset(
    [
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "would",
        "could",
        "should",
        "will",
        "that",
        "which",
        "who",
        "and",
        "or",
        "but",
        "as",
        "than",
        "not",
        "into",
        "over",
        "because",
        "when",
        "while",
        "if",
        "can",
        "may",
        "might",
        "do",
        "does",
        "did",
    ]
)


def clause(text: str) -> str:
    """Return the first clause of a statement, at most sixteen words long."""
    parts = re.split(r"[;:(\"]| -- |, | which | because | although | while ", text.strip(' ".'))
    return " ".join(parts[0].split()[:16])


def topic(text: str) -> str:
    """Return a noun phrase of a statement, or nothing."""
    words = clause(text).split()
    for i, word in enumerate(words):
        if word.lower() in {"the", "a", "an", "his", "her", "their", "its"}:
            phrase = [word]
            for after in words[i + 1 : i + 4]:
                if after.lower() in STOP:
                    break
                phrase.append(after)
            if len(phrase) > 1:
                return " ".join(phrase)
    return ""


def attributions(sentence: str) -> Iterator[str]:
    """Yield questions which this sentence answers because it reports a statement."""
    for pattern in (REPORTED, QUOTED, ACCORDING, TAKEN):
        match = pattern.match(sentence)
        if match is None:
            continue
        speaker, text = match["x"].strip(), match["y"]
        words = speaker.lower().split()
        named = len(words) <= 8 and words[0] not in VAGUE and words[-1] not in VAGUE
        said, about = clause(text), topic(text)
        if len(said.split()) < 3 or words[-1] in VAGUE or words[0] == "it":
            continue
        name = speaker if named else ""
        if pattern is TAKEN:
            yield from _ask_stance(match["v"], name, said, about)
            continue
        if pattern is not QUOTED:
            yield f"Who said that {said}?"
            yield f"According to whom {said}?"
        yield from _ask_statement(name, "" if pattern is ACCORDING and not named else about)
        return


def _ask_stance(verb: str, name: str, said: str, about: str) -> Iterator[str]:
    yield f"Who {verb} {said}?"
    if about:
        yield f"Who {verb} {about}?"
    if name:
        yield f"What did {name} think of {about or 'it'}?"


def _ask_statement(name: str, about: str) -> Iterator[str]:
    if name:
        yield f"What did {name} say?"
        if about:
            yield f"What did {name} say about {about}?"
    elif about:
        yield f"Who spoke about {about}?"
