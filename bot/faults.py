"""What is wrong with a field that somebody sent, in plain words, with what to do about it."""

from collections.abc import Callable, Mapping
from typing import Any

ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$"
"""Of the ids of answers and jobs."""

_OBJECT = "it must be an object, in braces"
_LIST = "it must be a list, in square brackets"
_TEXT = "it must be text, in quotes"
_WHOLE = "it must be a whole number, without quotes"
_NUMBER = "it must be a number, without quotes"
_SWITCH = "it must be true or false, without quotes"
_DAY = "there is no such day: write one like 2017-03-01"

_ALWAYS = {
    "missing": "it is missing: add it",
    "extra_forbidden": "there is no such field: check its name, or leave it out",
    "json_invalid": "it is not valid JSON",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "string_type": _TEXT,
    "string_unicode": "it is not text: it holds half of a surrogate pair",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
}
_WITH_LIMITS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string_too_short": lambda limits: (
        "it is empty: fill it in"
        if limits["min_length"] == 1
        else f"it is shorter than {_many(limits['min_length'])}: add some"
    ),
    "string_too_long": lambda limits: (
        f"it is longer than {_many(limits['max_length'])}: shorten it"
    ),
    "string_pattern_mismatch": lambda limits: (
        "it is no id: those have letters, digits, - and _, at most 64 of them"
        if limits["pattern"] == ID_PATTERN
        else f"it must have the form {limits['pattern']}"
    ),
    "too_short": lambda limits: f"it has too few entries: give {limits['min_length']} or more",
    "too_long": lambda limits: f"it has more than {limits['max_length']} entries: send fewer",
    "greater_than_equal": lambda limits: f"it must be {limits['ge']} or more",
    "less_than_equal": lambda limits: f"it must be {limits['le']} or less",
    "literal_error": lambda limits: f"it must be {limits['expected']}",
    "enum": lambda limits: f"it must be {limits['expected']}",
}


def describe_fault(error: Mapping[str, Any]) -> str:
    """Give what pydantic found in the product's words; of a body as a whole as a sentence."""
    told = _tell(error)
    place, *within = error["loc"]
    if any(isinstance(part, str) for part in within) or not told.startswith("it "):
        return told
    return f"The {place} {told.removeprefix('it ')}."


def _tell(error: Mapping[str, Any]) -> str:
    kind = error["type"]
    if kind in _ALWAYS:
        return _ALWAYS[kind]
    if kind in _WITH_LIMITS:
        return _WITH_LIMITS[kind](error["ctx"])
    if kind == "value_error":  # our own words, where a value is checked by hand
        return str(error["msg"]).removeprefix("Value error, ")
    return "it cannot be used: check what it must be"


def _many(characters: int) -> str:
    return f"{characters:,} character{'s' * (characters != 1)}"
