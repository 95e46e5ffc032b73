"""What people think of answers, and what of it tells right from wrong, for `articlebot eval`."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.answering.answer import Answer
from index.errors import UnknownArticleError
from index.library import Library
from index.store import Feedback


@dataclass(frozen=True, slots=True)
class Exported:
    """What feedback tells, and how much of it tells nothing to measure by."""

    entries: tuple[dict[str, Any], ...]
    """Lines of a file of questions: `question`, `article` (its id), `quote`."""
    passed_over: dict[str, int]
    """Why, and how often."""


def judge(answer: Answer, answer_id: str | None, verdict: str, comment: str) -> Feedback:
    """Give a verdict on an answer with the places that it is about."""
    cited = [passage.citation for passage in answer.shown]
    spans = tuple((each.article_id, each.start, each.end) for each in cited)
    return Feedback(answer.question, answer_id, verdict, spans, comment, answer.index.fingerprint)


class _UnusableError(Exception):
    """Why a verdict is nothing to measure by."""


def export_feedback(library: Library) -> Exported:
    """Turn verdicts into questions: what was good is right, and what somebody said to be right.

    Of several verdicts on an answer the last one counts.

    Raises:
        LibraryError: the feedback or the articles cannot be read.
    """
    entries, passed_over = [], Counter[str]()
    for feedback in _last_verdicts(library.records.feedback()):
        try:
            entries.append(_entry(library, feedback))
        except _UnusableError as error:
            passed_over[str(error)] += 1
    return Exported(tuple(entries), dict(passed_over))


def _last_verdicts(given: list[Feedback]) -> list[Feedback]:
    last: dict[object, Feedback] = {}
    for number, feedback in enumerate(given):
        key = feedback.answer_id or number
        before = last.pop(key, None)
        # Who presses the button once more does not take back what is right.
        told = before and before.comment and before.verdict == feedback.verdict
        last[key] = before if told and before and not feedback.comment else feedback
    return [*last.values()]


def _entry(library: Library, feedback: Feedback) -> dict[str, Any]:
    if feedback.verdict == "up":
        return _good(library, feedback)
    if not feedback.comment.strip():
        raise _UnusableError("bad, but nobody said what is right")
    for article_id in _places(library, feedback):
        if quote := _find(library, article_id, feedback.comment):
            return {"question": feedback.question, "article": article_id, "quote": quote}
    raise _UnusableError("bad, and what is right stands in no article word for word")


def _good(library: Library, feedback: Feedback) -> dict[str, Any]:
    """The first sentence quoted is right; where nothing was found, nothing answers."""
    kept = library.records.answer(feedback.answer_id) if feedback.answer_id else None
    if kept is None or not feedback.spans:
        raise _UnusableError("the answer is not kept any more")
    answer = json.loads(kept)
    article_id, start, end = feedback.spans[0]
    entry = {"question": feedback.question, "article": article_id, "quote": None}
    if answer["found"]:
        entry["quote"] = answer["passages"][0]["citation"]["quote"]
        if _text(library, article_id)[start:end] != entry["quote"]:
            raise _UnusableError("the article has changed since")
    return entry


def _places(library: Library, feedback: Feedback) -> Iterator[str]:
    """The articles that were quoted, then all others."""
    quoted = dict.fromkeys(article_id for article_id, _, _ in feedback.spans)
    yield from quoted
    yield from (each.id for each in library.articles() if each.id not in quoted)


def _find(library: Library, article_id: str, comment: str) -> str | None:
    """Give the words of a comment as the article has them, in whatever case and lines."""
    words = comment.strip().strip("“”\"'«»").split()
    try:
        text = _text(library, article_id)
    except _UnusableError:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text, re.IGNORECASE) if words else None
    return found.group() if found else None


def _text(library: Library, article_id: str) -> str:
    try:
        return library.article(article_id).article.text
    except UnknownArticleError:
        raise _UnusableError("the article is not in the index any more") from None
