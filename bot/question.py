"""What people write, as a question: the one place where its length and its characters are checked.

Nothing reads a text of a question before it has been here: no pattern, no model, no search.
"""

import re

from index.article import canonical
from index.errors import UsageError
from index.store import Cited, Turn

MAX_QUESTION = 2000
"""Longest question, in characters, also where it has been said in full."""
MAX_MESSAGE = 4000
"""Characters of a question together with the limits that are written into it."""
MAX_QUOTE = 1000
"""Characters of a quotation that a turn of a conversation is remembered by."""
MOST_TURNS = 20
"""Turns that a follow-up may go back to."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def check_length(question: str, most: int = MAX_QUESTION) -> None:
    """Refuse what is longer than a question may be.

    Raises:
        UsageError: it is.
    """
    if len(question) > most:
        raise UsageError(f"the question has {len(question)} characters", f"ask with at most {most}")


def check_question(question: str) -> str:
    """Give the question in its canonical form, on one line.

    Raises:
        UsageError: it is empty, too long, or not text.
    """
    check_length(question)
    if _CONTROL.search(question):
        raise UsageError("the question is not text", "ask without control characters")
    words = " ".join(canonical(question).split())
    check_length(words)  # composing may make a text longer
    if not words:
        raise UsageError("the question is empty", "ask something such as “Who raised concerns?”")
    if not any(character.isalnum() for character in words):
        raise UsageError("the question has no words", "ask something that can be looked up")
    return words


def make_turn(question: str, quote: str | None, *, found: bool) -> Turn:
    """Make a turn of what somebody else remembers of a conversation, cut to what it may be."""
    cited = (Cited("", quote[:MAX_QUOTE]),) if quote else ()
    return Turn(question[:MAX_QUESTION], question[:MAX_QUESTION], found, cited)
