"""Measure, print one table, and write it all to `bench.json` in the current folder.

make bench                              beside the plain stack
make bench ARGS="cold"                  a question from the shell alone
make bench ARGS="reading"               a folder of small files, and a server sent hostile ones
make bench ARGS="overload"              what a server says that is asked too much
make bench ARGS="growth"                1,000 to 1,000,000 sentences, and growth.svg
make bench ARGS="growth --size 1000"    that size alone
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from index.models.encode import OnnxEncoder
from index.models.export import export_model
from index.reading.split import parse_article
from index.settings import load_settings
from tests.benchmarks import growth, overload, reading
from tests.benchmarks.cold_start import cold_start
from tests.benchmarks.compare import Row, compare
from tests.benchmarks.corpus import Corpus, read_corpus

RESULTS = Path("bench.json")
PLOT = Path(__file__).parent / "growth.svg"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "part", nargs="?", choices=("all", "cold", "growth", "overload", "reading"), default="all"
    )
    parser.add_argument(
        "--squad", type=Path, metavar="FILE", help="articles and questions in SQuAD's format"
    )
    parser.add_argument("--size", type=int, action="append", help="a number of sentences")
    given = parser.parse_args()
    if given.part == "growth":
        _grow(read_corpus(given.squad), given.size or growth.SIZES)
        return
    rows = [cold_start()] if given.part in ("all", "cold") else []
    if given.part in ("all", "reading"):
        rows += reading.rows()
    if given.part in ("all", "overload"):
        rows += overload.rows()
    if given.part == "all":
        rows += compare(read_corpus(given.squad))
    print_table(rows)
    _note({"figures": [asdict(row) for row in rows]})


def print_table(rows: Iterable[Row]) -> None:
    table = Table("figure", "articlebot", "plain stack", "ratio", "at least", title=machine())
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
        table.add_row(row.figure, row.ours, row.plain, ratio, row.wanted)
    Console().print(table)


def machine() -> str:
    """Say when and on what this is measured."""
    cores = os.cpu_count()
    return f"{datetime.now(UTC):%-d %B %Y}, {cores} cores, Python {platform.python_version()}"


def _grow(corpus: Corpus, sizes: Iterable[int]) -> None:
    encoder = OnnxEncoder(export_model(load_settings()))
    sentences = [
        f"{article.title}: {article.text[sentence.start : sentence.end]}"
        for article in corpus.articles
        for sentence in parse_article(article).sentences
    ]
    questions = corpus.questions[: growth.QUESTIONS]
    figures: dict[int, growth.Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        real = Path(folder) / "real.npz"
        np.savez(
            real,
            sentences=np.array(sentences),
            vectors=encoder.encode(sentences),
            questions=np.array(questions),
            asked=encoder.encode(questions),
        )
        for size, found in growth.run(real, tuple(sizes)):
            figures[size] = found
            print(f"{size:,}:", {name: round(value, 3) for name, value in found.items()})
    _note({"growth": figures})
    if len(figures) > 1:
        from tests.benchmarks.plot import plot

        plot(figures, PLOT)


def _note(results: dict[str, Any]) -> None:
    """Add to the results that there are."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known |= {"machine": machine(), **results}
    RESULTS.write_text(json.dumps(known, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
