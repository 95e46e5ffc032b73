"""What a question is asked of: the articles that its options and its own dates limit it to."""

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.answering.confidence import measure_coverage
from bot.answering.dates import NOT_LIMITED, DateRange, describe_range, find_range
from bot.answering.query import Query
from index.errors import UsageError
from index.library import find_id
from index.store import EVERYTHING, Filter, Snapshot

_SPACE_BEFORE_MARK = re.compile(r" (?=[?!.,;:])")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where and for what to search."""

    only: Filter
    question: str
    """Without the words that have become a limit."""
    limited_to: str
    """In words, "articles since 1 March 2017"; empty when everything is searched."""


def find_scope(snapshot: Snapshot, query: Query, question: str, today: date) -> Scope:
    """Find the articles that a question is limited to.

    Dates in the question count where the query gives none, and some article has a date in their
    range: articles without dates could otherwise not be asked about "since 2016". Where they do
    not count they are not searched for, either: no article says of itself "since 2016".

    Raises:
        UsageError: a limit is impossible, or nothing is left by those that the query gives.
    """
    articles = None if query.article is None else (find_id(snapshot, query.article),)
    given = Filter(articles, query.since, query.until, query.source or None)
    if given.since and given.until and given.since > given.until:
        raise UsageError(
            f"no day is both {describe_range(given.since, None)} and"
            f" {describe_range(None, given.until)}",
            "exchange the dates",
        )
    if given and not snapshot.matching_ids(given):
        raise UsageError(f"no article fits: {describe(given)}", "limit the question less")
    asked = find_range(question, today)
    if asked is None:
        return Scope(given, question, describe(given))
    rest = _without(question, asked)
    if not query.dates or given.since or given.until:
        return Scope(given, rest, describe(given))
    only = replace(given, since=asked.since, until=asked.until)
    if snapshot.matching_ids(only):
        return Scope(only, rest, describe(only))
    none = describe_range(asked.since, asked.until)
    return Scope(given, rest, f"{describe(given) or 'all articles'}{NOT_LIMITED}{none}")


def describe(only: Filter) -> str:
    """Put a filter in words; nothing where it limits nothing."""
    if only == EVERYTHING:
        return ""
    if only.articles is not None:
        parts = [f"the article {only.articles[0]}" if len(only.articles) == 1 else "some articles"]
    else:
        parts = ["articles"]
    parts.append(describe_range(only.since, only.until))
    if only.source:
        parts.append(f"from sources with “{only.source}”")
    return " ".join(filter(None, parts))


def _without(question: str, asked: DateRange) -> str:
    """Take the words of a date range out, where something to search for remains."""
    rest = f"{question[: asked.start]} {question[asked.end :]}"
    rest = _SPACE_BEFORE_MARK.sub("", " ".join(rest.split()))
    # Coverage of a text by itself is 1 as soon as it has a word that is worth searching for.
    return rest if measure_coverage(rest, rest) else question
