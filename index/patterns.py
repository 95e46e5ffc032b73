"""What is said of a pattern, beside it: how much text it meets."""

from typing import NamedTuple


class AtMost(NamedTuple):
    """Marks a pattern that never meets a longer text, as that is limited where it comes in.

    `_NAME: Annotated[re.Pattern[str], AtMost(LIMIT)] = re.compile(…)`. A pattern without the mark
    must not take more than linear time of whatever is in a text; a test tries both.
    """

    characters: int
