"""Each file that costs much is refused within its limits, and those beside it are read."""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.article import ParsedArticle
from index.errors import SourceError
from index.library import Library
from index.reading.intake import Intake
from index.reading.limits import Limits
from index.reading.read import AS_FOUND
from tests import hostile

Write = Callable[[str, str | bytes], Path]

ATTRIBUTE = " a=''"
MANY = "One came. " * 120_000
ALIASES = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{}</channel></rss>'

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.docx": (lambda: hostile.empty_paragraphs(3_000_000), "far more parts|200,000 para"),
    "small.docx": (
        lambda: hostile.document("<w:p><w:r><w:t>One came.</w:t></w:r></w:p>" * 300_000),
        "more than 200,000 paragraphs",
    ),
    "styles.docx": (
        lambda: hostile.with_part("word/styles.xml", b"<a>" + b"<b/>" * 6_000_000 + b"</a>"),
        "far more parts",
    ),
    "attributes.docx": (
        lambda: hostile.document(f"<w:p {ATTRIBUTE * 6_000_000}/>"),
        "damaged Word document|far more parts",
    ),
    "deep.docx": (
        lambda: hostile.document("<w:tbl><w:tr><w:tc>" * 400 + "</w:tc></w:tr></w:tbl>" * 400),
        "damaged Word document",
    ),
    "bold.html": (lambda: hostile.inline_tags(200_000), "more than 60,000 elements"),
    "links.html": (lambda: hostile.inline_tags(20_000, "a"), "paragraph of more than 2,000"),
    "long.html": (lambda: hostile.page_of(paragraphs=100_000), "more than 60,000 elements"),
    "deep.html": (lambda: hostile.nested(300), "nests its elements too deeply"),
    "deepest.html": (lambda: hostile.nested(100_000), "no web page|too deeply"),
    "bomb.pdf": (lambda: hostile.pdf_bomb(300), "damaged PDF|ends the process"),
    "long.txt": (MANY.encode, "more than 100,000 sentences"),
    "deep.jsonl": (lambda: b'{"text": ' + b"[" * 200_000, "not JSON"),
    "long.rss": (lambda: FEED.format("<item>" * 100_000).encode(), "more than 1,000 parts"),
    "quotes.md": (lambda: b">" * 20_000 + b" One came.", "is empty"),
}
READ: dict[str, Callable[[], bytes]] = {
    "tall.docx": lambda: hostile.tall_cell(100_000, 5_000),
    "wide.docx": lambda: hostile.wide_cell(1_000_000_000),
    "dates.html": lambda: hostile.no_dates(40),
    "aliases.txt": f"---\ntitle: A\na0: &a0 [x]\n{ALIASES}---\nOne came.".encode,
    "brackets.md": lambda: b"One came. " + b"[" * 20_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_the_others_are_read(name: str, write: Write) -> None:
    make, reason = REFUSED[name]
    folder = write(name, make()).parent
    for number in range(3):
        write(f"{'az'[number % 2]}{number}.txt", f"Number {number} came.")
    before = peak_mb()
    found = list(Intake([folder], AS_FOUND, Limits(seconds=60)))
    *others, error = (each for each in found if isinstance(each, SourceError))
    assert len(others) == (1000 if name == "long.rss" else 0)
    assert name in str(error)
    assert peak_mb() - before < 150
    assert re.search(reason, str(error)), str(error)
    assert error.remedy
    assert sum(isinstance(each, ParsedArticle) for each in found) == 3


@pytest.mark.parametrize("name", READ)
def test_it_is_read_at_no_great_cost(name: str, write: Write) -> None:
    started = time.monotonic()
    (found,) = Intake([write(name, READ[name]())], AS_FOUND, Limits(seconds=60))
    assert isinstance(found, ParsedArticle), found
    assert time.monotonic() - started < 45  # of a machine that is busy with other things


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_without_the_readers_own_bounds_the_limits_still_hold(write: Write) -> None:
    slow = hostile.page_of(paragraphs=50_000)
    folder = write("a.html", slow).parent
    write("b.pdf", hostile.pdf_bomb(60, 50))
    write("c.txt", "One came.")
    before = peak_mb()
    first, second, third = Intake([folder], AS_FOUND, Limits(seconds=1, mb=256))
    assert "a.html takes more than 1 seconds to read" in str(first)
    assert "b.pdf" in str(second)
    assert isinstance(third, ParsedArticle)
    assert peak_mb() - before < 150


def test_the_report_counts_both(library: Library, write: Write) -> None:
    folder = write("a.txt", "One came.").parent
    write("b.html", hostile.inline_tags(20_000))
    write("c.txt", "Two went.")
    report = library.index([folder])
    assert (report.added, len(report.failed)) == (2, 1)
    again = library.index([folder])
    assert (again.unchanged, len(again.failed)) == (2, 1)


def test_limits_come_from_the_settings(library: Library, write: Write) -> None:
    path = write("a.html", hostile.page_of(paragraphs=50_000))
    settings = library.settings.model_copy(update={"read_seconds": 0.5})
    with Library(settings, library.models.encoder()) as limited:
        (error,) = limited.index([path]).failed
        assert "more than 0.5 seconds" in str(error)
        assert "ARTICLEBOT_READ_SECONDS" in str(error)


def peak_mb() -> float:
    """Give the most memory that this process has had; 0 where that is not known."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except FileNotFoundError:
        return 0
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
