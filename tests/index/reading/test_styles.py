"""Sixty pages in twenty styles: how much of each story is read, and of what is around it."""

from collections import Counter

import pytest

from index.reading.formats import html
from tests.index.reading.styles import FURNITURE, STYLES, make_pages

RECALL, PRECISION, KINDS = 0.99, 0.99, 0.99
"""Floors: raise them, never lower them. Shares of the paragraphs of the stories that are read, of
what is read that is theirs, and of these that have the kind that they are."""


def test_there_are_enough() -> None:
    pages = list(make_pages())
    assert (len(pages), len(STYLES)) == (60, 20)
    assert not [name for name, _, page in pages if "%" in page.replace("100%", "")]


@pytest.fixture(scope="module")
def counts() -> tuple[Counter[str], list[str]]:
    found: Counter[str] = Counter()
    wrong: list[str] = []
    for name, story, page in make_pages():
        (document,) = html.read(page, name)
        assert (document.about.title or "").startswith(story.title), name
        read = [(block.kind, block.text) for block in document.blocks if block.kind != "furniture"]
        texts = [text for _, text in read]
        for kind, text in story.parts:
            found["stated"] += 1
            found["read"] += text in texts
            found["kind"] += (kind, text) in read
            if (kind, text) not in read:
                wrong.append(f"{name}: lost {kind} {text[:60]}")
        for _, text in read:
            taken = any(each in text for each in FURNITURE)
            found["taken"] += taken
            if taken:
                wrong.append(f"{name}: took {text[:60]}")
    return found, wrong


def test_recall(counts: tuple[Counter[str], list[str]]) -> None:
    found, wrong = counts
    assert found["read"] / found["stated"] >= RECALL, wrong


def test_precision(counts: tuple[Counter[str], list[str]]) -> None:
    found, wrong = counts
    assert found["read"] / (found["read"] + found["taken"]) >= PRECISION, wrong


def test_kinds(counts: tuple[Counter[str], list[str]]) -> None:
    found, wrong = counts
    assert found["kind"] / found["read"] >= KINDS, wrong
