"""Answers and lists on a terminal. Whatever an article or a user wrote is shown as text only."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.wording import (
    NOT_AN_ANSWER,
    NOT_FOUND,
    UNSURE,
    describe_confidence,
    join_answers,
    neutralise,
    one_line,
    percent,
)

if TYPE_CHECKING:
    from bot.answering.answer import Answer
    from bot.answering.passage import AnswerPassage
    from index.article import ArticleSummary, ParsedArticle

_NONE: Mapping[str, str] = MappingProxyType({})
INDENT = "   "
NARROW = 80
"""Below this many columns a table of articles would be all line breaks; a list is shown."""
MARK, AROUND = "bold reverse", "reverse"
"""Of the sentence that answers; where its words are known, these alone are bold."""


class _Terminal(Console):
    def on_broken_pipe(self) -> None:
        """Leave a closed pipe to the command line; rich would exit here with its own code."""
        raise BrokenPipeError


def terminal(file: IO[str]) -> Console:
    """Open a stream for rich: no markup, no emoji codes, no guessed highlights.

    Colours, `NO_COLOR` and the width are rich's own findings.
    """
    return _Terminal(file=file, markup=False, emoji=False, highlight=False)


def print_text(text: Text, console: Console, indent: str = "", first: str | Text = "") -> None:
    """Print with a hanging indent; lines are broken for a terminal, left whole for a pipe.

    Args:
        text: what to print, neutralised.
        console: where to print it.
        indent: stands before every line.
        first: stands before the first line instead.
    """
    if not console.is_terminal:
        lines: Iterable[Text] = text.split("\n") if text else [text]
    else:
        lines = text.wrap(console, max(console.width - len(indent), 1)) if text else [text]
    for number, line in enumerate(lines):
        prefix = first if first and number == 0 else indent
        console.print(Text.assemble(prefix, line), soft_wrap=True)


def print_answer(answer: "Answer", console: Console, titles: Mapping[str, str] = _NONE) -> None:
    """Print the passages with the answering sentence marked and each citation beneath.

    Args:
        answer: what to print.
        console: where to print it.
        titles: of copies, as `title_copies` gives them; without one, the id has to do.

    Raises:
        BrokenPipeError: the reader has gone.
    """
    if one_line(answer.resolved_question) != one_line(answer.question):
        print_text(Text(f"Searching: {one_line(answer.resolved_question)}", "italic"), console)
    if answer.limited_to:
        print_text(Text(f"In: {one_line(answer.limited_to)}", "italic"), console)
    if answer.found:
        if answer.answers:
            print_text(Text(one_line(join_answers(answer.answers)), "bold"), console)
        print_text(Text(f"Confidence: {describe_confidence(answer.confidence)}", "bold"), console)
        for passage in answer.passages:
            _print_passage(passage, f"{passage.rank}.", console, titles)
        return
    if answer.verdict == "unsure":
        print_text(Text(UNSURE, "bold"), console)
    else:
        print_text(Text(f"Not found: {NOT_FOUND[0].lower()}{NOT_FOUND[1:]}", "bold"), console)
        if answer.closest:
            print_text(Text(NOT_AN_ANSWER), console)
    for passage in answer.closest:
        _print_passage(passage, "-", console, titles)


def print_articles(articles: "Sequence[ArticleSummary]", console: Console) -> None:
    """Print the list of articles: a table, a list on a narrow terminal, else tab-separated."""
    rows = [[one_line(field) for field in _fields(article)] for article in articles]
    if not console.is_terminal:
        for row in rows:
            console.file.write("\t".join(row) + "\n")  # rich would turn the tabs into spaces
    elif console.width < NARROW:
        for id_, title, published, source, sentences, added in rows:
            print_text(Text(id_, "bold"), console)
            print_text(Text(title), console, INDENT)
            details = (
                source,
                published,
                f"{sentences} sentence{'s' * (sentences != '1')}",
                f"added {added}",
            )
            print_text(Text(", ".join(filter(None, details)), "dim"), console, INDENT)
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("Id", "Title", "Published", "Source"):
            table.add_column(name, overflow="fold")
        table.add_column("Sentences", justify="right")
        table.add_column("Added")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)


def print_article(parsed: "ParsedArticle", console: Console) -> None:
    """Print an article's paragraphs with their numbers; furniture is dim, and has a dash."""
    article = parsed.article
    print_text(Text(one_line(article.title), "bold"), console)
    published = article.published.isoformat() if article.published else None
    details = (article.id, article.author, published, article.source, article.language)
    print_text(Text(", ".join(one_line(each) for each in details if each), "dim"), console)
    for paragraph in parsed.paragraphs:
        furniture = paragraph.kind == "furniture"
        text = tidy(neutralise(article.text[paragraph.start : paragraph.end])).strip()
        label = f"{'-' if furniture else ' '}{paragraph.number:>3} "
        style = "dim" if furniture else ""
        print_text(Text(text, style), console, " " * len(label), Text(label, "dim"))


def _fields(article: "ArticleSummary") -> tuple[str, ...]:
    published = article.published.isoformat() if article.published else ""
    added = article.added[:16].replace("T", " ")
    return article.id, article.title, published, article.source, str(article.sentences), added


def _print_passage(
    passage: "AnswerPassage", label: str, console: Console, titles: Mapping[str, str]
) -> None:
    citation = passage.citation
    print_text(Text(), console)
    print_text(_marked(passage, console), console, INDENT, f"{label:<{len(INDENT)}}")
    parts = [
        one_line(citation.title),
        one_line(citation.source),
        f"paragraph {citation.paragraph}",
        f"characters {citation.start}-{citation.end}",
    ]
    if citation.page:
        parts.insert(2, f"page {citation.page}")
    if citation.section:
        parts.insert(1, one_line(citation.section))
    if citation.published:
        parts.append(citation.published.isoformat())
    cited = f"{', '.join(parts)} ({percent(passage.score)})"
    print_text(Text(cited, "dim"), console, INDENT)
    if re.match(r"https?://", citation.link):
        # Never broken over lines: the terminal wraps it and it can still be opened or copied.
        console.print(Text(INDENT + one_line(citation.link), "dim"), soft_wrap=True)
    if passage.also_in:
        copies = f"{len(passage.also_in)} article{'s' * (len(passage.also_in) > 1)}"
        named = (f"{titles[id_]} ({id_})" if id_ in titles else id_ for id_ in passage.also_in)
        also = f"Also in {copies}: {one_line(', '.join(named))}"
        print_text(Text(also, "dim"), console, INDENT)


def _marked(passage: "AnswerPassage", console: Console) -> Text:
    """The passage as it is read, its citation marked: by style in colour, else by » and «."""
    text = neutralise(passage.text)
    start = max(passage.citation.start - passage.start, 0)
    end = max(passage.citation.end - passage.start, start)
    before, quote, after = (tidy(part) for part in (text[:start], text[start:end], text[end:]))
    if console.color_system is None:
        opening, closing = ("»", "«") if _is_unicode(console) else (">>", "<<")
        return Text(f"{before.lstrip()}{opening}{quote}{closing}{after.rstrip()}")
    marked = [(quote, MARK)]
    if answer := passage.answer:
        cuts = [start, answer.start - passage.start, answer.end - passage.start, end]
        parts = [tidy(text[left:right]) for left, right in itertools.pairwise(cuts)]
        marked = list(zip(parts, (AROUND, MARK, AROUND), strict=True))
    return Text.assemble(before.lstrip(), *marked, after.rstrip())


def tidy(text: str) -> str:
    """Take indentation and runs of spaces and empty lines out of a scraped text."""
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r" ?\n[ \n]*", "\n", text)


def _is_unicode(console: Console) -> bool:
    return console.encoding.lower().startswith("utf")
