"""A line of what `articlebot doctor` and `articlebot slack --check` report."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "off", "odd", "fix"]
"""`ok`: there; `off`: optional and not there; `odd`: it works, but perhaps not as was meant;
`fix`: articlebot cannot do its work like this."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    state: State
    found: str
    remedy: str = ""
    """What to do; empty when there is nothing to do."""
