"""Which format a file has, the plain ones, and what is refused in a sentence."""

from datetime import date
from itertools import pairwise

import pytest

from index.errors import SourceError
from index.reading.formats.document import Document, Metadata, parse_date
from tests.index.reading.formats.files import (
    ATOM,
    BODY,
    PAGE,
    RSS,
    STORY,
    one,
    pdf,
    read,
    said,
    texts,
    word,
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(pdf(STORY, password="secret"), "encrypted", id="encrypted"),
        pytest.param(pdf(STORY)[:-700], "damaged PDF", id="cut off"),
        pytest.param(b"%PDF-1.7\nnothing", "damaged PDF", id="a head alone"),
        pytest.param(pdf(""), "no text", id="an empty page"),
        pytest.param(word(STORY)[:3000], "damaged", id="half a Word document"),
        pytest.param(b"PK\x05\x06" + bytes(18), "without articles", id="an empty archive"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old kind", id="DOC"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
            id="encrypted DOCX",
        ),
        pytest.param("<?xml version='1.0'?><svg/>", "neither a page nor a feed", id="XML"),
        pytest.param("<rss version='2.0'><channel></channel></rss>", "no|without", id="no entries"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "binary", id="a picture"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data: bytes | str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as refused:
        read(data, "the-file.txt")
    assert "the-file.txt" in str(refused.value)
    assert refused.value.remedy


def test_json_lines() -> None:
    lines = (
        '{"title": "A", "text": "One came.", "url": "https://x.example/1",'
        ' "published": "2019-05-06", "author": ["Jo", {"name": "Al"}]}\n\n'
        '{"title": "B", "text": ""}\n[1]\n{broken\n{"text": "Two\\u0000 came."}\n'
    )
    first, *errors, last = read(lines, "a.jsonl")
    assert isinstance(first, Document)
    assert first.about == Metadata("A", "Jo, Al", date(2019, 5, 6), "https://x.example/1")
    assert first.key == "https://x.example/1"
    assert [str(e).split(" of ")[0] for e in errors] == ["line 3", "line 4", "line 5"]
    assert isinstance(last, Document)
    assert last.key == "line 6"


def test_an_rss_feed() -> None:
    first, empty, last = read(RSS, "feed.xml")
    assert isinstance(first, Document)
    assert texts(first) == ["The town voted to keep its tram.", "The count went on until midnight."]
    assert first.about == Metadata(
        "Town keeps & mends its tram",
        "Jo Lind",
        date(2019, 5, 6),
        "https://post.example/tram",
        "en",
    )
    assert isinstance(empty, SourceError)
    assert "'Empty'" in str(empty)
    assert isinstance(last, Document)
    assert last.about.published is None


def test_an_atom_feed_states_when_an_entry_was_published_not_changed() -> None:
    document = one(ATOM)
    assert texts(document) == ["The town voted to keep its tram."]
    assert document.about.published == date(2019, 5, 6)


def test_markdown_is_what_is_read_on_the_page() -> None:
    document = one(
        "---\ntitle: The tram\ndate: 6 May 2019\nby: Jo Lind\n---\n"
        "# A *head*\n\nOne **came**\nto [Marl](http://x).\n\n3. three\n4. four\n\n- a\n\n"
        "|a|b|\n|-|-|\n|c|d|\n|e||\n\n![no](x.png)\n\n```\ncode\n```\n",
        "a.md",
    )
    assert said(document) == [
        *(("heading", "A head"), ("body", "One came to Marl.")),
        *(("item", "3. three"), ("item", "4. four"), ("item", "a")),
        *(("table", "a | b"), ("table", "a: c; b: d."), ("table", "a: e."), ("code", "code")),
    ]
    assert document.about == Metadata("The tram", "Jo Lind", date(2019, 5, 6))


@pytest.mark.parametrize(
    "text",
    [
        "---\nOne came.\n---\nTwo.",
        "---\n- a\n---\nTwo.",
        "---\ncolour: red\n---\nTwo.",
        "---\na: [\n---\nTwo.",
        "---\ntitle: A\nOne came.",
    ],
)
def test_dashes_around_anything_else_are_text(text: str) -> None:
    assert one(text) == Document(text)


def test_the_content_decides_not_the_suffix() -> None:
    assert one(PAGE, "page.txt").about.author == "Jo Lind"
    assert one(word(*BODY), "letter.pdf").about.author == "Jo Lind"
    assert one(pdf(STORY), "letter.docx").blocks[0].text == STORY
    assert one("One came.", "letter.pdf").text == "One came."
    assert one('{"text": "One came."}', "a.txt").text == "One came."
    assert one('{"text": "One ' + "came " * 2000 + '."}', "a.txt").text.startswith("One")


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("2019-05-06", date(2019, 5, 6)),
        ("20190506", date(2019, 5, 6)),
        ("2019-05-06T23:30:00-05:00", date(2019, 5, 6)),
        ("Mon, 06 May 2019 09:30:00 +0200", date(2019, 5, 6)),
        ("6 May 2019", date(2019, 5, 6)),
        ("May 6th, 2019", date(2019, 5, 6)),
        ("6 мая 2019", date(2019, 5, 6)),
        ("May 2019", None),
        ("2019", None),
        ("yesterday", None),
        ("2019-13-45", None),
        ("2017-13-01", None),
        ("20171301", None),
        ("2017/13/01", None),
        ("2017-02-30 10:00", None),
        ("2017-W30-5", None),
        ("2017-7-8", date(2017, 7, 8)),
        ("2017年3月1日", date(2017, 3, 1)),
        ("01/02/2017", None),
        ("5.4.2017", None),
        ("05/04/17 00:00 +0000", None),
        ("05/05/2017", date(2017, 5, 5)),
        ("13/02/2017", date(2017, 2, 13)),
        ("02/13/2017", date(2017, 2, 13)),
        ("13/13/2017", None),
        ("31 February 2017", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_one_that_is_stated_in_full(stated: object, found: date | None) -> None:
    assert parse_date(stated) == found


@pytest.mark.parametrize("stated", ["2017-13-01", "05/04/2017"])
def test_a_date_that_is_not_clear_is_unknown_and_told(stated: str) -> None:
    front = f"---\ntitle: D\npublished: {stated}\n---\nOne came."
    for data, name in (
        (front, "a.txt"),
        (front, "a.md"),
        (f'{{"title": "D", "text": "One came.", "published": "{stated}"}}', "a.jsonl"),
    ):
        document = one(data, name)
        assert document.about == Metadata("D")
        assert "One came." in (document.text, *texts(document))
        (told,) = document.warnings
        assert stated in told
    assert one(f"---\ndate: {stated}\n---\nOne came.").text == "One came."


def test_what_would_grow_without_end_does_not() -> None:
    names = "abcdefghi"
    refs = "\n".join(f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in pairwise(names))
    document = one(f"---\na: &a [x]\n{refs}\ntitle: [*i, *i, Real]\n---\nOne came.")
    assert document.about.title == "Real"
    entities = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    feed = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol">{entities}'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item>'
        "<title>T</title><description>&i; &x; One came.</description></item></channel></rss>"
    )
    try:
        found = [texts(d) for d in read(feed, "feed.rss") if isinstance(d, Document)]
    except SourceError:
        found = []
    assert all(len(text) < 1000 and "root:" not in text for entry in found for text in entry)
