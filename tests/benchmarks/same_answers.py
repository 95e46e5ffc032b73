"""Whether a library in a database finds what one in a data directory finds, with the real model.

python -m tests.benchmarks.same_answers squad-1.1-dev-public.json.gz [QUESTIONS]

Indexes the articles of a SQuAD file into both and asks both its questions (all, or as many drawn
at random): how often are the best ten the same and in the same order, and how far are scores apart?
"""

import gzip
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from index.article import Article, canonical
from index.library import Library
from index.settings import Settings
from index.stores.postgres.server import Server
from tests import postgres

BEST = 10


def read(path: Path) -> tuple[list[Article], list[str]]:
    """Give the articles and the questions of a SQuAD file."""
    raw = path.read_bytes()
    rows = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
    articles = [
        Article(
            row["title"].lower(),
            row["title"].replace("_", " "),
            row["title"],
            canonical("\n\n".join(paragraph["context"] for paragraph in row["paragraphs"])),
        )
        for row in rows
    ]
    questions = [
        canonical(asked["question"])
        for row in rows
        for paragraph in row["paragraphs"]
        for asked in paragraph["qas"]
    ]
    return articles, questions


def main(arguments: Sequence[str]) -> None:
    """Fill both, ask both, print the comparison."""
    articles, questions = read(Path(arguments[0]))
    if len(arguments) > 1:
        questions = random.Random(1).sample(questions, int(arguments[1]))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(postgres.running_server())
        address = postgres.create_database(cluster, "same")
        Server(address).migrate()
        kept = {"reranker": "none"}
        local = stack.enter_context(
            Library.open(Settings.model_validate({**kept, "data": folder, "store": None}))
        )
        shared = stack.enter_context(
            Library.open(Settings.model_validate({**kept, "data": folder, "store": address}))
        )
        local.add(articles)
        export = folder / "all.jsonl.gz"
        local.export(export)
        shared.restore(export)
        print(f"{local.info()}\n{shared.info()}")
        compare(local, shared, questions)


def compare(local: Library, shared: Library, questions: Sequence[str]) -> None:
    """Ask both and print how much is the same."""
    same = sets = 0
    dense = lexical = 0.0
    for question in questions:
        found = []
        for library in (local, shared):
            with library.snapshot() as snapshot:
                hits = library.search(snapshot, question, BEST)
            found.append(
                {(h.sentence.article_id, h.sentence.start, h.sentence.end): h for h in hits}
            )
        first, second = found
        same += list(first) == list(second)
        sets += first.keys() == second.keys()
        for place in first.keys() & second.keys():
            dense = max(dense, abs(first[place].dense - second[place].dense))
            lexical = max(lexical, abs(first[place].lexical - second[place].lexical))
    asked = len(questions)
    print(
        f"{asked} questions: the same best {BEST} {sets / asked:.2%}, in order {same / asked:.2%}"
    )
    print(f"greatest difference of a score: dense {dense:.1e}, lexical {lexical:.1e}")


if __name__ == "__main__":
    main(sys.argv[1:])
