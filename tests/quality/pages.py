"""How well web pages are read, beside two libraries in the same run, on two public sets of pages.

    python -m tests.quality.pages PAGES-READABILITY PAGES-TRAFILATURA

The first folder is one of mozilla/readability's `test/test-pages`: for each page a folder with
`source.html` and `expected.html`. The second holds saved pages and `segments.json`, which says
what has to be in the text of each (`with`) and what must not be (`without`): adbar/trafilatura's
evaluation. Either may be left out: `-`.
"""

import argparse
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import SourceError
from index.reading.formats import html as pages
from index.reading.formats.characters import decode

log = logging.getLogger(__name__)

_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]"
    r"|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+"
)
_BREAKS = "//p|//div|//li|//td|//th|//tr|//br|//pre|//blockquote|//figcaption|//section|//ul|//ol"
FAR = 0.05
"""F1 by which a page is counted as worse than with a library."""


def read_articlebot(page: str) -> str:
    """Give what may be quoted."""
    try:
        (document,) = pages.read(page, "the page")
    except SourceError:
        return ""
    return "\n".join(block.text for block in document.blocks if block.kind != "furniture")


def read_trafilatura(page: str) -> str:
    import trafilatura

    return trafilatura.extract(page, include_comments=False) or ""


def read_readability(page: str) -> str:
    from readability import Document

    try:
        return text_of(Document(page).summary(html_partial=True))
    except Exception:  # noqa: BLE001 - whatever it raises on a page, it has not read it
        return ""


READERS: dict[str, Callable[[str], str]] = {
    "articlebot": read_articlebot,
    "trafilatura": read_trafilatura,
    "readability-lxml": read_readability,
}


def text_of(markup: str) -> str:
    """Give the text of markup, its blocks on lines of their own."""
    from lxml import html

    tree = html.fromstring(f"<div>{markup}</div>")
    for gone in tree.xpath("//script|//style"):
        gone.drop_tree()
    for block in tree.xpath(f"{_BREAKS}|//h1|//h2|//h3|//h4|//h5|//h6"):
        block.tail = f"\n{block.tail or ''}"
    return str(tree.text_content())


@dataclass
class Score:
    """Counts of one reader; a page is scored by them, and a set by its pages."""

    right: int = 0
    lost: int = 0
    wrong: int = 0

    @property
    def precision(self) -> float:
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def recall(self) -> float:
        return self.right / ((self.right + self.lost) or 1)

    @property
    def f1(self) -> float:
        return 2 * self.right / ((2 * self.right + self.lost + self.wrong) or 1)

    def __add__(self, other: "Score") -> "Score":
        sums = (self.right + other.right, self.lost + other.lost, self.wrong + other.wrong)
        return Score(*sums)


@dataclass
class Run:
    """What one reader made of a set."""

    seconds: float = 0.0
    scores: dict[str, Score] = field(default_factory=dict)


Judge = Callable[[str], Score]


def read_tokens(folder: Path) -> Iterator[tuple[str, bytes, Judge]]:
    """Give pages that are judged by the words of the expected article, each as often as there."""
    for place in sorted(folder.iterdir()):
        expected = Counter(_TOKEN.findall(text_of((place / "expected.html").read_text("utf-8"))))

        def judge(text: str, expected: Counter[str] = expected) -> Score:
            found = Counter(_TOKEN.findall(text))
            right = (found & expected).total()
            return Score(right, expected.total() - right, found.total() - right)

        yield place.name, (place / "source.html").read_bytes(), judge


def read_segments(folder: Path) -> Iterator[tuple[str, bytes, Judge]]:
    """Give pages that are judged by what people marked in them."""
    for name, marks in json.loads((folder / "segments.json").read_text("utf-8")).items():

        def judge(text: str, marks: dict[str, list[str]] = marks) -> Score:
            plain = " ".join(text.split())
            kept = sum(" ".join(each.split()) in plain for each in marks["with"])
            wrong = sum(" ".join(each.split()) in plain for each in marks["without"])
            return Score(kept, len(marks["with"]) - kept, wrong)

        yield name, (folder / marks["file"]).read_bytes(), judge


def measure(found: Iterator[tuple[str, bytes, Judge]]) -> dict[str, Run]:
    """Read all pages with all readers."""
    runs = {name: Run() for name in READERS}
    for name, data, judge in found:
        try:
            page = decode(data, name)
        except SourceError:
            page = data.decode("utf-8", "replace")
        for reader, read in READERS.items():
            started = time.process_time()
            text = read(page)
            runs[reader].seconds += time.process_time() - started
            runs[reader].scores[name] = judge(text)
    return runs


def report(runs: dict[str, Run], *, by_page: bool) -> None:
    """Print a table; F1 is the mean of the pages', or that of all marks together."""
    print("| reader | precision | recall | F1 | worse by 0.05 than it on | ms a page |")
    print("|---|---|---|---|---|---|")
    ours = runs["articlebot"].scores
    for name, run in runs.items():
        scores = list(run.scores.values())
        if by_page:
            figures = [
                sum(getattr(score, each) for score in scores) / len(scores)
                for each in ("precision", "recall", "f1")
            ]
        else:
            total = sum(scores, Score())
            figures = [total.precision, total.recall, total.f1]
        worse = sum(ours[page].f1 < score.f1 - FAR for page, score in run.scores.items())
        told = " | ".join(f"{figure:.3f}" for figure in figures)
        pace = 1000 * run.seconds / len(scores)
        print(f"| {name} | {told} | {worse} of {len(scores)} | {pace:.0f} |")
    best = max(runs, key=lambda each: sum(s.f1 for s in runs[each].scores.values()))
    for page, score in sorted(ours.items(), key=lambda item: item[1].f1):
        others = {name: run.scores[page].f1 for name, run in runs.items()}
        if score.f1 < max(others.values()) - FAR:
            told = ", ".join(f"{name} {f1:.2f}" for name, f1 in others.items())
            log.info("%s: %s (best of all: %s)", page, told, best)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readability", help="folder of pages with expected articles")
    parser.add_argument("trafilatura", help="folder of pages with marked segments")
    parser.add_argument("-v", action="store_true", help="name the pages that are read worse")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO if given.v else logging.CRITICAL, format="%(message)s")
    for library in ("trafilatura", "readability"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    if given.readability != "-":
        report(measure(read_tokens(Path(given.readability))), by_page=True)
    if given.trafilatura != "-":
        report(measure(read_segments(Path(given.trafilatura))), by_page=False)


if __name__ == "__main__":
    main()
