"""What Slack shows and what Slack sends: an `Answer` as a message, a message as a question.

Messages are made of `rich_text` blocks. Slack shows their text as it is, so nothing in an
article can format, ping or link; in mrkdwn, `* _ ~` and backticks could not be escaped at all.
Only the plain-text fallback (notifications) is read as mrkdwn: it is escaped here, and sent
with `mrkdwn=False`.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.answering.answer import Answer
from bot.answering.passage import AnswerPassage, Citation
from bot.slack.text import clean, encode, escape, head, line, tail
from bot.wording import NOT_FOUND, describe_confidence, describe_verdict, join_answers

HELP = "Ask me a question about the indexed articles, for example: Who raised concerns?"

MAX_MESSAGE = 12_000
"""Bytes of a message's blocks as escaped JSON. Slack refuses a message somewhere above 13,000
characters, the blocks' own structure counted; where exactly, it does not say."""
MAX_FALLBACK = 3_000
"""Characters of the fallback text, escapes included; Slack splits a text above 4,000."""
MAX_TITLE = 150
MAX_LINK = 1_000
ROOMS = (2_800, 1_200, 600, 300, 150)
"""Characters of one passage, tried in turn until all passages fit into one message."""

_Text = RichTextElementParts.Text
_Link = RichTextElementParts.Link


@dataclass(frozen=True, slots=True)
class Message:
    """One Slack message: `text` is the escaped fallback for the notification of `blocks`."""

    text: str
    blocks: tuple[Block, ...]


def answer_message(
    answer: Answer, buttons: Sequence[Block] = (), shared_by: str | None = None
) -> Message:
    """Give the one message that tells an answer, or that there is none, within Slack's limits.

    Args:
        answer: what is told.
        buttons: blocks that follow it; see `answer_buttons`.
        shared_by: the id of the user who shares it, who is named with the question.
    """
    found = bool(answer.found and answer.passages)
    passages = answer.passages if found else answer.closest
    lead = _understood(answer)
    if shared_by:
        lead.insert(0, f"Asked: {line(answer.question, MAX_TITLE)}")
    first = [paragraph(_Text(text=each, style={"italic": True})) for each in lead]
    if shared_by:
        user = RichTextElementParts.User(user_id=shared_by)
        first.insert(0, paragraph(user, _Text(text=" shares an answer.")))
    told = f"Confidence: {describe_confidence(answer.confidence)}"
    if not found:
        told = describe_verdict(answer.verdict, shown=bool(passages))
    said = line(join_answers(answer.answers), MAX_TITLE)
    if said:
        first.insert(len(first) - len(lead), paragraph(_Text(text=said, style={"bold": True})))
    first.append(paragraph(_Text(text=told, style=None if found else {"bold": True})))
    lines = [*filter(None, [said]), *lead, told, *(_fallback_line(each) for each in passages)]
    return Message(
        text=escape("\n".join(lines), MAX_FALLBACK),
        blocks=(*_fit([*first, *buttons], passages, len(first), bold=found),),
    )


def passage_blocks(answer: Answer) -> list[Block]:
    """Give all passages of an answer, without anything else."""
    if not answer.shown:
        return [paragraph(_Text(text=NOT_FOUND, style={"bold": True}))]
    return _fit([], answer.shown, 0, bold=answer.found)


def _understood(answer: Answer) -> list[str]:
    """Tell what was searched where it is not just what was asked."""
    lines = []
    if " ".join(answer.question.split()) != answer.resolved_question:
        lines.append(f"Searching: {line(answer.resolved_question, MAX_TITLE)}")
    if answer.limited_to:
        lines.append(f"In {line(answer.limited_to, MAX_TITLE)}")
    return lines


def plain_message(text: str) -> Message:
    """Give a message of one sentence: help, or an error that is told to the user."""
    shown = head(clean(text).strip(), ROOMS[1]) or "…"
    return Message(escape(shown, MAX_FALLBACK), (paragraph(_Text(text=shown)),))


def _fit(
    others: list[Block], passages: Sequence[AnswerPassage], place: int, *, bold: bool
) -> list[Block]:
    """Show every passage, with less around the sentences where needed, or say how many not.

    `place` is where among the other blocks they stand.
    """
    shows = [partial(_passage, passage, bold=bold) for passage in passages]
    return [*others[:place], *fit(shows, size(others)), *others[place:]]


def fit(shows: Sequence[Callable[[int], Block]], taken: int = 0) -> list[Block]:
    """Make blocks that each take a room in characters, as large as `MAX_MESSAGE` lets all be.

    Where even the least room is too much, the last are left out, and it is said how many.
    """
    blocks: list[Block] = []
    for room in ROOMS:
        blocks = [show(room) for show in shows]
        if taken + size(blocks) <= MAX_MESSAGE:
            return blocks
    left_out = 0
    while taken + size([*blocks, note := _left_out(left_out)]) > MAX_MESSAGE:
        blocks.pop()
        left_out += 1
    return [*blocks, note]


def _left_out(count: int) -> Block:
    return paragraph(_Text(text=f"Passages that do not fit into this message: {count}."))


def size(blocks: Sequence[Block]) -> int:
    """Give the bytes of blocks as JSON with mrkdwn's entities: the dearest way of counting."""
    data = json.dumps([block.to_dict() for block in blocks], ensure_ascii=False)
    return len(encode(data).encode())


def _passage(passage: AnswerPassage, room: int, *, bold: bool) -> Block:
    """A quote of at most about `room` characters, the sentence bold, its citation beneath."""
    cited = passage.citation
    quote = quote_element(
        passage.text, cited.start - passage.start, cited.end - passage.start, room, bold=bold
    )
    return RichTextBlock(elements=[quote, RichTextSectionElement(elements=citation_parts(passage))])


def quote_element(text: str, start: int, end: int, room: int, *, bold: bool) -> RichTextElement:
    """Quote a text of which a sentence is marked, in about `room` characters around it."""
    before = clean(text[:start]).lstrip()
    sentence = head(clean(text[start:end]), room)
    after = clean(text[end:]).rstrip()
    spare = room - len(sentence)
    left = min(len(before), max(spare // 2, spare - len(after)))
    parts = [
        _Text(text=text, style=style)
        for text, style in (
            (tail(before, left), None),
            (sentence, {"bold": True} if bold else None),
            (head(after, spare - left), None),
        )
        if text
    ]
    return RichTextQuoteElement(elements=parts or [_Text(text="…")])


def citation_parts(passage: AnswerPassage) -> list[_Text | _Link]:
    """Number a passage and say where it stands, with a link to the place where there is one."""
    citation, title = passage.citation, _title(passage.citation)
    linked = is_absolute(citation.link)
    return [
        _Text(text=f"[{passage.rank}] "),
        _Link(url=citation.link, text=title) if linked else _Text(text=title),
        _Text(text=f", {_place(citation)}{_copies(passage)}"),
    ]


def _copies(passage: AnswerPassage) -> str:
    """Name the articles that say the same, as many as there is room for."""
    count = len(passage.also_in)
    if not count:
        return ""
    names = line(", ".join(passage.also_in), MAX_TITLE)
    return f"; also in {count} article{'s' * (count > 1)}: {names}"


def _fallback_line(passage: AnswerPassage) -> str:
    citation = passage.citation
    return f"[{passage.rank}] “{line(citation.quote, 400)}” {_title(citation)}, {_place(citation)}"


def _title(citation: Citation) -> str:
    return line(citation.title, MAX_TITLE) or line(citation.source, MAX_TITLE) or "untitled"


def _place(citation: Citation) -> str:
    section = f"{line(citation.section, MAX_TITLE)}, " if citation.section else ""
    date = f"{citation.published.isoformat()}, " if citation.published else ""
    span = f"characters {citation.start}–{citation.end}"
    page = f"page {citation.page}, " if citation.page else ""
    return f"{section}{date}{page}paragraph {citation.paragraph}, {span}"


def paragraph(*parts: RichTextElement) -> Block:
    """Give a block of one paragraph, whose text is shown as it is."""
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(parts))])


def is_absolute(link: str) -> bool:
    """Tell whether a link leads somewhere from within Slack: a plain web address."""
    try:
        url = urlsplit(link)
    except ValueError:
        return False
    plain = len(link) <= MAX_LINK and not re.search(r"[\s<>|]", link) and clean(link) == link
    return plain and url.scheme in ("http", "https") and bool(url.hostname)
