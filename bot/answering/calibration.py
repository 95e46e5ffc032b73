"""A library's own calibration: how the built-in probabilities become those of its articles."""

import contextlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from bot.answering.confidence import THRESHOLD, THRESHOLD_ALONE, sigmoid
from index.errors import LibraryError
from index.settings import NO_RERANKER, Settings

FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a built-in probability becomes that of this library."""

    scale: float = 1.0
    shift: float = 0.0
    threshold: float = THRESHOLD_ALONE
    """From this probability on, a question counts as answered."""
    reranker: str = ""
    model: str = ""
    """The models that it was fitted with; with others, it does not apply."""
    questions: int = 0

    def apply(self, probability: float) -> float:
        """Give the probability, 0 to 1, for a built-in one."""
        return round(sigmoid(self.scale * logit(probability) + self.shift), 4)


BUILT_IN = Calibration()
"""Without a reranker."""
WITH_RERANKER = Calibration(threshold=THRESHOLD)
_STORED = TypeAdapter(Calibration)


def built_in(settings: Settings) -> Calibration:
    """Give the calibration that applies where a library has none of its own."""
    return BUILT_IN if settings.reranker == NO_RERANKER else WITH_RERANKER


def load_calibration(settings: Settings) -> Calibration:
    """Give the library's own calibration where it has one that fits its models."""
    try:
        stored = _STORED.validate_json((settings.data / FILE).read_bytes())
    except (OSError, ValueError):
        return built_in(settings)
    fits = (stored.reranker, stored.model) == (settings.reranker, settings.model)
    return stored if fits else built_in(settings)


def save_calibration(data: Path, calibration: Calibration) -> None:
    """Store it with the index; all that is asked from now on goes by it.

    Raises:
        LibraryError: the data directory cannot be written.
    """
    place = data / FILE
    part = place.with_suffix(".part")
    try:
        data.mkdir(parents=True, exist_ok=True)  # it is not there where a database has the articles
        part.write_text(json.dumps(asdict(calibration), indent=2), "utf-8")
        part.replace(place)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise LibraryError(
            f"{place} cannot be written ({error.strerror or error})",
            "make the data directory writable, or free some space",
        ) from error


def drop_calibration(data: Path) -> bool:
    """Return to the built-in probabilities; tell whether there were others."""
    try:
        (data / FILE).unlink()
    except FileNotFoundError:
        return False
    return True


def logit(probability: float) -> float:
    inside = min(max(probability, 0.0001), 0.9999)
    return math.log(inside / (1 - inside))
