"""Feeds of all sorts: told by their root, whatever stands before it and within it."""

from datetime import date

import pytest

from index.errors import SourceError
from index.reading.formats.document import Document
from index.reading.formats.feed import NoTextError
from tests.index.reading.formats.files import one, read, texts

ITEM = """<item><title>Bridge &amp;amp; ferry: what&#8217;s next</title>
<link>https://news.example/1</link><guid isPermaLink="false">a1</guid>
<pubDate>Mon, 06 May 2024 23:30:00 -0700</pubDate><dc:creator>Nils Brandt</dc:creator>
<dc:creator>Olga Holm</dc:creator><description>Short teaser.</description>
<content:encoded><![CDATA[<{tag} class="post"><p>The bridge closes on Friday.</p>
<p>Ferries run until ten.</p></{tag}>]]></content:encoded></item>"""
OPEN = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Lund News</title>"""


@pytest.mark.parametrize("tag", ["article", "main", "body", "html", "div"])
@pytest.mark.parametrize(
    "before",
    [
        "",
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        "<!-- made by <html> -->\n",
        '<?xml version="1.0"?><?xml-stylesheet href="a.css"?><!-- a --> <!-- b -->',
        '<!-- a -->\n<?xml version="1.0"?>\n',
        "<!DOCTYPE rss>",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]>",
    ],
)
def test_a_feed_is_told_by_its_root(before: str, tag: str) -> None:
    document = one(f"{before}{OPEN}{ITEM.format(tag=tag)}</channel></rss>")
    assert texts(document) == ["The bridge closes on Friday.", "Ferries run until ten."]
    assert document.about.title == "Bridge & ferry: what’s next"
    assert document.about.author == "Nils Brandt, Olga Holm"
    assert document.about.published == date(2024, 5, 6)  # the day that is stated, not Greenwich's
    assert not document.excerpt


def test_a_page_is_no_feed() -> None:
    page = "<html><body><p>A <code>&lt;rss&gt;</code> is a feed, the mayor said.</p></body></html>"
    assert "is a feed" in "".join([one(page).text, *texts(one(page))])


def test_a_teaser_is_an_excerpt_and_an_entry_without_text_names_its_page() -> None:
    entry = "<item><title>{}</title><link>https://news.example/{}</link><description>{}"
    entry += "</description></item>"
    teaser = "<![CDATA[The toll rises. <a href='x'>Read more</a>]]>"
    items = entry.format("Toll", 2, teaser) + entry.format("Empty", 3, "")
    first, empty = read(f"{OPEN}{items}</channel></rss>", "a.xml")
    assert isinstance(first, Document)
    assert texts(first) == ["The toll rises."]
    assert first.excerpt
    assert isinstance(empty, NoTextError)
    assert empty.link == "https://news.example/3"
    assert isinstance(empty, SourceError)
