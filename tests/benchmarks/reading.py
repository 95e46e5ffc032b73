"""A folder of small files, read by a process of its own, beside reading in the same process; and
how soon a server answers while it is sent files that cost much."""

import http.client
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.article import Article, ParsedArticle
from index.models.encode import OnnxEncoder
from index.models.export import export_model
from index.reading.frames import Item
from index.reading.intake import Intake
from index.reading.limits import DEFAULT
from index.reading.read import AS_FOUND, read_source
from index.reading.split import parse_article
from index.settings import load_settings
from tests import hostile
from tests.benchmarks import load
from tests.benchmarks.compare import Row
from tests.conftest import SEEDS

FILES = 1000
ENCODED = 150
"""Of these files; encoding takes far longer than reading."""
RUNS = 3
"""Of each side, in turn; the best counts."""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        files = write_files(Path(folder) / "files")
        yield _reading(files)
        yield _indexing(files[:ENCODED])
        yield _serving(Path(folder) / "data")


def write_files(folder: Path) -> list[Path]:
    """Write small files, each with a few paragraphs of the seed article."""
    folder.mkdir()
    paragraphs = (SEEDS / "turkey-s400.txt").read_text("utf-8").split("\n\n")
    paths = [folder / f"{number:04}.txt" for number in range(FILES)]
    for number, path in enumerate(paths):
        chosen = [paragraphs[(number + row) % len(paragraphs)] for row in range(3)]
        path.write_text("\n\n".join([f"The {number}th story of them all", *chosen]), "utf-8")
    return paths


def read_here(files: list[Path]) -> Iterator[Item]:
    for file in files:
        for found in read_source(file, AS_FOUND):
            yield parse_article(found) if isinstance(found, Article) else found


def _reading(files: list[Path]) -> Row:
    """Do nothing with what is read: the process that reads is all that counts."""

    def time_one(items: Iterator[Item]) -> float:
        started = time.perf_counter()
        assert sum(isinstance(each, ParsedArticle) for each in items) == len(files)
        return time.perf_counter() - started

    apart, here = [], []
    for _ in range(RUNS):
        here.append(time_one(read_here(files)))
        apart.append(time_one(iter(Intake(files, AS_FOUND, DEFAULT))))
    ratio = min(here) / min(apart)
    name = f"reading {FILES:,} small files, apart and here"
    return Row(name, f"{min(apart):.2f} s", f"{min(here):.2f} s", ratio, "")


def _indexing(files: list[Path]) -> Row:
    """Encode what is read, as indexing does: the next is read meanwhile."""
    encoder = OnnxEncoder(export_model(load_settings()), 1)

    def time_one(items: Iterator[Item]) -> float:
        started = time.perf_counter()
        for item in items:
            assert isinstance(item, ParsedArticle)
            text = item.article.text
            encoder.encode([text[s.start : s.end] for s in item.sentences])
        return time.perf_counter() - started

    apart, here = [], []
    for _ in range(RUNS):
        here.append(time_one(read_here(files)))
        apart.append(time_one(iter(Intake(files, AS_FOUND, DEFAULT))))
    ratio = min(here) / min(apart)
    name = f"the same, encoded with one thread, {len(files):,} files"
    return Row(name, f"{min(apart):.1f} s", f"{min(here):.1f} s", ratio, "1 time")


def _serving(data: Path) -> Row:
    """Ask for /healthz all the time, while four uploads are read that would take minutes."""
    uploads = {
        "empty.docx": hostile.empty_paragraphs(20_000_000),
        "long.html": hostile.page_of(paragraphs=59_000),
        "bomb.pdf": hostile.pdf_bomb(60, 100),
        "long.txt": b"One came. " * 150_000,
    }
    environment = {**load.environment(data, "none"), "ARTICLEBOT_READ_SECONDS": "10"}
    with load.serving(environment, ready="/healthz") as (port, process):
        threads = [threading.Thread(target=_upload, args=(port, *each)) for each in uploads.items()]
        for thread in threads:
            thread.start()
        took = []
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while any(thread.is_alive() for thread in threads):
            started = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            took.append((time.perf_counter() - started) * 1000)
            time.sleep(0.005)
        peak = load.peak_mb(process)
    p50, p99 = np.percentile(took, [50, 99])
    shown = f"p50 {p50:.1f}, p99 {p99:.0f}, most {max(took):.0f} ms; peak {peak:.0f} MB"
    return Row("/healthz while 4 hostile uploads are read", shown, "", None, "p99 < 100 ms")


def _upload(port: int, name: str, data: bytes) -> None:
    """Send a file, and wait until it has been refused."""
    border = secrets.token_hex(8)
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={border}"}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/articles", body, kind)
    answer = connection.getresponse()
    answer.read()
    place = answer.headers.get("location")
    while place:
        time.sleep(0.2)
        connection.request("GET", place)
        if b'"failed"' in connection.getresponse().read():
            return
