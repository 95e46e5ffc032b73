"""Questions written for the newsroom: how their files are read.

A line of a file is an article, `{"id", "title", "paragraphs", "questions"}`; a line without
paragraphs has further questions on the article of its id. A question is `{"q", "kind",
"answers": [{"p", "quote", "span"}]}`: `p` counts paragraphs, `quote` is what answers, `span`
the shortest words of it that do.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.training.corpus import Corpus, Marks, split_sentences

SOURCE = "newsroom"
SMALLEST_PART = 0.6
"""Of the longest part of a quote: as much of a sentence has to be quoted for it to answer."""

Row = dict[str, Any]

_NUMBERED = re.compile(r" \(\d+\)$")


def read_newsroom(paths: Iterable[Path]) -> list[Row]:
    """Return the articles of the files, each with all its questions, in the order of the files."""
    articles: dict[str, Row] = {}
    further: list[Row] = []
    for path in paths:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
        for row in (json.loads(line) for line in text.split("\n") if line.strip()):
            if "paragraphs" not in row:
                further.append(row)
            elif row["id"] in articles:
                raise ValueError(f"{path} has another article with the id {row['id']!r}")
            else:
                articles[row["id"]] = {**row, "questions": list(row["questions"])}
    for row in further:
        articles[row["id"]]["questions"] += row["questions"]
    return list(articles.values())


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence of a paragraph: its characters in it, and its number in the article."""

    start: int
    end: int
    sentence: int


def add_newsroom(corpus: Corpus, articles: Iterable[Row]) -> None:
    """Add articles, each as one document, and their questions."""
    for article in articles:
        parts: list[list[_Part]] = []
        sentences: list[str] = []
        for text in article["paragraphs"]:
            spans = split_sentences(text)
            parts.append([_Part(a, b, len(sentences) + i) for i, (a, b) in enumerate(spans)])
            sentences += [text[a:b] for a, b in spans]
        home = corpus.add_document(_NUMBERED.sub("", article["title"]), sentences)
        for row in article["questions"]:
            marks, near = _find_answers(article["paragraphs"], parts, row["answers"])
            if marks or not row["answers"]:
                corpus.add_question(row["q"].strip(), home, marks, near, SOURCE)


def _find_answers(
    paragraphs: list[str], parts: list[list[_Part]], answers: list[Row]
) -> tuple[Marks, set[int]]:
    """Return the sentences that answer with their marked characters, and the quoted ones beside.

    Where the shortest words are marked the sentence with them answers, and the rest of the quote
    is neither right nor wrong; else each sentence does that is a good part of the quote.
    """
    marks: Marks = {}
    near: set[int] = set()
    for answer in answers:
        text, quote, span = paragraphs[answer["p"]], answer["quote"], answer.get("span") or ""
        start = text.index(quote)
        common = {
            part: min(start + len(quote), part.end) - max(start, part.start)
            for part in parts[answer["p"]]
        }
        quoted = {part: size for part, size in common.items() if size > 0}
        near |= {part.sentence for part in quoted}
        at = start + quote.find(span)
        for part, size in quoted.items():
            if not span:
                if size >= SMALLEST_PART * max(quoted.values()):
                    marks.setdefault(part.sentence, [])
            elif part.start <= at < part.end:
                end = min(at + len(span), part.end)
                marks.setdefault(part.sentence, []).append((at - part.start, end - part.start))
    return marks, near
