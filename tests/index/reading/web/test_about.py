"""What a page says of itself: its own article's data first, and no placeholder."""

from datetime import date

import pytest
from lxml import html

from index.reading.formats.document import Metadata
from index.reading.web.about import read_about


def about(head: str, body: str = "<h1>Welcome!</h1>") -> Metadata:
    return read_about(
        html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    )


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (
            '<meta property="og:title" content="Bridge closes"><title>Lund News</title>',
            "Bridge closes",
        ),
        ('<meta name="twitter:title" content="Bridge closes">', "Bridge closes"),
        ("<title>Bridge closes</title>", "Bridge closes"),
        (
            "<meta property='og:site_name' content='Lund'><title>Bridge closes | Lund</title>",
            "Bridge closes",
        ),
        ("<title>Bridge closes - and opens</title>", "Bridge closes - and opens"),
        ("", "Welcome!"),
    ],
)
def test_title(head: str, title: str) -> None:
    assert about(head).title == title


GRAPH = """{"@context": "https://schema.org", "@graph": [
    {"@type": "WebPage", "datePublished": "2019-01-01"},
    {"@type": "NewsArticle", "headline": "Bridge closes",
     "datePublished": "2024-05-06T23:30:00-07:00",
     "author": [{"@type": "Person", "name": "Nils Brandt"}, {"name": "Olga Holm"}]}]}"""


@pytest.mark.parametrize(
    "wrapping", ["{}", "<![CDATA[ {} ]]>", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/"]
)
def test_the_node_of_the_article_counts(wrapping: str) -> None:
    script = wrapping.replace("{}", GRAPH)
    found = about(f'<script type="application/ld+json">{script}</script>')
    assert found.published == date(2024, 5, 6)
    assert found.author == "Nils Brandt, Olga Holm"
    assert found.title == "Bridge closes"


def test_of_several_nodes_that_of_the_address_counts() -> None:
    data = """[{"@type": "Article", "url": "https://a.example/2", "datePublished": "2020-01-02"},
        {"@type": "Article", "url": "https://a.example/1", "datePublished": "2024-05-06"}]"""
    head = '<link rel="canonical" href="https://a.example/1">'
    found = about(f'{head}<script type="application/ld+json">{data}</script>')
    assert (found.published, found.source) == (date(2024, 5, 6), "https://a.example/1")


@pytest.mark.parametrize("name", ["Username", "作者", "Authority control", "admin", "jo@a.example"])
def test_a_placeholder_is_no_author(name: str) -> None:
    assert about(f'<meta name="author" content="{name}">').author is None


def test_a_byline_is_a_name() -> None:
    assert about('<meta name="author" content="By Nils Brandt">').author == "Nils Brandt"
