"""Articles and questions to measure with: of a SQuAD file, or those that the tests have."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

from index.article import Article, canonical
from tests.conftest import ROOT, SEEDS


class Corpus(NamedTuple):
    """What is indexed and asked."""

    articles: list[Article]
    questions: list[str]
    """Each once, in the order in which they are asked."""


def read_corpus(squad: Path | None) -> Corpus:
    """Read a file in SQuAD's format (.json or .json.gz), or else the tests' own few articles."""
    if squad is None:
        return _own_articles()
    data = squad.read_bytes()
    topics = json.loads(gzip.decompress(data) if squad.suffix == ".gz" else data)["data"]
    articles, asked = [], []
    for number, topic in enumerate(topics):
        title = topic["title"].replace("_", " ")
        text = "\n\n".join(paragraph["context"] for paragraph in topic["paragraphs"])
        articles.append(Article(f"squad-{number}", canonical(title), "SQuAD", canonical(text)))
        asked.append([qa["question"].strip() for p in topic["paragraphs"] for qa in p["qas"]])
    # In turn from every article: the first few are as mixed as all of them.
    longest = max(map(len, asked))
    mixed = [each[row] for row in range(longest) for each in asked if row < len(each)]
    return Corpus(articles, list(dict.fromkeys(filter(None, mixed))))


def _own_articles() -> Corpus:
    quality = ROOT / "tests" / "quality"
    files = sorted([*SEEDS.glob("*.txt"), *(quality / "articles").glob("*.txt")])
    lines = (quality / "seed_questions.jsonl").read_text("utf-8").splitlines()
    articles = [
        Article(path.stem, path.stem, path.name, canonical(path.read_text("utf-8")))
        for path in files
    ]
    return Corpus(articles, list(dict.fromkeys(json.loads(line)["question"] for line in lines)))
