"""Numbers as a sheet shows them: 0.125 in a column of percentages is 12.5%."""

import re
from typing import Annotated

from index.patterns import AtMost

LONGEST_PATTERN = 255
"""Characters, of which a sheet's pattern may have no more."""
_SECTION: Annotated[re.Pattern[str], AtMost(LONGEST_PATTERN)] = re.compile(
    r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*'
)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_BRACKETS: Annotated[re.Pattern[str], AtMost(LONGEST_PATTERN)] = re.compile(
    r"\[\$([^\-\]]*)[^\]]*\]|\[[^\]]*\]"
)
_FILLERS = re.compile(r"[_*].")
_DIGITS = re.compile(r"[#0?][#0?,.]*")


def write_number(value: float, pattern: str = "") -> str:
    """Write a number by a sheet's pattern: its decimals, thousands, percent sign and currency.

    Args:
        value: the number.
        pattern: such as `0.0%`, `#,##0.00 "kr"` or `General`.
    """
    section = next(iter(_SECTION.findall(pattern[:LONGEST_PATTERN])), "")
    plain = _FILLERS.sub("", _BRACKETS.sub(lambda m: m.group(1) or "", section))
    digits = _DIGITS.search(_LITERAL.sub("", plain))
    if not digits or "E" in plain:
        return write_plain(value)
    percent = "%" in plain
    whole, _, fraction = digits.group().partition(".")
    decimals = len(re.findall("[#0?]", fraction))
    shown = f"{value * (100 if percent else 1):{',' if ',' in whole else ''}.{decimals}f}"
    if fixed := whole.count("0") * (not fraction):
        shown = shown.zfill(fixed + shown.startswith("-"))
    if shown.strip("-0.,") == "" and value:
        return write_plain(value)  # rounded to nothing
    if optional := len(fraction) - len(fraction.rstrip("#?")):
        kept = shown[: len(shown) - optional]
        shown = kept + shown[len(kept) :].rstrip("0")
        shown = shown.rstrip(".")
    literal = _LITERAL.sub(lambda m: m.group(1) or m.group(2) or "", plain)
    before, _, after = literal.partition(digits.group())
    return f"{before.strip('()')}{shown}{after.strip('()')}".strip()


def write_plain(value: float) -> str:
    """Write a number as it is: 5.0 as 5, 0.30000000000000004 as 0.3."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
