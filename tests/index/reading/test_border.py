"""One bad file, or a part of one, costs no other: it is told, and the rest is read."""

import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from index.article import Article, ParsedArticle
from index.errors import SourceError
from index.library import Library
from index.reading.formats import detect
from index.reading.formats.document import Document, parse_date
from index.reading.read import AS_FOUND, Blob, read_source
from index.reading.split import parse_article
from tests.index.reading.formats.files import ATOM, BODY, PAGE, RSS, one, read

Write = Callable[[str, str | bytes], Path]

SEXAGESIMAL = ":".join(["1", *["59"] * 3000])


@pytest.mark.parametrize(
    "line",
    [
        "author: !!bool foo",
        'date: !!int ""',
        'date: !!float ""',
        "date: !!timestamp never",
        "author: !!binary x",
        f"author: {SEXAGESIMAL}",
        "author: !!python/object:os.system x",
        "author: ~",
        "author: null",
        "date: 0x_",
        "author: =",
    ],
)
def test_front_matter_of_any_type_is_text(line: str) -> None:
    document = one(f"---\ntitle: The tram\n{line}\n---\nOne came.")
    assert (document.about.title, document.text) == ("The tram", "One came.")


def page_with(script: str) -> str:
    return PAGE.replace("<title>", f'<script type="application/ld+json">{script}</script><title>')


GRAPHS: tuple[object, ...] = (5, True, "x", None, {}, [5], [[{}]], {"@graph": 1})


@pytest.mark.parametrize(
    "data",
    [
        *({"@graph": each} for each in GRAPHS),
        *(5, None, True, "x", [], [5], [[]], [None]),
        *({"datePublished": stated} for stated in (5, True, [], {}, [[1]], {"@value": 1}, 1e400)),
    ],
    ids=repr,
)
def test_json_ld_may_have_any_shape(data: object) -> None:
    document = one(page_with(json.dumps(data)), "page.html")
    assert document.about.published == date(2019, 5, 6), "the page states it elsewhere"


def test_a_graph_may_be_one_object() -> None:
    stated = {"@graph": {"@type": "NewsArticle", "datePublished": "2018-01-02"}}
    assert one(page_with(json.dumps(stated))).about.published == date(2018, 1, 2)


def test_an_address_that_is_none_is_no_source() -> None:
    document = one(PAGE.replace("https://post.example/tram", "http://[no"))
    assert document.about.source is None
    assert document.text


@pytest.mark.parametrize(
    "stated",
    [
        "2017-13-45T99:99:99Z",
        "9999-99-99",
        "10000-01-01",
        "99999-01-01",
        "-0001-01-01",
        "+0001-01-01",
        "0000-01-01",
        "5 January 10000",
        "1 Jan 99999999999999999999 10:00:00 +0000",
        "Mon, 06 May 2019 09:30:00 +9999999999999999999999",
        "2019-02-29",
        "2019 " * 1000,
    ],
)
def test_a_date_that_is_none_is_none(stated: str) -> None:
    assert parse_date(stated) is None
    front = one(f"---\ntitle: The tram\ndate: '{stated}'\n---\nOne came.")
    assert (front.about.published, front.text) == (None, "One came.")
    feed = read(RSS.replace("Mon, 06 May 2019 09:30:00 +0200", stated), "feed.xml")[0]
    assert isinstance(feed, Document)
    assert feed.about.published is None


@pytest.mark.parametrize(
    "value", [pytest.param(10**5000, id="huge"), float("nan"), float("inf"), [], {}, b"2019", True]
)
def test_a_value_that_is_no_date_is_none(value: object) -> None:
    assert parse_date(value) is None


@pytest.mark.parametrize(
    "inside", ["\0", "\x01", "\x0b", "\ud800", "\ufffe", "\uffff", "&#1;", "&#0;", "&#xD800;", "]]"]
)
def test_an_entry_of_a_feed_with_characters_that_are_none(inside: str) -> None:
    raw = ATOM.replace("The town", f"The {inside} town").encode("utf-8", "surrogatepass")
    for article in read_source(Blob("feed.xml", raw), AS_FOUND):
        assert isinstance(article, SourceError) or "keep its tram." in article.text
    bad = RSS.replace("It rained", f"<p>It {inside} rained</p>")
    for article in read_source(Blob("feed.xml", bad.encode("utf-8", "surrogatepass")), AS_FOUND):
        assert isinstance(article, (Article, SourceError))


def test_an_entry_without_content_costs_no_other() -> None:
    empty = '<entry><title>Empty</title><content type="html" src="x"/></entry>'
    feed = ATOM.replace("<entry>", f"{empty}<entry>", 1)
    found = read(feed, "feed.xml")
    assert [isinstance(each, SourceError) for each in found] == [True, False]


def test_what_a_reader_raises_is_the_file_s_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by\nnothing " + "at all " * 1000)

    monkeypatch.setattr(detect, "read", broken)
    with caplog.at_level(logging.DEBUG, "index.reading"):
        (error,) = read_source(Blob("a.txt", b"One came."), AS_FOUND)
    assert isinstance(error, SourceError)
    assert str(error).startswith("a.txt cannot be read (by nothing at all")
    assert len(str(error)) < 200
    assert error.remedy
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert record.exc_info, "with the traceback"


BAD: dict[str, str | bytes] = {
    "bool.txt": "---\nauthor: !!bool foo\n---\nThe tenth came by train.",
    "graph.html": page_with('{"@graph": 5}'),
    "bytes.rss": RSS.encode().replace(b"Rain<", b"\xff\xfe\xd8Rain<"),
    "cut.pdf": b"%PDF-1.7\nnothing",
    "cut.docx": b"PK\x03\x04nothing",
    "depth.html": "<p>" + "<div>" * 5000 + "x",
    "binary.txt": bytes(range(256)),
    "lines.jsonl": '{"text": ' + "[" * 100_000 + '\n{"text": "The eleventh came by train."}',
}


def test_one_bad_file_stops_no_folder(library: Library, write: Write) -> None:
    for name, data in BAD.items():
        write(name, data)
    write("a.txt", BODY[0])
    folder = write("z.txt", BODY[1]).parent
    report = library.index([folder])
    titles = {article.title for article in library.articles()}
    assert {"a", "z"} <= titles
    told = "\n".join(map(str, report.failed))
    assert all(name in told for name in ("cut.pdf", "cut.docx", "binary.txt", "lines.jsonl"))
    assert report.added == len(library.articles())


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "undefined", "rot13"])
def test_a_declared_charset_has_to_be_one(charset: str) -> None:
    head = f"<!doctype html><html><meta charset='{charset}'><p>".encode()
    found = list(
        read_source(Blob("a.html", head + b"caf\xe9 one came " + b"a-" * 99_999), AS_FOUND)
    )
    assert len(found) == 1


@pytest.mark.parametrize("field", ["title", "author", "language", "url"])
def test_what_an_article_says_of_itself_has_an_end_and_can_be_stored(field: str) -> None:
    line = json.dumps({"text": "One came.", field: " \0 Ann\ud800" + "e\u0301 " * 100_000})
    (article,) = read_source(Blob("a.jsonl", line.encode()), AS_FOUND)
    assert isinstance(article, Article)
    for value in (article.title, article.author, article.language, article.source):
        assert len(value or "") <= 2000
        assert "\0" not in (value or "").encode().decode()


def test_a_text_that_cannot_be_split_costs_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(article: Article) -> ParsedArticle:
        if article.title == "bad":
            raise ZeroDivisionError
        return parse_article(article)

    monkeypatch.setattr("index.build.parse_article", refuse)
    articles = [Article(name, name, f"{name}.txt", BODY[0]) for name in ("bad", "good")]
    report = library.add(articles)
    assert (report.added, len(report.failed)) == (1, 1)
    assert "bad.txt cannot be read (ZeroDivisionError)" in str(report.failed[0])
