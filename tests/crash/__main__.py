"""`make crash`: kill the real command line and the real server, and look at what is left.

Every run changes all articles of a folder to the next version (or uploads one that does), and is
killed by SIGKILL: half of the time at a random moment, half of the time once the publication has
begun, which shows by the folder that is being filled. Afterwards

1. all articles are of one version, the one before or the next, and each is whole;
2. search files and database are undamaged, to the last byte;
3. the word of the version is found where it stands, word for word, and no word of another;
4. the next run completes.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from index.errors import EmptyLibraryError
from index.library import Library
from index.settings import Settings

PROGRAM = [sys.executable, "-c", "from bot.cli.main import run; run()"]
LONGEST = 300.0
"""Seconds after which a run that should have ended is given up."""
SIZES = {"small": (12, 8), "large": (30, 90)}
"""Articles and sentences each: below and above what is written anew at each publication."""


Crash = Callable[["Place", random.Random, float], str]
"""Kills a run of a place that takes some seconds; tells when that was."""


def word(version: int) -> str:
    """Give a word that stands in the articles of one version alone."""
    return "zq" + "".join(chr(ord("a") + int(digit)) for digit in f"{version:06d}")


@dataclass
class Place:
    """A data directory and the folder that is indexed into it."""

    root: Path
    articles: int
    sentences: int
    version: int = 0

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def folder(self) -> Path:
        return self.root / "articles"

    def settings(self) -> Settings:
        return Settings(data=self.data)

    def text(self, number: int, version: int) -> str:
        lasting = (f"Ship {number} passed lock {n} in the evening." for n in range(self.sentences))
        return f"Mayor {word(version)} opened gate {number} of the harbour. {' '.join(lasting)}\n"

    def write(self, version: int) -> None:
        self.folder.mkdir(exist_ok=True)
        for number in range(self.articles):
            text = self.text(number, version)
            (self.folder / f"article-{number}.txt").write_text(text)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        chosen = {"ARTICLEBOT_DATA": str(self.data), "ARTICLEBOT_RERANKER": "none"}
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env=os.environ | chosen,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def is_publishing(self) -> bool:
        return any((self.data / "search").glob("new-*"))


def kill(place: Place, process: subprocess.Popen[bytes], rng: random.Random, taken: float) -> str:
    """Kill a process at a random moment; tell when that was.

    Args:
        place: what it works on.
        process: what to kill.
        rng: chooses the moment.
        taken: seconds that a run takes.
    """
    moment = "ended before"
    if rng.random() < 0.5:
        deadline = time.monotonic() + LONGEST
        while process.poll() is None and time.monotonic() < deadline:
            if place.is_publishing():
                time.sleep(rng.uniform(0, 0.03))
                moment = "publication"
                break
            time.sleep(0.001)
    else:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0, taken))
        moment = "any moment"
    if process.poll() is not None:
        moment = "ended before"
    process.send_signal(signal.SIGKILL)
    process.wait()
    return moment


def check(place: Place, expected: tuple[int, ...]) -> int:
    """Look at what a kill has left; give the version of all articles."""
    with Library.open(place.settings()) as library:
        library.check()
        summaries = library.articles()
        texts = [library.article(each.id).article.text.strip() for each in summaries]
        versions = {
            version
            for version in range(expected[-1] + 2)
            if any(f"Mayor {word(version)} " in text for text in texts)
        }
        assert len(texts) == place.articles, f"{len(texts)} of {place.articles} articles"
        assert len(versions) == 1, f"a mixture of the versions {sorted(versions)}"
        (version,) = versions
        assert version in expected, f"version {version}, neither of {expected}"
        wanted = {place.text(number, version).strip() for number in range(place.articles)}
        assert set(texts) == wanted, "an article is not whole"
        with library.snapshot() as snapshot:
            for each in expected:
                hits = library.search(snapshot, f"Who is {word(each)}?", 20 * place.articles)
                quotes = {
                    library.article(h.sentence.article_id).article.text[
                        h.sentence.start : h.sentence.end
                    ]
                    for h in hits
                }
                found = sum(f"Mayor {word(each)} " in quote for quote in quotes)
                assert found == (place.articles if each == version else 0), f"{found} of {each}"
    with contextlib.closing(sqlite3.connect(place.data / "articles.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    return version


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for a run that has to succeed."""
    _, told = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, told.decode()


def crash_command_line(place: Place, rng: random.Random, taken: float) -> str:
    """Kill a run of `articlebot index`, look, and let it run to its end."""
    place.write(place.version + 1)
    moment = kill(place, place.start("index", str(place.folder)), rng, taken)
    check(place, (place.version, place.version + 1))
    finish(place.start("index", str(place.folder)))
    place.version = check(place, (place.version + 1,))
    return moment


@contextlib.contextmanager
def serving(place: Place) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """Run the real server on a free port."""
    process = place.start("serve", "--port", "0")
    assert process.stderr
    try:
        address = ""
        while not address:
            line = process.stderr.readline().decode()
            assert line, "the server did not start"
            address = line.rpartition("Serving on ")[2].strip() if "Serving on" in line else ""
        with httpx.Client(base_url=address, timeout=LONGEST, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def crash_server(place: Place, rng: random.Random, taken: float) -> str:
    """Kill `articlebot serve` while it adds what was sent, look, and send it again."""
    with serving(place) as (process, client):
        with contextlib.suppress(httpx.TimeoutException):
            client.post("/v1/articles", json=sent(place, place.version + 1), timeout=0.1)
        moment = kill(place, process, rng, taken)
    check(place, (place.version, place.version + 1))
    upload(place, place.version + 1)
    place.version = check(place, (place.version + 1,))
    return moment


def sent(place: Place, version: int) -> dict[str, str]:
    return {"title": "Harbour", "source": "harbour", "text": place.text(0, version)}


def upload(place: Place, version: int) -> None:
    """Add a version through a server, and wait until it is published."""
    with serving(place) as (_, client):
        job = client.post("/v1/articles", json=sent(place, version))
        assert job.status_code in (200, 201, 202), job.text
        state = job.json()
        while state["state"] not in ("done", "failed"):
            time.sleep(0.3)
            state = client.get(f"/v1/jobs/{state['id']}").json()
        assert state["state"] == "done", state


def prepare(root: Path) -> Iterator[tuple[Crash, Place, float]]:
    """Give what can be killed, where, and how long it takes."""
    for size, (articles, sentences) in SIZES.items():
        place = Place(root / size, articles, sentences)
        place.root.mkdir()
        for version in range(2):
            place.write(version)
            began = time.monotonic()
            finish(place.start("index", str(place.folder)))
        place.version = 1
        yield crash_command_line, place, time.monotonic() - began
        place = Place(root / f"{size}-served", 1, articles * sentences)
        place.root.mkdir()
        for version in range(2):
            began = time.monotonic()
            upload(place, version)
        place.version = 1
        yield crash_server, place, (time.monotonic() - began) / 2  # the rest is the server's start


def main() -> int:
    """Kill as often as is wanted; tell what was seen."""
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    moments: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        runs = list(prepare(Path(scratch)))
        while sum(moments.values()) - moments["ended before"] < arguments.kills:
            crash, place, taken = rng.choice(runs)
            try:
                moments[crash(place, rng, taken)] += 1
            except (AssertionError, EmptyLibraryError) as error:
                kept = Path(tempfile.mkdtemp(prefix="crash-")) / "data"
                shutil.copytree(place.data, kept)
                print(f"FAULT after {dict(moments)}: {error}\nthe data directory: {kept}")
                return 1
            print(f"\r{dict(moments)}", end="", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f"\rno fault; kills by moment: {dict(moments)}; {minutes:.1f} min")
    return 0


if __name__ == "__main__":
    sys.exit(main())
