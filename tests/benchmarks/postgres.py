"""PostgreSQL at a size: load, size, search and recall over made-up articles.

python -m tests.benchmarks.postgres 100000 [ADDRESS]

Words are drawn as often as words of English are (Zipf's law), vectors around as many centres as
there are articles, 384 dimensions. Without an address a server of the tests' own programs is run.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np

from index.article import Article
from index.library import Library
from index.models.encode import Vectors
from index.settings import Settings
from index.stores.postgres.server import Server
from tests import postgres

DIMENSION = 384
SENTENCES = 32
"""Of an article."""
QUESTIONS = 200


class MadeUp:
    """Vectors by the number of the article that a text names; no model."""

    dimension = DIMENSION
    fingerprint = "made-up"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Give unit vectors, float32, shape (len(texts), 384)."""
        rows = []
        for text in texts:
            centre = np.random.default_rng(int(text.split("article")[1].split()[0].rstrip(":.")))
            around = np.random.default_rng(abs(hash(text)) % (1 << 32))
            rows.append(centre.standard_normal(DIMENSION) + 0.8 * around.standard_normal(DIMENSION))
        vectors = np.array(rows, dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Words:
    """Draws words, the commonest far more often than the others."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        frequency = 1 / np.arange(1, 50_001)
        self._edges = np.cumsum(frequency / frequency.sum())

    def draw(self, count: int) -> str:
        drawn = np.searchsorted(self._edges, self._random.random(count))
        return " ".join(f"w{number}x" for number in drawn)


def make(number: int, words: Words) -> Article:
    paragraphs = [
        " ".join(f"In article{number} {words.draw(16)}." for _ in range(4))
        for _ in range(SENTENCES // 4)
    ]
    return Article(f"a{number}", f"article{number}", f"s{number}", "\n\n".join(paragraphs))


@contextmanager
def bench_server() -> Iterator[postgres.Cluster]:
    """Run a server with settings such as one for many articles has."""
    with postgres.running_server() as cluster:
        with (cluster.data / "postgresql.conf").open("a") as file:
            file.write("shared_buffers = 1GB\nmax_wal_size = 4GB\nautovacuum = on\n")
        cluster.stop()
        cluster.start()
        yield cluster


@contextmanager
def database(arguments: Sequence[str]) -> Iterator[str]:
    if arguments:
        yield arguments[0]
        return
    with bench_server() as cluster:
        yield postgres.create_database(cluster, "bench")


def main(arguments: Sequence[str]) -> None:
    """Load, then search through the index and exactly; print a table."""
    count = int(arguments[0]) // SENTENCES
    with ExitStack() as stack:
        address = stack.enter_context(database(arguments[1:]))
        server = Server(address, 600)
        server.migrate()
        settings = Settings.model_validate({"store": address, "request_seconds": 600})
        library = stack.enter_context(Library.open(settings, encoder=MadeUp()))
        words = Words()
        began = time.perf_counter()
        report = library.add([make(number, words) for number in range(count)])
        seconds = time.perf_counter() - began
        print(
            f"{report.sentences} sentences of {count} articles in {seconds:.0f} s, the index of the"
            " nearest included"
        )
        connection = stack.enter_context(server.connect())
        began = time.perf_counter()
        connection.execute("VACUUM ANALYZE")
        print(f"VACUUM ANALYZE {time.perf_counter() - began:.0f} s")
        for name in ("sentence", "sentence_word", "passage_word", "article", "sentence_nearest"):
            row = connection.execute(
                "SELECT pg_total_relation_size(to_regclass(%s)) / 1048576.0", (name,)
            ).fetchone()
            assert row is not None
            print(f"{name}: {row[0] or 0:.0f} MB")
        measure(library, count, words, server)


def measure(library: Library, count: int, words: Words, server: Server) -> None:
    random = np.random.default_rng(2)
    vectors, texts = [], []
    for _ in range(QUESTIONS):
        text = f"article{random.integers(count)} {words.draw(7)}"
        texts.append(text.split(" ", 1)[1])
        vectors.append(MadeUp().encode([text])[0])
    near: dict[bool, list[list[int]]] = {}
    with server.connect() as connection:
        row = connection.execute("SELECT nearest FROM library").fetchone()
        for through_index in {bool(row and row[0]), False}:
            connection.execute("UPDATE library SET nearest = %s", (through_index,))
            times, near[through_index] = [], []
            for vector, text in zip(vectors, texts, strict=True):
                began = time.perf_counter()
                with library.snapshot() as snapshot:
                    found = snapshot.search(vector, text, 50)
                times.append((time.perf_counter() - began) * 1000)
                best = sorted(found, key=lambda each: -each.dense)[:10]
                near[through_index].append([each.sentence_id for each in best])
            half, most = np.percentile(times, (50, 95))
            how = "through the index" if through_index else "exact"
            print(f"hybrid search, {how}: p50 {half:.1f} ms, p95 {most:.1f} ms")
        connection.execute("UPDATE library SET nearest = %s", (bool(row and row[0]),))
    if True in near:
        hits = [len({*a} & {*b}) / 10 for a, b in zip(near[True], near[False], strict=True)]
        print(f"recall@10 of the index: {np.mean(hits):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
