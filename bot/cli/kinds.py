"""An article paragraph by paragraph on a terminal, each with what it is."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.cli.render import print_text, tidy
from bot.wording import neutralise, one_line

if TYPE_CHECKING:
    from index.article import ParsedArticle

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "body": "",
        "heading": "bold",
        "question": "bold magenta",
        "item": "cyan",
        "caption": "italic",
        "code": "green",
        "table": "yellow",
        "furniture": "dim",
    }
)
"""In colour where the terminal has it; the kind is written beside each paragraph, too."""
_WIDTH = max(map(len, STYLES))


def print_kinds(parsed: "ParsedArticle", console: Console) -> None:
    """Print what is known of an article, what was left out, and its paragraphs with their kinds."""
    article = parsed.article
    print_text(Text(one_line(article.title), "bold"), console)
    known = {
        "id": article.id,
        "author": article.author,
        "published": article.published.isoformat() if article.published else None,
        "source": article.source,
        "language": article.language,
        "warning": "; ".join(article.warnings),
    }
    for name, value in known.items():
        if value:
            style = "red" if name == "warning" else "dim"
            print_text(Text(one_line(value), style), console, " " * 11, Text(f"{name:<11}", "dim"))
    print_text(Text(count_kinds(parsed), "dim"), console)
    for paragraph in parsed.paragraphs:
        text = tidy(neutralise(article.text[paragraph.start : paragraph.end])).strip()
        level = f" {paragraph.level}" if paragraph.level else ""
        label = f"{paragraph.number:>4} {paragraph.kind + level:<{_WIDTH + 2}}"
        style = STYLES[paragraph.kind]
        print_text(Text(text, style), console, " " * len(label), Text(label, "dim"))


def count_kinds(parsed: "ParsedArticle") -> str:
    """Say how much there is of what: "4 sentences; 3 body, 1 heading"."""
    kinds = Counter(paragraph.kind for paragraph in parsed.paragraphs)
    count = len(parsed.sentences)
    said = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    return f"{count:,} sentence{'s' * (count != 1)}; {said}"
