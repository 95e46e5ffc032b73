"""Web pages: their main text, and what they say about themselves."""

from datetime import date

import pytest

from index.errors import SourceError
from index.reading.formats import html
from index.reading.formats.document import Metadata
from index.reading.formats.html import fragment_text
from tests.index.reading.formats.files import BODY, PAGE, one


def test_a_web_page() -> None:
    document = one(PAGE)
    for paragraph in BODY:
        assert paragraph in document.text.split("\n\n")
    assert "Sport" not in document.text
    assert document.about == Metadata(
        "Town keeps its tram", "Jo Lind", date(2019, 5, 6), "https://post.example/tram", "de"
    )


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("", None),
        ('<meta name="date" content="2019-05-06">', date(2019, 5, 6)),
        ('<meta property="article:modified_time" content="2019-05-06">', None),
        (
            '<script type="application/ld+json">[{"datePublished": "2019-05-06"}]</script>',
            date(2019, 5, 6),
        ),
        ('<script type="application/ld+json">{broken</script>', None),
        ('<meta name="date" content="next Tuesday">', None),
    ],
)
def test_a_page_s_clock_is_not_its_date(head: str, published: date | None) -> None:
    page = PAGE.replace(
        '<meta property="article:published_time" content="2019-05-06T09:30:00+02:00">', head
    )
    page = page.replace('<div class="clock">', '<time datetime="2026-11-24">now</time><div>')
    assert one(page).about.published == published


def test_a_page_in_an_old_character_set() -> None:
    page = PAGE.replace("utf-8", "windows-1252").replace("tram", "tramé")
    assert "keep its tramé" in one(page.encode("cp1252", "xmlcharrefreplace")).text


def test_a_page_without_text_and_one_without_end() -> None:
    with pytest.raises(SourceError, match="no text"):
        one("<html><body><script>let x = 1</script></body></html>")
    with pytest.raises(SourceError, match="nests"):
        one("<html><body>" + "<div>" * 5000 + "One came." + "</div>" * 5000)


def test_fragments_of_html() -> None:
    assert fragment_text("a &amp; b<br>c <p>d</p><script>e</script>") == "a & b\n\nc\n\nd"
    assert fragment_text("plain") == "plain"


def test_a_web_page_without_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST", 100)
    with pytest.raises(SourceError, match="larger than a web page"):
        one(PAGE)
