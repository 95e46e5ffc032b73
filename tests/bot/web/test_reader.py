import html
import shutil
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.app import create_app
from bot.web.reader import render_page
from index.article import Article, Kind, Paragraph, ParsedArticle, canonical
from index.library import Library
from index.settings import Settings
from tests.bot.serving import serving
from tests.fakes import FakeEncoder

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NASTY = "<script>alert(1)</script> & <img src=x onerror=alert(1)> \"' </p></main> &lt;b&gt;"


class PageParser(HTMLParser):
    """Collects every tag, and the text of each paragraph with its declared range."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.paragraphs: list[tuple[int, int, str]] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        assert not any(name.startswith("on") for name in given)
        if "data-start" in given:
            self._within = True
            start, end = given["data-start"], given["data-end"]
            self.paragraphs.append((int(start or ""), int(end or ""), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            start, end, text = self.paragraphs[-1]
            self.paragraphs[-1] = start, end, text + data


def parsed_article(texts: list[str], title: str = "T", source: str = "a.txt") -> ParsedArticle:
    """Make an article of the given paragraphs, every second one furniture."""
    paragraphs, at = [], 0
    for number, text in enumerate(texts, 1):
        kind: Kind = "body" if number % 2 else "furniture"
        paragraphs.append(Paragraph(number, at, at + len(text), kind))
        at += len(text) + 2
    article = Article("a", title, source, "\n\n".join(texts), date(2020, 8, 7))
    return ParsedArticle(article, tuple(paragraphs))


def read_page(page: str) -> PageParser:
    """Parse a page as a browser does, which turns every line end of the source into LF."""
    parser = PageParser()
    parser.feed(page.replace("\r\n", "\n").replace("\r", "\n"))
    parser.close()
    return parser


@given(st.lists(st.text(min_size=1).map(canonical), min_size=1, max_size=5))
def test_paragraphs_on_the_page_are_the_text_code_point_for_code_point(texts: list[str]) -> None:
    parsed = parsed_article(texts)
    shown = read_page(render_page(parsed)).paragraphs
    assert [(start, end) for start, end, _ in shown] == [
        (each.start, each.end) for each in parsed.paragraphs
    ]
    for start, end, text in shown:
        assert text == parsed.article.text[start:end].replace("\0", "\ufffd")


def test_markup_in_an_article_is_text() -> None:
    plain = read_page(render_page(parsed_article(["x", "x"])))
    page = render_page(parsed_article([NASTY, NASTY], title=NASTY, source=NASTY))
    parser = read_page(page)
    assert parser.tags == plain.tags
    assert [text for _, _, text in parser.paragraphs] == [NASTY, NASTY]


@pytest.mark.parametrize(
    ("source", "linked"),
    [
        ("https://example.org/a?b=1&c='2'", True),
        ("http://[", True),
        ("javascript:alert(1)", False),
        ("/home/ada/a.txt", False),
    ],
)
def test_only_web_addresses_are_links(source: str, linked: bool) -> None:
    page = render_page(parsed_article(["x"], source=source))
    assert (f'href="{html.escape(source)}"' in page) is linked


def test_of_a_path_only_the_name_is_shown() -> None:
    page = render_page(parsed_article(["x"], source="/home/ada/a.txt"))
    assert ">a.txt<" in page
    assert "ada" not in page


def test_page_shows_numbers_date_and_furniture() -> None:
    page = render_page(parsed_article(["Listen", "Story"]))
    assert '<div class="paragraph body" id="p1">' in page
    assert '<div class="paragraph furniture" id="p2">' in page
    assert "<time>2020-08-07</time>" in page


@pytest.fixture
def library(tmp_path: Path) -> Library:
    source = tmp_path / "a.txt"
    source.write_text(
        "A title of words\n\n"
        "\U0001f680 Ada's \U0001f469\u200d\U0001f680 said: it flies. It landed.\n\n"
        "The second <b>paragraph</b> ends \u05e9\u05dc\u05d5\u05dd here.\n",
        encoding="utf-8",
    )
    library = Library(Settings(data=tmp_path / "data"), FakeEncoder())
    library.index([source])
    return library


def test_page_is_served_under_a_strict_policy(library: Library) -> None:
    [summary] = library.articles()
    with serving(create_app(library, library.settings)) as client:
        page = client.get(f"/articles/{summary.id}")
        script = client.get("/static/reader.js")
        style = client.get("/static/reader.css")
        missing = client.get("/articles/none")
        assert client.head(f"/articles/{summary.id}").status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "javascript" in script.headers["content-type"]
    assert style.headers["content-type"].startswith("text/css")
    assert missing.status_code == 404


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium")
def test_browser_marks_exactly_the_range_of_the_address(library: Library, tmp_path: Path) -> None:
    [summary] = library.articles()
    text = library.article(summary.id).article.text
    start = text.index("Ada's")
    within = text[start : text.index(" It landed")]
    across = text[start : text.index("paragraph")]
    with serving(create_app(library, library.settings)) as client:
        address = str(client.base_url.join(f"/articles/{summary.id}"))
        first = marks(dump(f"{address}#s={start}-{start + len(within)}", tmp_path))
        second = marks(dump(f"{address}#s={start}-{start + len(across)}", tmp_path))
    assert first == [within]
    assert second == across.split("\n\n")


def dump(address: str, profile: Path) -> str:
    """Give the page as it stands in a browser once its script has run."""
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-sync"
    quiet = "--disable-background-networking --disable-component-update --dump-dom"
    command = [
        CHROMIUM or "",
        *flags.split(),
        *quiet.split(),
        f"--user-data-dir={profile}/chromium",
    ]
    done = subprocess.run(
        [*command, address], capture_output=True, timeout=60, check=True, encoding="utf-8"
    )
    return done.stdout


def marks(page: str) -> list[str]:
    parts = page.split("<mark")[1:]
    return [html.unescape(part.partition(">")[2].partition("</mark>")[0]) for part in parts]
