"""What Slack shows and what Slack sends: an `Answer` as a message, a message as a question.

Messages are made of `rich_text` blocks. Slack shows their text as it is, so nothing in an
article can format, ping or link; in mrkdwn, `* _ ~` and backticks could not be escaped at all.
Only the plain-text fallback (notifications) is read as mrkdwn: it is escaped here, and sent
with `mrkdwn=False`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.answer import Answer
from bot.citation import AnswerPassage, Citation

HELP = "Ask me a question about the indexed articles, for example: Who raised concerns?"
NOT_FOUND = "The articles do not answer this question."
NOT_AN_ANSWER = "The closest passages follow; they are not an answer."

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

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_CUT_ENTITY = re.compile(r"&[a-z]*$")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, direction overrides (they could make a citation read as another), surrogates."""
_MARKUP = re.compile(r"<([^<>]*)>|&(amp|lt|gt);")


@dataclass(frozen=True, slots=True)
class Message:
    """One Slack message: `text` is the escaped fallback for the notification of `blocks`."""

    text: str
    blocks: tuple[Block, ...]


def answer_message(answer: Answer) -> Message:
    """Give the one message that tells an answer, or that there is none, within Slack's limits."""
    found = bool(answer.found and answer.passages)
    passages = answer.passages if found else answer.closest
    lead = _understood(answer)
    head = [_paragraph(_Text(text=line, style={"italic": True})) for line in lead]
    if not found:
        told = [NOT_FOUND, NOT_AN_ANSWER] if passages else [NOT_FOUND]
        head.append(_paragraph(_Text(text=" ".join(told), style={"bold": True})))
        lead += told
    lines = [*lead, *(_fallback_line(passage) for passage in passages)]
    return Message(
        text=escape("\n".join(lines), MAX_FALLBACK),
        blocks=tuple(_fit(head, passages, bold=found)),
    )


def _understood(answer: Answer) -> list[str]:
    """Tell what was searched where it is not just what was asked."""
    lines = []
    if " ".join(answer.question.split()) != answer.resolved_question:
        lines.append(f"Searching: {_line(answer.resolved_question, MAX_TITLE)}")
    if answer.limited_to:
        lines.append(f"In {_line(answer.limited_to, MAX_TITLE)}")
    return lines


def plain_message(text: str) -> Message:
    """Give a message of one sentence: help, or an error that is told to the user."""
    shown = _head(_clean(text).strip(), ROOMS[1]) or "…"
    return Message(escape(shown, MAX_FALLBACK), (_paragraph(_Text(text=shown)),))


def escape(text: str, limit: int) -> str:
    """Escape a text for mrkdwn, at most `limit` characters long, no entity cut in two."""
    escaped = _clean(text).translate(_ENTITIES)
    if len(escaped) <= limit:
        return escaped
    return _CUT_ENTITY.sub("", escaped[: limit - 1]) + "…"


def question_from(text: str, bot_user: str | None) -> str:
    """Give the plain question of a message's text: the bot's mention out, markup decoded."""

    def decode(match: re.Match[str]) -> str:
        markup, entity = match.groups()
        if entity:
            return _CHARACTERS[entity]
        return _reference(_MARKUP.sub(decode, markup), bot_user)

    return _MARKUP.sub(decode, text).strip().lstrip(",:").strip()


def _reference(markup: str, bot_user: str | None) -> str:
    """The plain text of what stood between `<` and `>`: a mention, a channel or a link."""
    target, _, label = markup.partition("|")
    sign, name = target[:1], target[1:]
    if sign == "@":
        return "" if bot_user and name == bot_user else f"@{label or name}"
    if sign == "#":
        return f"#{label or name}"
    if sign == "!":  # <!here>, <!subteam^S1|@editors>, <!date^1700000000^{date}|14 November>
        return label or f"@{name.partition('^')[0]}"
    return label or target


def _fit(head: list[Block], passages: Sequence[AnswerPassage], *, bold: bool) -> list[Block]:
    """Show every passage, with less around the sentences where needed, or say how many not."""
    blocks: list[Block] = []
    for room in ROOMS:
        blocks = [*head, *(_passage(passage, room, bold=bold) for passage in passages)]
        if _size(blocks) <= MAX_MESSAGE:
            return blocks
    left_out = 0
    while _size([*blocks, note := _left_out(left_out)]) > MAX_MESSAGE:
        blocks.pop()
        left_out += 1
    return [*blocks, note]


def _left_out(count: int) -> Block:
    return _paragraph(_Text(text=f"Passages that do not fit into this message: {count}."))


def _size(blocks: Sequence[Block]) -> int:
    """Bytes of the blocks as JSON with mrkdwn's entities: the dearest way of counting them."""
    data = json.dumps([block.to_dict() for block in blocks], ensure_ascii=False)
    return len(data.translate(_ENTITIES).encode())


def _passage(passage: AnswerPassage, room: int, *, bold: bool) -> Block:
    """A quote of at most about `room` characters, the sentence bold, its citation beneath."""
    start, end = passage.citation.start - passage.start, passage.citation.end - passage.start
    before = _clean(passage.text[:start]).lstrip()
    sentence = _clean(passage.text[start:end])
    after = _clean(passage.text[end:]).rstrip()
    sentence = _head(sentence, room)
    spare = room - len(sentence)
    left = min(len(before), max(spare // 2, spare - len(after)))
    parts = [
        _Text(text=text, style=style)
        for text, style in (
            (_tail(before, left), None),
            (sentence, {"bold": True} if bold else None),
            (_head(after, spare - left), None),
        )
        if text
    ]
    return RichTextBlock(
        elements=[
            RichTextQuoteElement(elements=parts or [_Text(text="…")]),
            RichTextSectionElement(elements=_citation(passage)),
        ]
    )


def _citation(passage: AnswerPassage) -> list[_Text | _Link]:
    citation, title = passage.citation, _title(passage.citation)
    linked = _is_absolute(citation.link)
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
    names = _line(", ".join(passage.also_in), MAX_TITLE)
    return f"; also in {count} article{'s' * (count > 1)}: {names}"


def _fallback_line(passage: AnswerPassage) -> str:
    citation = passage.citation
    return f"[{passage.rank}] “{_line(citation.quote, 400)}” {_title(citation)}, {_place(citation)}"


def _title(citation: Citation) -> str:
    return _line(citation.title, MAX_TITLE) or _line(citation.source, MAX_TITLE) or "untitled"


def _place(citation: Citation) -> str:
    date = f"{citation.published.isoformat()}, " if citation.published else ""
    span = f"characters {citation.start}–{citation.end}"
    page = f"page {citation.page}, " if citation.page else ""
    return f"{date}{page}paragraph {citation.paragraph}, {span}"


def _paragraph(*parts: _Text) -> Block:
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(parts))])


def _is_absolute(link: str) -> bool:
    """Whether a link leads somewhere from within Slack: a web address without odd characters."""
    try:
        url = urlsplit(link)
    except ValueError:
        return False
    plain = len(link) <= MAX_LINK and not re.search(r"[\s<>|]", link) and _clean(link) == link
    return plain and url.scheme in ("http", "https") and bool(url.hostname)


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str, limit: int) -> str:
    return _head(" ".join(_clean(text).split()), limit)


def _head(text: str, room: int) -> str:
    """The beginning of a text in `room` characters, cut between words where one ends nearby."""
    if len(text) <= room:
        return text
    kept = text[: max(room - 1, 0)]
    space = kept.rfind(" ", max(len(kept) - 30, 1))
    return (kept[:space] if space > 0 else kept).rstrip() + "…"


def _tail(text: str, room: int) -> str:
    """The end of a text in `room` characters, cut between words where one begins nearby."""
    return _head(text[::-1], room)[::-1]
