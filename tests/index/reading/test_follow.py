"""Pages in place of a feed's teasers."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article, ParsedArticle
from index.errors import SourceError
from index.reading import intake, read
from index.reading.follow import find_link, take_page
from index.reading.formats.document import Metadata
from index.reading.formats.feed import NoTextError
from index.reading.intake import Intake
from index.reading.read import AS_FOUND, File, Origin, Reading, Source
from index.reading.split import parse_article

TEASER = Article("t-1", "Toll", "https://news.example/1", "The toll rises.", excerpt=True)
FULL = Article("f-1", "Full", "https://news.example/2", "All of it.")
EMPTY = NoTextError("no text", "look", "https://news.example/3", Metadata(title="Empty"))
FEED = """<rss version="2.0"><channel><item><title>Toll</title><link>https://news.example/1</link>
<description>The toll rises.</description></item><item><title>Gone</title>
<link>https://news.example/gone</link><description>It is gone.</description></item>
<item><title>Empty</title><link>https://news.example/3</link></item></channel></rss>"""


def test_what_has_a_page_that_says_more() -> None:
    assert find_link(TEASER) == find_link(parse_article(TEASER)) == TEASER.source
    assert find_link(EMPTY) == EMPTY.link
    for whole in (FULL, SourceError("a", "b"), replace(TEASER, source="Reuters")):
        assert find_link(whole) == ""


def test_where_the_page_cannot_be_read_the_teaser_stays_with_a_warning() -> None:
    assert take_page(TEASER, [FULL]) == FULL
    broken = take_page(TEASER, [SourceError("it answers 404", "check the address")])
    assert isinstance(broken, Article)
    assert broken.warnings == ("only the feed's teaser was read: it answers 404",)
    assert take_page(EMPTY, []) is EMPTY
    several = take_page(parse_article(TEASER), [FULL, FULL])
    assert isinstance(several, ParsedArticle)
    assert "several articles" in several.article.warnings[0]


@pytest.fixture
def _pages(monkeypatch: pytest.MonkeyPatch) -> None:
    load = read.load

    def load_page(source: Source, reading: Reading) -> File:
        if not isinstance(source, str):
            return load(source, reading)
        if source.endswith("gone"):
            raise SourceError(f"{source} answers 404", "check the address")
        page = b"<html><body><p>The whole story of the toll is here.</p></body></html>"
        return File(Origin(source, source, "page", source), page)

    monkeypatch.setattr(intake, "load", load_page)


@pytest.mark.usefixtures("_pages")
def test_a_feed_is_followed_to_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(FEED)
    first, second, third = Intake([path], replace(AS_FOUND, follow=True))
    assert isinstance(first, ParsedArticle)
    assert first.article.text == "The whole story of the toll is here."
    assert (first.article.title, first.article.source) == ("Toll", "https://news.example/1")
    assert isinstance(second, ParsedArticle)
    assert second.article.text == "It is gone."
    assert "404" in second.article.warnings[0]
    assert isinstance(third, ParsedArticle)
    assert third.article.title == "Empty"
    teaser, gone, empty = Intake([path], AS_FOUND)
    assert isinstance(teaser, ParsedArticle)
    assert teaser.article.text == "The toll rises."
    assert isinstance(gone, ParsedArticle)
    assert isinstance(empty, NoTextError)
