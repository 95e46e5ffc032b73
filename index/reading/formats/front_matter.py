"""What a text says about itself at its top: YAML, TOML or JSON, by the usual names."""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date
from typing import Any

from index.reading.formats.document import NOTHING, Metadata, parse_date

_LONGEST = 10_000
"""Characters of front matter."""
_FENCED = re.compile(
    r"\s*(?P<fence>---|\+\+\+|;;;)[ \t]*(?:(?P<language>yaml|toml|json)[ \t]*)?\r?\n"
    rf"(?P<body>.{{1,{_LONGEST}}}?)\r?\n(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_JSON = re.compile(r"\s*\{\s*\"")
_LINE = re.compile(r"([A-Za-z][\w.-]{0,40})[ \t]*[:=][ \t]*(.*)")
_REST = re.compile(r"\s*(?:#.*|-(?:\s.*)?|[\]})],?|)$|[ \t]+\S.*$|\[[\w.\"'-]+\]\s*$")
"""A line of front matter that is no value itself: empty, a comment, or of the value above."""
_NO_VALUE = "[{|>&*!"
_PLAIN = (str, int, float, date)
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
"""What YAML writes for no value."""
MOST_BRACKETS = 200
"""In YAML; each level of them takes time at every mark that comes after it."""
MOST_NAMES = 50
"""Authors of an article, at most."""
_NAMES = {
    "title": ("title",),
    "author": ("author", "authors", "by"),
    "published": ("published", "date", "pubdate", "publishdate"),
    "source": ("source", "url", "link", "canonical"),
    "language": ("language", "lang"),
}
_USUAL = {name for names in _NAMES.values() for name in names}

Split = tuple[Metadata, str, tuple[str, ...]]


def split_front_matter(text: str) -> Split:
    """Split a text into what its front matter says, the rest, and what is odd about it.

    It stands between two lines of `---` (YAML), `+++` (TOML) or `;;;` (JSON), or is an object of
    JSON. The same around anything else is a part of the text.
    """
    match = _FENCED.match(text)
    if match:
        language = match["language"] or _LANGUAGES[match["fence"]]
        return _split_fenced(text, match["body"], match.end(), language)
    if _JSON.match(text):
        return _split_json(text)
    return NOTHING, text, ()


def _split_fenced(text: str, body: str, end: int, language: str) -> Split:
    try:
        fields = _PARSERS[language](body)
    except (ValueError, RecursionError):  # of every language, the errors of its parser
        fields = None
    if isinstance(fields, dict):
        if not _is_usual(fields):
            return NOTHING, text, ()
        about, warnings = read_fields(fields)
        return about, text[end:], warnings
    lines = _read_lines(body) if fields is None else {}
    if not _is_usual(lines):
        return NOTHING, text, ()
    about, warnings = read_fields(lines)
    broken = f"its front matter is no {language.upper()} and was read line by line"
    return about, text[end:], (broken, *warnings)


def _split_json(text: str) -> Split:
    start = text.index("{")
    try:
        fields, end = json.JSONDecoder().raw_decode(text[: start + _LONGEST], start)
    except (ValueError, RecursionError):
        return NOTHING, text, ()
    # A value is front matter only of something: a text that follows on a line of its own.
    if not _is_usual(fields) or not re.match(r"[ \t]*\r?\n\s*\S", text[end : end + 1000]):
        return NOTHING, text, ()
    about, warnings = read_fields(fields)
    return about, text[end:], warnings


def _is_usual(fields: dict[Any, Any]) -> bool:
    return not _USUAL.isdisjoint(str(key).lower() for key in fields)


def _read_lines(body: str) -> dict[str, str]:
    """Read values that stand on a line each, where the whole is not written as it should be."""
    fields: dict[str, str] = {}
    for line in body.splitlines():
        if match := _LINE.match(line):
            key, value = match.groups()
            known = not value.startswith(tuple(_NO_VALUE))
            fields[key] = value.strip().strip("\"'") if known else ""
        elif not _REST.match(line):
            return {}
    return fields


def _parse_yaml(text: str) -> Any:
    import yaml

    if sum(map(text.count, "[{")) > MOST_BRACKETS:
        raise ValueError("it nests too much")
    try:
        # Leaves all values as they are written: a date, number or switch that is none would
        # refuse all the rest.
        return yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes text alone
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


_PARSERS: dict[str, Callable[[str], Any]] = {
    "yaml": _parse_yaml,
    "toml": tomllib.loads,
    "json": json.loads,
}
_LANGUAGES = {"---": "yaml", "+++": "toml", ";;;": "json"}


def read_fields(fields: dict[Any, Any]) -> tuple[Metadata, tuple[str, ...]]:
    """Find what is known of an article among values by the usual names.

    Returns:
        What is known, and a warning where a date is none, or could be two: it is unknown.
    """
    lowered = {str(key).lower(): value for key, value in fields.items()}

    def find(field: str) -> str | None:
        for value in filter(None, map(lowered.get, _NAMES[field])):
            parts = value if isinstance(value, list) else [value]
            names = [p.get("name") if isinstance(p, dict) else p for p in parts]
            # Only what is plain: YAML's references can make a nested value endless.
            plain = [
                str(name) for name in names if isinstance(name, _PLAIN) and name not in _NOTHING
            ]
            if joined := ", ".join(" ".join(name.split()) for name in plain[:MOST_NAMES]):
                return joined
        return None

    stated = find("published")
    published = parse_date(stated)
    unclear = f"the date {(stated or '')[:60]!r} is not clear and stays unknown"
    about = Metadata(find("title"), find("author"), published, find("source"), find("language"))
    return about, (unclear,) if stated and not published else ()
