"""Story and furniture told apart on pages in ten styles, as saved and as scraped to plain text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

from index.article import Article, canonical
from index.reading.formats import detect
from index.reading.split import parse_article

PAGES = sorted(Path(__file__).parent.joinpath("pages").glob("*.html"))
KEPT = RECOGNISED = 0.95
ANSWERING = ("body", "item")
"""Kinds that the labels are about: headings and captions of a story are neither."""


def text_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def blocks(page: html.HtmlElement) -> Iterator[tuple[bool, str]]:
    """Give the texts of the page, top to bottom: whether it is the story, and the text."""
    body = page.find("body")
    for gone in body.xpath(".//script|.//style"):
        gone.drop_tree()
    story = set(body.xpath(".//*[@data-body]"))
    for element in body.iter():
        if element in story:
            yield True, text_of(element)
            continue
        if story.intersection(element.iterancestors()):
            continue
        for part in (element.text, *(child.tail for child in element)):
            if part and re.search(r"\w", part):
                yield False, " ".join(part.split())


def measure(labels: list[tuple[bool, str]], article: list[str]) -> tuple[list[str], list[str]]:
    """Give the paragraphs of the story that were lost, and the furniture taken for story."""
    body = [" ".join(paragraph.split()) for paragraph in article]
    lost = [text for story, text in labels if story and not any(text in p for p in body)]
    stated = [text for story, text in labels if story]
    rest = [p for p in body if not any(p.strip("- ") in s or s in p for s in stated)]
    taken = [text for story, text in labels if not story and any(text in p for p in rest)]
    return lost, taken


def read_saved(path: Path) -> list[str]:
    data = path.read_text("utf-8").replace(" data-body", "")
    (document,) = detect.read(data.encode(), path.name)
    assert not isinstance(document, Exception)
    return [block.text for block in document.blocks if block.kind in ANSWERING]


def read_scraped(labels: list[tuple[bool, str]]) -> list[str]:
    return bodies("\n\n".join(text for _, text in labels))


def bodies(text: str) -> list[str]:
    article = Article("a", "a", "a", canonical(text))
    found = parse_article(article).paragraphs
    return [article.text[p.start : p.end] for p in found if p.kind != "furniture"]


def labelled(path: Path) -> list[tuple[bool, str]]:
    return list(blocks(html.fromstring(path.read_text("utf-8"))))


def test_there_are_ten_styles_of_pages() -> None:
    assert len(PAGES) == 10


@pytest.mark.parametrize("way", ["saved", "scraped"])
def test_story_is_kept_and_furniture_recognised(way: str) -> None:
    stories = furniture = 0
    lost: list[str] = []
    taken: list[str] = []
    for path in PAGES:
        labels = labelled(path)
        article = read_saved(path) if way == "saved" else read_scraped(labels)
        page_lost, page_taken = measure(labels, article)
        lost += [f"{path.name}: {text}" for text in page_lost]
        taken += [f"{path.name}: {text}" for text in page_taken]
        stories += sum(story for story, _ in labels)
        furniture += sum(not story for story, _ in labels)
    assert 1 - len(lost) / stories >= KEPT, lost
    assert 1 - len(taken) / furniture >= RECOGNISED, taken
