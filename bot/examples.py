"""Example questions, made from the articles' own names and words, and kept if they answer."""

import re
import threading
from collections.abc import Iterator
from itertools import islice, zip_longest

from bot.answering.answer import ask
from bot.answering.query import Query
from index.article import ParsedArticle
from index.errors import ArticlebotError
from index.library import Library

WANTED = 4
NEWEST = 12
"""Articles that examples are made from."""
PATIENCE_SECONDS = 1.0
"""How long a page waits for examples that are being made; without them it is whole as well."""
TRIED = 16
"""Questions tried, at most: each costs as much as somebody's question."""

# A name begins where a word does: looked for in the middle of words, too, a long run of capitals
# would take the square of its length.
_NAME = r"(?<![\w’'-])[A-Z][\w’'-]+(?:\s(?:[A-Z]\.|[A-Z][\w’'-]+)){1,3}"
_VERB = r"said|says|told|noted|added|warned|announced|argued|explained|wrote"
_THING = r"[A-Z][\w’'-]+(?:\s[A-Z0-9][\w’'-]*){0,3}"
_SHAPES = (
    (re.compile(rf"(?:[Tt]he\s)({_THING})\sis\sa\s"), "What is the {}?"),
    (re.compile(rf"({_NAME})(?:\s(?:{_VERB})\b|\spointed\sout\b)"), "What did {} say?"),
    (re.compile(rf"({_NAME}),\s(?:the\s)?[a-z]+\sof\s"), "Who is {}?"),
)
"""What sentences say of whom or what, and a question that such a sentence answers."""


def find_examples(library: Library) -> list[str]:
    """Give questions that the articles answer; fewer or none where none can be made.

    Raises:
        ArticlebotError: the library or the model cannot be used.
    """
    newest = sorted(library.articles(), key=lambda each: each.added, reverse=True)[:NEWEST]
    per_article = [candidates(library.article(each.id)) for each in newest]
    # One of each article in turn, so that the examples show how far the articles go.
    turns = (each for turn in zip_longest(*per_article) for each in turn if each)
    tried = islice(dict.fromkeys(turns), TRIED)
    return list(islice((each for each in tried if _answers(library, each)), WANTED))


def candidates(parsed: ParsedArticle) -> Iterator[str]:
    """Make questions from an article's sentences, those of different shapes in turn."""
    text = parsed.article.text
    sentences = [" ".join(text[s.start : s.end].split()) for s in parsed.sentences]
    shapes = [
        [template.format(match[1]) for s in sentences for match in pattern.finditer(s)]
        for pattern, template in _SHAPES
    ]
    return (each for turn in zip_longest(*shapes) for each in turn if each)


def _answers(library: Library, question: str) -> bool:
    try:
        return ask(library, Query(question=question)).found
    except ArticlebotError:
        return False


class Examples:
    """Example questions, made anew when the articles have changed. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._made: tuple[str, list[str]] = ("", [])

    def read(self) -> list[str]:
        """Give the examples; none where they take too long or the library cannot answer."""
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            return []
        try:
            fingerprint = self._library.info().fingerprint
            if fingerprint != self._made[0]:
                self._made = (fingerprint, find_examples(self._library))
            return self._made[1]
        except ArticlebotError:
            return []
        finally:
            self._lock.release()
