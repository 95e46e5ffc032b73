"""Pages that hold no article are told, and read only on demand."""

from pathlib import Path

import pytest

from index.article import Article
from index.errors import SourceError
from index.reading.read import Blob, Reading, read_source

WALLS = {
    "loaded its text": "<div id=__next><div>Loading…</div></div>",
    "cookies": "<div class=consent><h1>Before you continue</h1><p>We and our 812 partners store and"
    " access information on your device, such as cookies, to show you personalised advertising and"
    " to measure content.</p><p>You can accept or manage your choices, including your right to"
    " object where legitimate interest is used, at any time on the privacy policy page.</p></div>",
    "a person reads it": "<main><h1>One more step</h1><p>Please complete the captcha to show that"
    " you are not a robot, and you will be taken to the page at once.</p></main>",
    "JavaScript": "<p>You need to enable JavaScript to run this app, which cannot do without.</p>",
    "nothing at its address": "<main><h1>Oops!</h1><p>The page could not be found. Perhaps it has"
    " been moved; the search may help you to find it again.</p></main>",
    "paid for": "<article><h1>Bridge closes</h1><p>The council of Lund closed the old bridge on"
    " Monday because its timber piles had been found to be rotten.</p><p>Subscribe to continue"
    " reading. Already a subscriber? Sign in.</p></article>",
}


@pytest.mark.parametrize("what", WALLS)
def test_it_is_told(what: str) -> None:
    page = f"<!DOCTYPE html><html><head><title>Lund News</title></head><body>{WALLS[what]}"
    blob = Blob("page.html", page.encode())
    (told,) = read_source(blob, Reading())
    assert isinstance(told, SourceError)
    assert what in told.what
    assert "--force" in told.remedy
    (forced,) = read_source(blob, Reading(force=True))
    assert isinstance(forced, Article) or "empty" in forced.what


def test_an_article_about_cookies_is_one() -> None:
    story = (
        "<p>Sites have to ask before they store cookies, the court said on Monday, and readers"
        " may reject all cookies as easily as they accept all cookies.</p>"
    )
    page = f"<html><title>Court</title><body><article>{story * 10}</article></body></html>"
    (found,) = read_source(Blob("page.html", page.encode()), Reading())
    assert isinstance(found, Article)


def test_the_pages_of_the_tests_are_articles() -> None:
    for path in Path(__file__).parent.parent.joinpath("pages").glob("*.html"):
        (found,) = read_source(path, Reading())
        assert isinstance(found, Article), found
