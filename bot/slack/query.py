"""What somebody writes in Slack as a query: the limits that it names, and the conversation."""

import re
from collections.abc import Mapping
from typing import Any

from bot.answering.query import Query
from bot.conversation.entities import AUXILIARIES, WH
from bot.conversation.namespace import SLACK
from bot.question import MAX_MESSAGE, check_length
from index.errors import UsageError
from index.reading.formats.document import parse_date

LONGEST_VALUE = 500
_ANY_DATE = re.compile(r"(?:(?<=\s)|^)(?:--|—|–)any-date(?=\s|$)", re.IGNORECASE)
_LIMIT = re.compile(
    r"(?:(?<=\s)|^)(?:(?:--|—|–)(?P<option>article|since|until|source)[=:\s]\s*|"
    r"(?P<name>article|since|until|source):(?=\S))(?P<value>[“\"](?P<quoted>[^”\"]*)[”\"]|\S+)",
    re.IGNORECASE,
)


def read_query(text: str, conversation: str | None) -> Query:
    """Read a message such as `since:2017-03-01 source:reuters Who raised concerns?`.

    The options of the command line are understood too: `--since 2017-03-01`.

    Raises:
        UsageError: it is too long, or a date is none.
    """
    check_length(text, MAX_MESSAGE)
    limits: dict[str, Any] = {}
    if _ANY_DATE.search(text):
        limits["dates"] = False
        text = _ANY_DATE.sub(" ", text)
    for match in _LIMIT.finditer(text):
        name = (match["option"] or match["name"]).lower()
        value = (match["quoted"] if match["quoted"] is not None else match["value"]).strip()
        if name in ("since", "until"):
            day = parse_date(value)
            if day is None:
                what = f"{value!r} is not a date, or could be two"
                raise UsageError(what, f"write {name}:2017-07-28")
            limits[name] = day
        else:
            limits[name] = value[:LONGEST_VALUE]
    question = " ".join(_LIMIT.sub(" ", text).split()) if limits else text
    return Query(question=question, conversation=conversation, **limits)


def name_conversation(event: Mapping[str, Any], team: str | None) -> str:
    """Give the conversation of a message: its thread's, or that of the whole direct channel."""
    thread = event.get("thread_ts")
    if not thread and event.get("channel_type") != "im":
        thread = event["ts"]  # the answer begins the thread
    return SLACK + "/".join(filter(None, (team, event["channel"], thread)))[:190]


def name_place(event: Mapping[str, Any]) -> str | None:
    """Name what an event tells of a message: that it was written, edited so, or deleted."""
    message = event.get("message") or event
    ts = event.get("deleted_ts") or message.get("ts")
    if not ts or "channel" not in event:
        return None
    state = "deleted" if "deleted_ts" in event else (message.get("edited") or {}).get("ts", "")
    return f"{event['channel']}/{ts}/{state or _hidden(event)}"


def _hidden(event: Mapping[str, Any]) -> str:
    """Tell changes apart that nobody made by editing: a preview that was added, a tombstone."""
    return str(event.get("event_ts", "")) if event.get("subtype") == "message_changed" else ""


_ASKS = re.compile(r"(?:and|but|so|or|what about|how about|ok(?:ay)?,?)\s+", re.IGNORECASE)


def is_question(text: str) -> bool:
    """Tell whether a message asks something by its form; else only an answer makes it one."""
    said = text.strip().rstrip(")”\"'")
    words = _ASKS.sub("", said, count=1).lower().split()
    first = words[0].strip("“\"'(,.") if words else ""
    return said.endswith("?") or first in WH or first in AUXILIARIES
