"""The border of reading: whatever a reader raises is the fault of what it reads."""

import logging

from index.errors import SourceError

log = logging.getLogger(__name__)

LONGEST_REASON = 100
"""Characters; what libraries say may hold half of the file."""


def blame(
    name: str, error: Exception, remedy: str = "save it again, or leave it out"
) -> SourceError:
    """Give what is told of a file that a reader could not make anything of.

    How it came to it is in the log, at the level DEBUG.

    Args:
        name: what the file, or the part of it, is called.
        error: what was raised.
        remedy: what to do about it.
    """
    log.debug("%r cannot be read", name, exc_info=error)
    return SourceError(f"{name} cannot be read ({describe(error)})", remedy)


def describe(error: Exception) -> str:
    """Give the reason in a few words on one line."""
    said = " ".join(str(error).split())[:LONGEST_REASON]
    return said or type(error).__name__
