"""Preformatted text: code, or prose that was set with line ends of its own."""

import re
from collections.abc import Iterator

from index.article import Kind

_BLANK = re.compile(r"\n[^\S\n]*\n")
_CODE = re.compile(r"[{}<>=;|\\$@&#~^*]|\(\)|::|->|^\s*(?:def|class|import|if|for|return)\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
SIGNS = 0.15
"""Signs of code for each word, from which on a text is code: prose has 0.02, code 0.4 and more."""


def split_preformatted(text: str) -> Iterator[tuple[str, Kind]]:
    """Give code as it stands, in one piece, and prose in paragraphs without its line ends."""
    if not text.strip():
        return
    words = len(_WORD.findall(text))
    if len(_CODE.findall(text)) > SIGNS * words:
        yield text.strip("\r\n").rstrip(), "code"
        return
    for paragraph in _BLANK.split(text.replace("\r\n", "\n")):
        if joined := " ".join(paragraph.split()):
            yield joined, "body"
