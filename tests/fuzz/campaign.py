"""Many inputs after each other, and the figures of all of them."""

import itertools
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.reading.formats.document import parse_date
from tests.fuzz.mutate import make_input
from tests.fuzz.samples import Format
from tests.fuzz.trial import Outcome, try_input

KEPT = 3
"""Inputs of each fault that are written to files."""


@dataclass(slots=True)
class Figures:
    """What has been tried, and what came of it."""

    inputs: Counter[str] = field(default_factory=Counter)
    articles: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[int, str] = (0, "")

    def add(self, name: str, format_: str, size: int, outcome: Outcome) -> None:
        self.inputs[format_] += 1
        self.articles += outcome.articles
        self.refused += outcome.refused
        self.caught.update(outcome.caught)
        if outcome.fault:
            self.faults[outcome.fault] += 1
        self.slowest = max(self.slowest, (outcome.seconds, name))
        self.largest = max(self.largest, (size, name))

    def tell(self) -> str:
        """Put the figures on lines."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.inputs.items()))
        lines = [
            f"inputs   {self.inputs.total():,} ({kinds})",
            f"read     {self.articles:,} articles; {self.refused:,} refused in a sentence",
            f"faults   {self.faults.total()}",
            *(f"         {count} × {what}" for what, count in self.faults.most_common()),
            f"caught   {self.caught.total()} errors that no reader foresaw, told as the file's",
            *(f"         {count} × {what}" for what, count in self.caught.most_common(20)),
            f"slowest  {self.slowest[0]:.2f} s, {self.slowest[1]}",
            f"largest  {self.largest[0]:,} bytes, {self.largest[1]}",
            f"memory   {memory:,.0f} MB at most",
        ]
        return "\n".join(lines)


def run(
    formats: Sequence[Format],
    seed: int,
    seconds: float,
    *,
    most: int | None = None,
    keep: Path | None = None,
    show: Callable[[Figures], None] = lambda figures: None,
) -> Figures:
    """Try inputs of the formats in turn, until the time is over.

    Args:
        formats: what is damaged.
        seed: of the damage.
        seconds: how long.
        most: inputs of each format; None: as many as there is time for.
        keep: a folder for the inputs that show a fault.
        show: is told the figures after each round of the formats.
    """
    parse_date("6 Mzy 2019")  # the languages of dates take seconds to load: no input's fault
    figures, end = Figures(), time.monotonic() + seconds
    for number in itertools.count() if most is None else range(most):
        for format_ in formats:
            if time.monotonic() > end:
                return figures
            name = f"{format_.name}-{seed}-{number}{format_.suffix}"
            data = make_input(format_, seed, number)
            outcome = try_input(name, data)
            figures.add(name, format_.name, len(data), outcome)
            if keep and outcome.fault and figures.faults[outcome.fault] <= KEPT:
                keep.mkdir(parents=True, exist_ok=True)
                keep.joinpath(name).write_bytes(data)
        show(figures)
    return figures
