"""The libraries that find the main text of a page, and which pieces of it they found."""

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+"
)
_RUN = 4
"""Words in a row by which a text is recognised in another."""
SHORT = 6
"""Words; a shorter piece must be a line of its own."""
MOST = 0.8
"""Share of a piece's runs that have to be found: formulas and notes are written differently."""


class Found:
    """What an extractor found, in which pieces are looked up: linear in both their lengths."""

    def __init__(self, text: str) -> None:
        self.text = text
        words = split_words(text)
        self.length = len(words)
        self._runs = _runs(words)
        self._lines = {tuple(split_words(line)) for line in text.split("\n")}

    def holds(self, words: Sequence[str]) -> bool:
        """Tell whether it has a piece with these words."""
        if len(words) < SHORT:
            return bool(words) and tuple(words) in self._lines
        runs = _runs(words)
        return len(runs & self._runs) >= MOST * len(runs)


def split_words(text: str) -> list[str]:
    """Give the words of a text; characters of scripts without spaces are words of their own."""
    return _WORD.findall(text)


def _runs(words: Sequence[str]) -> set[int]:
    return {hash(tuple(words[at : at + _RUN])) for at in range(len(words) - _RUN + 1)}


def ask_trafilatura(tree: "HtmlElement") -> Found:
    """Ask trafilatura, which changes the tree."""
    import trafilatura

    page: Any = trafilatura.bare_extraction(tree, include_comments=False, with_metadata=False)
    return Found(getattr(page, "text", None) or "")


def ask_resiliparse(text: str) -> Found:
    """Ask Resiliparse, which takes a tenth of the others' time and finds most."""
    from resiliparse.extract.html2text import extract_plain_text

    return Found(
        extract_plain_text(
            text, main_content=True, alt_texts=False, preserve_formatting=False, list_bullets=False
        )
    )


def ask_readability(text: str) -> Found:
    """Ask readability, which takes longest: only where the others differ."""
    from lxml import html
    from lxml.etree import LxmlError
    from readability import Document
    from readability.readability import Unparseable

    from index.reading.web.pieces import find_pieces

    logging.getLogger("readability").setLevel(logging.CRITICAL)
    try:
        summary = Document(text).summary(html_partial=True)
        return Found("\n".join(piece.text for piece in find_pieces(html.fromstring(summary))))
    except (Unparseable, LxmlError, ValueError):
        return Found("")
