"""Who says what a sentence states: quotations keep their attribution, speakers take turns."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from bot.answering.confidence import stems
from bot.answering.passage import AnswerPassage
from bot.conversation.entities import find_names
from bot.question import MAX_QUESTION
from index.article import Paragraph
from index.patterns import AtMost
from index.reading.split import split_sentences

MOST_ADDED = 3
"""Sentences by which a quotation is widened to reach the words that attribute it."""
LONGEST_QUOTATION = 700
"""Characters; a longer one is left as it is."""

_SAYING = re.compile(
    r"\b(?:said|says|told|tells|added|adds|noted|notes|explained|explains|argued|argues|warned|"
    r"warns|stated|states|stressed|underscored|pointed out|claimed|claims|announced|commented|"
    r"wrote|writes|replied|asked|asks|insisted|recalled|admitted|concluded|declared|reported|"
    r"remarked|according to)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(r"\b(?:he|she|they|the \w+)\b", re.IGNORECASE)
_ASKS_AUTHOR: Annotated[re.Pattern[str], AtMost(MAX_QUESTION)] = re.compile(
    r"\b(?:who|which)\b.*?\b(?P<verb>rais|voic|express|utter)\w* (?P<what>.+)", re.IGNORECASE
)
_REPLYING = re.compile(
    r"\b(?:comment|respond|react|answer|repl(?:y|ied)|reject|dismiss|den(?:y|ied)|in response"
    r"|in reply|asked about)\w*(?P<what>[^,;.]*)",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    r"(?:and |but |so )?(?:(?:by|to|with|from|for|of) )?(?:who|whom|which)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"“[^”]*(?:”|$)|«[^»]*(?:»|$)|\"[^\"]*(?:\"|$)")


def asks_who(question: str) -> bool:
    """Tell whether a question asks for people or things, of which there may be several."""
    return bool(_ASKS_WHO.match(question))


def replies(question: str, sentence: str) -> bool:
    """Tell whether a sentence is a reply to what the question asks the authors of.

    Who comments on the concerns, or rejects them, is not who raised them; unless the sentence says
    of that, too.
    """
    asked = _ASKS_AUTHOR.search(question)
    if not asked or re.search(rf"\b{asked['verb']}", sentence, re.IGNORECASE):
        return False
    what = stems(asked["what"])
    return any(what & stems(reply["what"]) for reply in _REPLYING.finditer(sentence))


def find_speaker(sentence: str) -> str | None:
    """Give the last name of who says what a sentence states; None where it does not tell."""
    outside = _QUOTED.sub(lambda match: " " * len(match.group()), sentence)
    saying = _SAYING.search(outside)
    if not saying:
        return None
    named = list(find_names(outside, look_up=False))
    before = [entity for entity in named if entity.end <= saying.start()]
    after = [entity for entity in named if 0 <= entity.start - saying.end() <= 40]
    if saying.group().lower() == "according to":
        before, after = [], [e for e in named if e.start >= saying.end()]
    persons = [entity for entity in before if entity.kind == "person"]
    found = persons[-1:] or before[-1:] or after[:1]
    return found[0].text.rsplit(" ", 1)[-1].casefold() if found else None


def widen(text: str, paragraph: Paragraph, start: int, end: int) -> tuple[int, int]:
    """Widen a sentence that is quoted speech to the words that say whose it is.

    Args:
        text: of the article.
        paragraph: the one that the sentence stands in.
        start, end: of the sentence, offsets into the text.

    Returns:
        Start and end of the sentence with the attribution in the sentences after it, or else
        before it, in its paragraph; as they were where it needs none or there is none.
    """
    quoted = [
        (paragraph.start + m.start(), paragraph.start + m.end())
        for m in _QUOTED.finditer(text[paragraph.start : paragraph.end])
        if m.end() - m.start() > 20
    ]
    if not any(first < end and start < last for first, last in quoted):
        return start, end
    if _attributes(text, start, end, quoted):
        return start, end
    sentences = [(s.start, s.end) for s in split_sentences(text, paragraph)]
    after = [s for s in sentences if s[0] >= end][:MOST_ADDED]
    before = [s for s in reversed(sentences) if s[1] <= start][:MOST_ADDED]
    for first, last in after:
        if last - start <= LONGEST_QUOTATION and _attributes(text, first, last, quoted):
            return start, last
    for first, last in before:
        if end - first <= LONGEST_QUOTATION and _attributes(text, first, last, quoted):
            return first, end
    return start, end


def _attributes(text: str, start: int, end: int, quoted: Sequence[tuple[int, int]]) -> bool:
    """Tell whether what is not quoted of a sentence says who speaks."""
    outside, at = "", start
    for first, last in quoted:  # in their order, apart from each other
        if at < last and first < end:
            outside += f"{text[at : max(at, first)]} "
            at = last
    outside += text[at : max(at, end)]
    return bool(
        _SAYING.search(outside)
        and (_SOMEBODY.search(outside) or any(find_names(outside, look_up=False)))
    )


def take_turns(passages: Sequence[AnswerPassage], threshold: float) -> Iterator[AnswerPassage]:
    """Give the passages in their order, but those in which a speaker is heard again later.

    They come after all that have at least the threshold's score: after what answers too.
    """
    answering = [n for n, passage in enumerate(passages) if passage.score >= threshold]
    last = answering[-1] if answering else -1
    heard: set[str] = set()
    again: list[AnswerPassage] = []
    for number, passage in enumerate(passages):
        speaker = find_speaker(passage.citation.quote) if number <= last else None
        if speaker in heard:
            again.append(passage)
        else:
            heard |= {speaker} if speaker else set()
            yield passage
        if number == last:
            yield from again


def newest_first(passages: "Iterable[AnswerPassage]") -> "list[AnswerPassage]":
    """Order neighbours of the same percentage by their articles' dates, undated ones last."""
    ordered: list[AnswerPassage] = []
    for passage in passages:
        at = len(ordered)
        while at and _is_older(ordered[at - 1], passage):
            at -= 1
        ordered.insert(at, passage)
    return ordered


def _is_older(one: "AnswerPassage", other: "AnswerPassage") -> bool:
    if round(one.score, 2) != round(other.score, 2) or other.citation.published is None:
        return False
    return one.citation.published is None or one.citation.published < other.citation.published
