"""Pages in place of a feed's teasers."""

from collections.abc import Iterator

from index.article import Article
from index.errors import SourceError
from index.reading import follow
from index.reading.follow import Articles, follow_links
from index.reading.formats.document import Metadata
from index.reading.formats.feed import NoTextError

TEASER = Article("t-1", "Toll", "https://news.example/1", "The toll rises.", excerpt=True)
FULL = Article("f-1", "Full", "https://news.example/2", "All of it.")
EMPTY = NoTextError("Empty", "a.xml", "https://news.example/3", Metadata(title="Empty"))


def page(link: str, about: Metadata) -> Articles:
    yield Article("p-1", about.title or "?", link, "The whole story.")


def test_a_teaser_becomes_its_page_and_what_is_whole_stays() -> None:
    first, second, third = follow_links(iter([TEASER, FULL, EMPTY]), page)
    assert isinstance(first, Article)
    assert (first.title, first.text) == ("Toll", "The whole story.")
    assert second == FULL
    assert isinstance(third, Article)
    assert third.title == "Empty"


def test_where_the_page_cannot_be_read_the_teaser_stays_with_a_warning() -> None:
    def broken(link: str, about: Metadata) -> Articles:
        yield SourceError(f"{link} answers 404", "check the address")

    def two(link: str, about: Metadata) -> Iterator[Article | SourceError]:
        yield from (FULL, FULL)

    teaser, empty = follow_links(iter([TEASER, EMPTY]), broken)
    assert teaser == TEASER
    assert isinstance(teaser, Article)
    assert teaser.warnings == (
        "only the feed's teaser was read: https://news.example/1 answers 404",
    )
    assert empty is EMPTY
    (several,) = follow_links(iter([TEASER]), two)
    assert isinstance(several, Article)
    assert "several articles" in several.warnings[0]


def test_so_many_pages_are_followed_and_no_more() -> None:
    count = follow.MOST_FOLLOWED + 2
    found = list(follow_links(iter([TEASER] * count), page))
    assert [each for each in found if each is TEASER] == [TEASER] * 2
