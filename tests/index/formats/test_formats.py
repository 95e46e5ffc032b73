"""Each format with real files of its kind; what is damaged or locked is refused in a sentence."""

import io
import zipfile
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.formats import detect, docx, html
from index.formats.document import Document, Metadata, parse_date
from index.formats.html import fragment_text
from index.formats.pdf import join_pages
from index.formats.tables import say_rows
from tests.index.formats.files import ATOM, BODY, PAGE, RSS, pdf, word

STORY = " ".join(BODY).replace("“", '"').replace("”", '"')


def read(data: bytes | str, name: str) -> list[Document | SourceError]:
    raw = data.encode() if isinstance(data, str) else data
    return list(detect.read(raw, name, f".{name.rpartition('.')[2]}"))


def one(data: bytes | str, name: str = "file") -> Document:
    (document,) = read(data, name)
    assert isinstance(document, Document)
    return document


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


def test_a_pdf_has_pages_and_paragraphs() -> None:
    document = one(pdf(f"{STORY}\n\nThe end of the first page.", STORY, title="Tram"))
    first, second = document.text.split("\f")
    assert first.split("\n\n")[0] == STORY
    assert "The end of the first page." in first
    assert second.strip() == STORY
    assert document.about.title == "Tram"
    assert document.about.published is None, "when a file was made is not when it was published"


def test_lines_are_joined_over_pages_without_headers_and_hyphens() -> None:
    pages = [
        ["The Post 1", "A long line that fills the page to its edge, and then is hyphen-",
         "ated at the end of it, and a text that goes on over the end of the page"],
        ["The Post 2", "with its last words.", "A second paragraph stands on the page by itself.",
         "It ends."],
        ["The Post 3", "Third."],
    ]  # fmt: skip
    text = join_pages(pages)
    assert "is hyphenated at the end of it, and a text that goes" in text
    assert "over the end of the page with its last words." in text
    assert text.count("\f") == 2
    assert text.startswith("The Post 1\n\nA long")
    assert "\fThe Post 2\n\nA second paragraph" in text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(pdf(STORY, password="secret"), "encrypted", id="encrypted"),
        pytest.param(pdf(STORY)[:-700], "damaged PDF", id="cut off"),
        pytest.param(b"%PDF-1.7\nnothing", "damaged PDF", id="a head alone"),
        pytest.param(pdf(""), "no text", id="an empty page"),
        pytest.param(word(STORY)[:3000], "damaged", id="half a Word document"),
        pytest.param(b"PK\x05\x06" + bytes(18), "binary", id="an empty archive"),
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


def test_a_word_document() -> None:
    document = one(word(*BODY, heading="Town keeps its tram"))
    blocks = document.text.split("\n\n")
    assert blocks == ["# Town keeps its tram", *BODY, "Votes | 9,000"]
    assert document.about == Metadata("Town keeps its tram", "Jo Lind")
    assert one(word(*BODY, heading="A", title="B")).about.title == "B"


CITIES = [("City", "Population"), ("Ankara", "5,747,325"), ("Izmir", "")]
SAID = ["City | Population", "City: Ankara; Population: 5,747,325.", "City: Izmir."]


def test_rows_of_tables_are_said_with_the_names_of_their_columns() -> None:
    import docx

    written, document = io.BytesIO(), docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, cells in enumerate(CITIES):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    merged = table.add_row()
    merged.cells[0].merge(merged.cells[1]).text = "Both 1"
    document.save(written)
    assert one(written.getvalue()).text.split("\n\n") == [*SAID, "Both 1"]
    rows = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in CITIES)
    rows = rows.replace("td>", "th>", 4)
    page = PAGE.replace("</article>", f"<table>{rows}</table></article>")
    assert "\n\n".join(SAID) in one(page).text


def test_without_names_rows_stay_as_they_are() -> None:
    rows = [("Votes", "9,000"), ("Seats", "31"), ("", "")]
    assert list(say_rows(rows)) == ["Votes | 9,000", "Seats | 31"]
    assert list(say_rows([("a", "b"), ("c",)], named=True)) == ["a | b", "c"]


@given(st.lists(st.lists(st.text("ab 1.?", max_size=4), min_size=2, max_size=2), max_size=4))
def test_every_cell_of_a_table_is_said(rows: list[list[str]]) -> None:
    said = "\n".join(say_rows(rows))
    assert all(cell in said for row in rows for cell in row)


def archive(*parts: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts:
            file.writestr(name, data)
    return written.getvalue()


def test_an_archive_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "MOST_UNPACKED", 1_000_000)
    bomb = archive(("word/document.xml", bytes(2_000_000)))
    assert len(bomb) < 10_000
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(bomb, "bomb.docx")
    many = archive(("word/document.xml", b""), *((f"{n}", b"") for n in range(docx.MOST_PARTS)))
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(many, "bomb.docx")


def test_an_archive_that_lies_about_its_sizes_gives_no_more_than_it_states() -> None:
    data = bytearray(word(*BODY))
    for at in (data.find(b"PK\x01\x02"), data.find(b"PK\x03\x04")):
        offset = at + (24 if data[at + 2] == 1 else 22)
        data[offset : offset + 4] = (5).to_bytes(4, "little")
    with pytest.raises(SourceError, match="damaged"):
        read(bytes(data), "lie.docx")


def test_another_archive_is_no_article() -> None:
    with pytest.raises(SourceError, match="archive, not an article"):
        read(archive(("a.txt", b"One came.")), "a.zip")


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
    assert first.text == "The town voted to keep its tram.\n\nThe count went on until midnight."
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
    assert document.text == "The town voted to keep its tram."
    assert document.about.published == date(2019, 5, 6)


def test_markdown_is_what_is_read_on_the_page() -> None:
    document = one(
        "---\ntitle: The tram\ndate: 6 May 2019\nby: Jo Lind\n---\n"
        "# A *head*\n\nOne **came**\nto [Marl](http://x).\n\n3. three\n4. four\n\n- a\n\n"
        "|a|b|\n|-|-|\n|c|d|\n|e||\n\n![no](x.png)\n\n```\ncode\n```\n",
        "a.md",
    )
    assert document.text.split("\n\n") == [
        *("# A head", "One came to Marl.", "3. three", "4. four", "- a"),
        *("a | b", "a: c; b: d.", "a: e.", "code"),
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
    assert one(pdf(STORY), "letter.docx").text.strip() == STORY
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
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_one_that_is_stated_in_full(stated: object, found: date | None) -> None:
    assert parse_date(stated) == found


def test_fragments_of_html() -> None:
    assert fragment_text("a &amp; b<br>c <p>d</p><script>e</script>") == "a & b\n\nc\n\nd"
    assert fragment_text("plain") == "plain"


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
        texts = [d.text for d in read(feed, "feed.rss") if isinstance(d, Document)]
    except SourceError:
        texts = []
    assert all(len(text) < 1000 and "root:" not in text for text in texts)


def test_a_web_page_without_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST", 100)
    with pytest.raises(SourceError, match="larger than a web page"):
        one(PAGE)
