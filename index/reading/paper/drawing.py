"""The process that draws a page of a PDF: it takes the file, and gives the picture."""

import hashlib
import sys

from index.reading.child import limited
from index.reading.limits import Limits
from index.reading.paper.sheets import draw_sheet, read_sheets


def run() -> None:
    """Draw what the arguments say: limits, hash of the text, beginning and end of the range.

    The file comes by standard input, the picture goes to standard output: nothing, where the text
    is another or the range is on no page.
    """
    seconds, megabytes, text_sha256, start, end = sys.argv[1:6]
    data = sys.stdin.buffer.read()
    with limited(Limits(float(seconds), int(megabytes)), len(data)):
        sys.stdout.buffer.write(draw_range(data, text_sha256, int(start), int(end)) or b"")


def draw_range(data: bytes, text_sha256: str, start: int, end: int) -> bytes | None:
    """Draw the page that a range begins on, where the file has the text of this hash."""
    sheets = read_sheets(data)
    if sheets is None or hashlib.sha256(sheets.text.encode()).hexdigest() != text_sha256:
        return None
    found = sheets.find(start, end)
    return draw_sheet(data, *found) if found else None
