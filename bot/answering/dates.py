"""Dates in a question: which days of publication it asks about."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? \d{{4}}|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|{_MONTH},? \d{{4}}|(?:19|20)\d\d|yesterday|"
    rf"(?:last )?(?:{'|'.join(_WEEKDAYS)})|last (?:week|month|year))"
)
_UNIT = r"(?:day|week|month|year)"
_NUMBER = r"(?:\d{1,3}|two|three|four|five|six|seven|ten|twelve|few)"
_NUMBERS = {"two": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_NUMBERS |= {"twelve": 12}
_ARTICLES = r"(?:published|written|reported|(?:in |by |from )?(?:articles?|news|reports?|stories))"
_OVER = r"(?:(?:in|over|during|within) )?(?:the )?"
_END = r"(?!\w|[-–]\w|['’]s\b| of\b)"
_RANGES = re.compile(
    rf"\b(?:(?P<since>since) (?:(?:the )?(?:beginning|start) of )?(?P<from>{_DATE})|"
    rf"{_OVER}(?:past|last) (?P<count>{_NUMBER}) (?P<units>{_UNIT}s)|"
    rf"{_OVER}past (?P<past>{_UNIT})|"
    rf"(?:(?:in|during) )?(?P<which>last|this) (?P<unit>week|month|year)|"
    rf"(?P<day>yesterday|today)|"
    rf"{_ARTICLES} (?P<how>since|after|before|until|in|on|from|between) (?P<one>{_DATE})"
    rf"(?: (?:and|to|until) (?P<other>{_DATE})|(?P<onwards> onwards?))?){_END}",
    re.IGNORECASE,
)

NOT_LIMITED = ", as none is dated "
"""Between what is searched and the days that no article of it is of."""

Days = tuple[date, date]
"""First and last."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days of publication, and where the question names them."""

    since: date | None
    until: date | None
    start: int
    end: int


def find_range(question: str, today: date) -> DateRange | None:
    """Find what a question says about when articles were published.

    "since 2016" and "last week" speak of it; "in 2012" or "before the war" may as well speak of
    the story, and count only after a word such as "articles" or "published".
    """
    match = _RANGES.search(question)
    if not match:
        return None
    try:
        since, until = _read(match, today)
    except (ValueError, OverflowError):  # the 31st of February
        return None
    if since and until and since > until:
        return None
    return DateRange(since, until, match.start(), match.end())


def describe_range(since: date | None, until: date | None) -> str:
    """Put days in words: "since 1 March 2017"."""
    if since and until:
        return f"of {_say(since)}" if since == until else f"from {_say(since)} to {_say(until)}"
    return f"since {_say(since)}" if since else f"until {_say(until)}" if until else ""


def _say(day: date | None) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}" if day else ""


def _read(match: re.Match[str], today: date) -> tuple[date | None, date | None]:
    found = {name: text.lower() for name, text in match.groupdict().items() if text}
    if "since" in found:
        return _days(found["from"], today)[0], None
    if "count" in found:
        number = _NUMBERS.get(found["count"]) or int(found["count"])
        return _back(today, number, found["units"].rstrip("s")), None
    if "past" in found:
        return _back(today, 1, found["past"]), None
    if "day" in found:
        return _days(found["day"], today)
    if "unit" in found:
        first, last = _unit(found["unit"], today, before=found["which"] == "last")
        return first, None if found["which"] == "this" else last
    first, last = _days(found["one"], today)
    how = found["how"]
    if other := found.get("other"):
        return first, _days(other, today)[1]
    if how in ("before", "until"):
        return None, first - timedelta(1) if how == "before" else last
    if how == "after":
        return last + timedelta(1), None
    return first, None if how == "since" or "onwards" in found else last


def _days(text: str, today: date) -> Days:
    """Read a date, a month, a year, or a day seen from today."""
    if text in ("today", "yesterday"):
        day = today - timedelta(text == "yesterday")
        return day, day
    words = re.findall(r"\d+|[a-z]+", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text))
    if words[-1] in _WEEKDAYS:
        day = today - timedelta((today.weekday() - _WEEKDAYS[words[-1]] - 1) % 7 + 1)
        return day, day
    if words[0] == "last":
        return _unit(words[1], today, before=True)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text), date.fromisoformat(text)
    year = int(words[-1])
    month = next((_MONTHS[word] for word in words if word in _MONTHS), None)
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    number = next((int(word) for word in words[:-1] if word.isdigit()), None)
    if number is not None:
        return date(year, month, number), date(year, month, number)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _unit(unit: str, today: date, *, before: bool) -> Days:
    """Give the calendar's week, month or year that today is in, or the one before."""
    if unit == "week":
        monday = today - timedelta(today.weekday() + 7 * before)
        return monday, monday + timedelta(6)
    if unit == "year":
        return date(today.year - before, 1, 1), date(today.year - before, 12, 31)
    first = (today.replace(day=1) - timedelta(before)).replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _back(today: date, number: int, unit: str) -> date:
    if unit in ("day", "week"):
        return today - timedelta(number * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
