"""Numbers in words, and foreign text made harmless to show: what every front end needs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what tells of an error need not wait for them
    from bot.answering.passage import AnswerSpan
    from bot.answering.verdict import Verdict

_BIDI_CONTROLS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SPACES = "\t\r\v\f"
_LINE_BREAKS = "\x85\u2028\u2029"


def _visible(code: int) -> str:
    """A stand-in for a character that would act on the terminal instead of being shown."""
    if code < 0x20:
        return chr(0x2400 + code)  # the control pictures: ␛ for escape
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


_NEUTRAL = {
    **{code: _visible(code) for code in (*range(0x20), *range(0x7F, 0xA0))},
    **{ord(char): "\N{REPLACEMENT CHARACTER}" for char in _BIDI_CONTROLS},
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
    **{ord(char): " " for char in _SPACES},
    **{ord(char): "\n" for char in (*_LINE_BREAKS, "\n")},
}


def neutralise(text: str) -> str:
    """Replace control characters, direction overrides and lone surrogates, one for one.

    The length stays as it is, so offsets into the text hold for the result as well.
    """
    return text.translate(_NEUTRAL)


def one_line(text: str) -> str:
    """Give a text, neutralised, on one line: for titles, names and messages."""
    return " ".join(neutralise(text).split())


NOT_FOUND = "No article answers this question."
NOT_AN_ANSWER = "The closest passages, which are not an answer:"
UNSURE = "The articles may not answer this. Closest:"


def describe_verdict(verdict: "Verdict", *, shown: bool) -> str:
    """Say that a question is not answered, or perhaps not; `shown`: the closest passages follow."""
    if verdict == "unsure":
        return UNSURE
    return f"{NOT_FOUND} {NOT_AN_ANSWER}" if shown else NOT_FOUND


def join_answers(answers: "Sequence[AnswerSpan]") -> str:
    """Give the answers on one line, as it is shown first."""
    return " · ".join(" ".join(answer.text.split()) for answer in answers)


def describe_confidence(probability: float) -> str:
    """Put a probability (0..1) in words, with its percentage: `high, 93%`."""
    words = ((0.9, "very high"), (0.75, "high"), (0.5, "fair"), (0.25, "low"), (0.0, "very low"))
    word = next(word for floor, word in words if probability >= floor)
    return f"{word}, {percent(probability)}"


def percent(probability: float) -> str:
    return f"{probability:.0%}"
