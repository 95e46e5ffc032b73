"""What the Slack edge remembers, in the library's records: so it outlasts a restart and is shared.

Whatever cannot be remembered is logged, and the question is answered all the same.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, TypeVar

from bot.answering.answer import Answer
from bot.answering.query import Query
from bot.feedback import judge
from bot.slack.views import Asked
from index.errors import LibraryError
from index.store import Records

log = logging.getLogger(__name__)

EVENT_LIFE = timedelta(days=1)
"""How long an event is known; Slack retries for an hour, and with delayed events for a day."""
REPLY_LIFE = timedelta(days=90)
"""How long an answer follows its question's edits, a thread is answered in, a button works."""
REMEMBERED = 10_000
"""Events known to this process even where the records cannot be written."""
LAST_ASKED = 5

_EVENT, _REPLY, _THREAD = "slack-event", "slack-reply", "slack-thread"
_ASKED, _QUERY = "slack-asked", "slack-query"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Posted:
    """Where the answer to a message stands, and who had asked."""

    channel: str
    ts: str
    person: str
    """As `name_person` gives it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given, and the query that it answers."""

    answer: Answer
    query: Query


def name_person(team: str | None, user: str) -> str:
    """Give the name under which a person's questions are noted."""
    return f"{team or ''}/{user}"


class Memory:
    """Thread-safe, and blocking: call it in a thread."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._seen: OrderedDict[str, None] = OrderedDict()

    def claim(self, *keys: str) -> bool:
        """Take events and messages for oneself; False where one of them has been taken before."""
        known = any(key in self._seen for key in keys)
        self._seen.update((key, None) for key in keys)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        if known:
            return False
        # One after the other: who loses the first must not take the second from who won it.
        return all(self._take(key) for key in keys)

    def _take(self, key: str) -> bool:
        return self._safely(lambda: self._records.put_new(_EVENT, key, "", EVENT_LIFE), True)

    def keep(self, answer_id: str, answer: Answer, query: Query) -> bool:
        """Keep an answer for its buttons; False where it cannot be kept."""
        kept = answer.model_dump_json()[:-1] + f',"id":{json.dumps(answer_id)}}}'

        def write() -> bool:
            self._records.put(_QUERY, answer_id, query.model_dump_json(), REPLY_LIFE)
            self._records.keep_answer(answer_id, kept, answer.index.fingerprint)
            return True

        return self._safely(write, False)

    def kept(self, answer_id: str) -> Kept | None:
        """Give an answer by its id; None when it is not kept (any more)."""
        answer = self._records.answer(answer_id)
        query = self._records.get(_QUERY, answer_id)
        if answer is None or query is None:
            return None
        fields = json.loads(answer)
        fields.pop("id", None)
        return Kept(
            Answer.model_validate_json(json.dumps(fields)), Query.model_validate_json(query)
        )

    def judge(self, answer_id: str, answer: Answer, verdict: str, comment: str = "") -> None:
        """Keep what somebody thinks of an answer.

        Raises:
            LibraryError: it cannot be kept.
        """
        self._records.add_feedback(judge(answer, answer_id, verdict, comment))

    def note_reply(self, place: str, posted: Posted) -> None:
        """Note where the answer to the message at a place stands."""
        value = json.dumps(asdict(posted))
        self._safely(lambda: self._records.put(_REPLY, place, value, REPLY_LIFE), None)

    def reply(self, place: str) -> Posted | None:
        """Give where the answer to the message at a place stands; None where there is none."""
        value = self._safely(lambda: self._records.get(_REPLY, place), None)
        return Posted(**json.loads(value)) if value else None

    def forget_reply(self, place: str, person: str) -> None:
        """Forget a message that was deleted, and that this person had asked it."""
        self._safely(lambda: self._records.drop(_REPLY, place), False)
        self._safely(lambda: self._records.drop(_ASKED, f"{person}/{place}"), False)

    def join(self, thread: str) -> None:
        """Note that the bot answers in a thread."""
        self._safely(lambda: self._records.put(_THREAD, thread, "", REPLY_LIFE), None)

    def has_joined(self, thread: str) -> bool:
        """Tell whether the bot has answered in a thread."""
        return self._safely(lambda: self._records.get(_THREAD, thread), None) is not None

    def note_asked(self, person: str, place: str, answer: Answer) -> None:
        """Note what a person asked, for the Home tab."""
        best = next((passage.citation for passage in answer.passages), None)
        asked = Asked(
            question=answer.question,
            found=answer.found,
            quote=best.quote if best else "",
            title=best.title if best else "",
            link=best.link if best else "",
        )
        key, value = f"{person}/{place}", json.dumps(asdict(asked))
        self._safely(lambda: self._records.put(_ASKED, key, value, REPLY_LIFE), None)

    def asked(self, person: str) -> list[Asked]:
        """Give what a person asked last, last first."""
        notes: list[tuple[str, str]] = self._safely(
            lambda: self._records.newest(_ASKED, f"{person}/", LAST_ASKED), []
        )
        return [Asked(**_fields(value)) for _, value in notes]

    def _safely(self, do: Callable[[], T], otherwise: T) -> T:
        try:
            return do()
        except LibraryError as error:
            log.error("Something is not remembered: %r", str(error))  # noqa: TRY400 - known
            return otherwise


def _fields(value: str) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = json.loads(value)
    return fields
