"""Throughput of `articlebot index --workers` into PostgreSQL, with 1, 2 and 4 processes in turn.

python -m tests.benchmarks.workers --squad dev-v1.1.json
python -m tests.benchmarks.workers --articles 100 --turns 1

The whole command is timed, each time into an empty database of a server of the tests' own programs.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.article import Article
from index.models.export import export_model
from index.settings import load_settings
from index.stores.postgres.server import Server
from tests import postgres
from tests.benchmarks.corpus import read_corpus
from tests.benchmarks.postgres import bench_server
from tests.conftest import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--squad", type=Path, metavar="FILE", help="articles in SQuAD's format")
    parser.add_argument(
        "--articles", type=int, help="how many; where there are fewer, they come again"
    )
    parser.add_argument("--turns", type=int, default=3, help="how often each is timed")
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="of each process; 0: as the program does, the cores shared out among the processes",
    )
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2, 4], metavar="N", help="how many processes"
    )
    given = parser.parse_args()
    export_model(load_settings())  # once, and not in the time of the first
    articles = read_corpus(given.squad).articles
    articles = list(itertools.islice(itertools.cycle(articles), given.articles or len(articles)))
    rates: dict[int, list[float]] = {workers: [] for workers in given.workers}
    with tempfile.TemporaryDirectory() as folder, bench_server() as cluster:
        write(articles, Path(folder))
        for turn in range(given.turns):
            for workers, measured in rates.items():
                seconds, sentences = measure(cluster, Path(folder), workers, given.threads)
                measured.append(sentences / seconds)
                print(
                    f"turn {turn + 1}, {workers} processes: {len(articles)} articles,"
                    f" {sentences} sentences in {seconds:.1f} s, {measured[-1]:.0f} a second",
                    flush=True,
                )
    first = float(np.median(rates[given.workers[0]]))
    print(f"{os.cpu_count()} cores, threads of a process: {given.threads or 'as by default'}")
    for workers, measured in rates.items():
        middle = float(np.median(measured))
        print(f"{workers} processes: {middle:.0f} sentences/s (median), {middle / first:.2f} times")


def write(articles: Sequence[Article], folder: Path) -> None:
    for number, article in enumerate(articles):
        (folder / f"{number:06}-{article.id}.txt").write_text(
            f"{article.title}\n\n{article.text}", "utf-8"
        )


def measure(
    cluster: postgres.Cluster, folder: Path, workers: int, threads: int
) -> tuple[float, int]:
    """Index the folder into an empty database; give the seconds and the sentences."""
    name = postgres.database_name()
    address = postgres.create_database(cluster, name)
    Server(address).migrate()
    environment = {"ARTICLEBOT_STORE": address, "ARTICLEBOT_THREADS": str(threads)}
    command = [
        sys.executable,
        "-m",
        "bot.cli.main",
        "index",
        "--workers",
        str(workers),
        str(folder),
    ]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stderr)
    with Server(address).connect() as connection:
        row = connection.execute("SELECT sentences::integer FROM library").fetchone()
    postgres.drop_database(cluster, name)
    assert row is not None
    assert isinstance(row[0], int)
    return seconds, row[0]


if __name__ == "__main__":
    main()
