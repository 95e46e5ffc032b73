"""Text between people and Slack: escaped, cut, and a message read as a question."""

import re

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}
_CUT_ENTITY = re.compile(r"&[a-z]*$")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, direction overrides (they could make a citation read as another), surrogates."""
_MARKUP = re.compile(r"<([^<>]*)>|&(amp|lt|gt);")


def encode(text: str) -> str:
    """Write `&`, `<` and `>` as mrkdwn's entities."""
    return text.translate(_ENTITIES)


def escape(text: str, limit: int) -> str:
    """Escape a text for mrkdwn, at most `limit` characters long, no entity cut in two."""
    escaped = encode(clean(text))
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


def clean(text: str) -> str:
    """Drop what is not shown but could mislead; line ends become newlines."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str, limit: int) -> str:
    """Give a text on one line, at most `limit` characters long."""
    return head(" ".join(clean(text).split()), limit)


def head(text: str, room: int) -> str:
    """The beginning of a text in `room` characters, cut between words where one ends nearby."""
    if len(text) <= room:
        return text
    kept = text[: max(room - 1, 0)]
    space = kept.rfind(" ", max(len(kept) - 30, 1))
    return (kept[:space] if space > 0 else kept).rstrip() + "…"


def tail(text: str, room: int) -> str:
    """The end of a text in `room` characters, cut between words where one begins nearby."""
    return head(text[::-1], room)[::-1]
