"""Beside the plain stack: indexing, warm questions, memory, and HTTP under load."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.reading.split import parse_article
from tests.benchmarks import load
from tests.benchmarks.corpus import Corpus

CHUNKS = 4
"""Parts of the corpus that the two sides index in turn."""
BLOCK, BLOCKS = 50, 6
"""Questions that one side answers before the other's turn, and turns after the warm-up."""
CLIENTS = (1, 8, 32)
ASKED = 320
"""Questions of each number of clients."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    figure: str
    ours: str
    plain: str
    ratio: float | None
    wanted: str


class Worker:
    """A process that does what it is told, one thing after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def do(self, what: str, **more: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def working(side: str, data: Path) -> Iterator[Worker]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.worker", side, str(data)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(
        command, text=True, env=load.environment(data, "none"), stderr=subprocess.DEVNULL, **pipes
    ) as process:
        yield Worker(process)


def compare(corpus: Corpus) -> Iterator[Row]:
    """Measure both sides with the same sentences and the same questions."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data, vectors = Path(folder) / "data", str(Path(folder) / "vectors.npy")
        texts = [_sentences(corpus, part) for part in range(CHUNKS)]
        with working("ours", data) as ours, working("plain", data) as plain:
            yield _indexing(corpus, texts, ours, plain)
            yield _questions(corpus, ours, plain)
            plain.do("save", path=vectors)
        yield from _serving(corpus, data, vectors, [text for part in texts for text in part])


def _sentences(corpus: Corpus, part: int) -> list[str]:
    """Give the sentences of a part of the articles as they are encoded, after their titles."""
    return [
        f"{article.title}: {article.text[sentence.start : sentence.end]}"
        for article in corpus.articles[part::CHUNKS]
        for sentence in parse_article(article).sentences
    ]


def _indexing(corpus: Corpus, texts: list[list[str]], ours: Worker, plain: Worker) -> Row:
    names = ("id", "title", "source", "text")
    took = [0.0, 0.0]
    for part, sentences in enumerate(texts):
        articles = [
            {name: getattr(article, name) for name in names}
            for article in corpus.articles[part::CHUNKS]
        ]
        for side, worker in enumerate((ours, plain)):
            took[side] += worker.do("index", articles=articles, texts=sentences)
    count = sum(map(len, texts))
    rates = [count / seconds for seconds in took]
    ours_shown, plain_shown = (f"{rate:.0f} sentences/s" for rate in rates)
    ratio = rates[0] / rates[1]
    return Row(f"indexing {count:,} sentences", ours_shown, plain_shown, ratio, "1.2 times")


def _questions(corpus: Corpus, ours: Worker, plain: Worker) -> Row:
    took: list[list[float]] = [[], []]
    for block in range(BLOCKS + 1):
        questions = corpus.questions[block * BLOCK : (block + 1) * BLOCK]
        for side, worker in enumerate((ours, plain)):
            seconds = worker.do("ask", questions=questions)
            took[side] += seconds if block else []
    medians = [statistics.median(each) * 1000 for each in took]
    ours_shown, plain_shown = (f"{median:.1f} ms" for median in medians)
    ratio = medians[1] / medians[0]
    return Row("warm question, no reranker", ours_shown, plain_shown, ratio, "2 times")


def _serving(corpus: Corpus, data: Path, vectors: str, texts: list[str]) -> Iterator[Row]:
    questions = iter(corpus.questions[(BLOCKS + 1) * BLOCK :] or corpus.questions * 100)
    with load.serving(load.environment(data, "none")) as (port, process):
        loads = {}
        for clients in (1, *CLIENTS):  # the first is warm-up
            asked = [next(questions) for _ in range(ASKED)]
            loads[clients] = load.ask(port, clients, asked)
        peak = load.peak_mb(process)
    with working("plain", data) as plain:
        plain.do("load", path=vectors, texts=texts)
        plain.do("ask", questions=corpus.questions[:ASKED])
        other = plain.do("peak")
    ratio = other / peak
    yield Row("peak memory of a server", f"{peak:.0f} MB", f"{other:.0f} MB", ratio, "2 times")
    wanted = {1: "no errors", 8: "1.3 times 1 client", 32: "p99 < 32 x one"}
    for clients, found in loads.items():
        figures = f"{found.per_second:.0f}/s, p50 {found.p50_ms:.0f}, p99 {found.p99_ms:.0f} ms"
        ratio = found.per_second / loads[1].per_second
        if clients == max(CLIENTS):
            ratio = found.p99_ms / loads[1].p50_ms
        name = f"HTTP, {clients} client{'s' * (clients > 1)}, {found.errors} errors"
        yield Row(name, figures, "", ratio if clients > 1 else None, wanted[clients])
