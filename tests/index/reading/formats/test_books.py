"""Books, subtitles, reStructuredText, front matter, tables in plain text, and archives."""

from datetime import date

import pytest

from index.errors import SourceError
from index.reading.formats import bundle, inside
from index.reading.formats.document import Block, Document, Metadata
from tests.index.reading.formats.files import one, read, said, texts, word
from tests.index.reading.formats.made import CSV, RST, SRT, VTT, archive, book

CHAPTER = (
    "<h1>Chapter&nbsp;One</h1><p>It was <i>night</i> &amp; dark.<br/>Nobody came.</p>"
    "<ul><li>One<ul><li>Two</li></ul></li></ul>"
    "<table><tr><th>Season</th><th>Toll</th></tr><tr><td>Winter</td><td>5</td></tr></table>"
)


def test_a_book_is_read_chapter_by_chapter() -> None:
    document = one(book({"b.xhtml": CHAPTER, "a.xhtml": "<p>Then came day.</p>"}))
    assert document.about == Metadata("The ferry", "Jo Lind, Al Berg", date(2020, 5, 1), None, "en")
    assert document.blocks == (
        Block("Chapter One", "heading", 1),
        Block("It was night & dark. Nobody came."),
        Block("One", "item", 0),
        Block("Two", "item", 1),
        Block("Season | Toll", "table"),
        Block("Season: Winter; Toll: 5.", "table"),
        Block("Of a.xhtml", "heading", 1),
        Block("Then came day."),
    )


def test_a_protected_book_is_refused_and_a_damaged_one() -> None:
    locked = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        '<e:EncryptionMethod Algorithm="{}"/></e:EncryptedData></encryption>'
    )
    part = "META-INF/encryption.xml"
    with pytest.raises(SourceError, match="protected"):
        read(book({"a.xhtml": "x"}, more={part: locked.format("aes")}), "a.epub")
    font = locked.format("http://www.idpf.org/2008/embedding")
    assert one(book({"a.xhtml": "It sails."}, more={part: font})).blocks
    with pytest.raises(SourceError, match="damaged book"):
        read(archive({"mimetype": "application/epub+zip"}), "a.epub")


@pytest.mark.parametrize(
    ("data", "names"), [(VTT, ("Jo Lind", "Ada Brandt")), (SRT, ("JO LIND", "ADA"))]
)
def test_subtitles_say_who_speaks_when(data: str, names: tuple[str, str]) -> None:
    document = one(data, "a.txt")
    assert said(document) == [
        *(("heading", f"{names[0]}, 0:00:01"), ("body", "Good evening. The ferry sails at nine.")),
        *(("heading", f"{names[1]}, 0:01:12"), ("body", "The toll is five crowns.")),
    ]
    assert document.about.title == ("The council of Marl" if data is VTT else None)


def test_subtitles_that_roll_are_read_once_and_words_with_colons_are_no_speakers() -> None:
    rolling = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nRemember: the\n\n"
        "00:02.000 --> 00:03.000\nRemember: the\nferry sails.\n"
    )
    assert said(one(rolling)) == [("heading", "0:00:01"), ("body", "Remember: the ferry sails.")]
    with pytest.raises(SourceError, match="no subtitles"):
        read("WEBVTT\n\nNOTE nothing\n", "a.vtt")


def test_restructured_text() -> None:
    document = one(RST, "a.rst")
    assert document.about == Metadata("The ferry of Marl", "Jo Lind", date(2024, 5, 6))
    assert document.blocks == (
        Block("The ferry of Marl", "heading", 1),
        Block("The ferry sails at nine; see the plan."),
        Block("Tolls", "heading", 2),
        Block("Summer is dear.", "item"),
        Block("Winter is not.", "item"),
        Block("Added in version 1.2: The toll was added."),
        Block("ferry --sail", "code"),
        Block("Season | Toll", "table"),
        Block("Season: Winter; Toll: five crowns.", "table"),
    )
    assert document.warnings == ("1 “toctree” left out", "1 “include” left out")


FRONT = {
    "yaml": "---\ntitle: Bridge closes\ndate: 2024-05-06\n---\n",
    "dots": "---\ntitle: Bridge closes\ndate: 2024-05-06\n...\n",
    "toml": '+++\ntitle = "Bridge closes"\ndate = 2024-05-06\n+++\n',
    "time": '+++\ntitle = "Bridge closes"\ndate = 2024-05-06T23:30:00-07:00\n[a]\nb = 1\n+++\n',
    "json": '{\n"title": "Bridge closes",\n"date": "2024-05-06"\n}\n',
    "fenced json": ';;;\n{"title": "Bridge closes", "date": "2024-05-06"}\n;;;\n',
    "named": '---toml\ntitle = "Bridge closes"\ndate = "2024-05-06"\n---\n',
}


@pytest.mark.parametrize("front", FRONT.values(), ids=FRONT)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_is_read_and_is_no_text(front: str, name: str) -> None:
    document = one(f"{front}\nThe council closed it.\n", name)
    assert document.about == Metadata("Bridge closes", None, date(2024, 5, 6))
    assert [document.text.strip(), *texts(document)][-1] == "The council closed it."
    assert document.warnings == ()


@pytest.mark.parametrize(
    ("front", "title"),
    [
        (
            "---\ntitle: Bridge: it closes\ntags:\n  - a\ndate: 2024-05-06\n---\n",
            "Bridge: it closes",
        ),
        ("+++\ntitle = Bridge closes\ndate = 2024-05-06\n+++\n", "Bridge closes"),
        ("---\ntitle: [x\ndate: 2024-05-06\n---\n", None),
    ],
)
def test_front_matter_that_cannot_be_parsed_is_told(front: str, title: str | None) -> None:
    document = one(f"{front}The council closed it.\n", "a.md")
    assert document.about == Metadata(title, None, date(2024, 5, 6))
    assert texts(document) == ["The council closed it."]
    assert "read line by line" in document.warnings[0]


def test_what_only_looks_like_front_matter_is_text() -> None:
    for text in (
        "+++\nOne came.\n+++\nTwo.",
        '{\n"a": 1\n}\nTwo.',
        '{"title": "T"}',
        "{\n",
        ";;;\n",
    ):
        assert one(text, "a.txt").text == text


def test_tables_drawn_in_plain_text_are_read_by_rows() -> None:
    bars = "| Season | Toll |\n|--------|------|\n| Winter | 5    |\n"
    rule = "+--------+------+\n"
    grid = f"{rule}| Season | Toll |\n{rule.replace('-', '=')}| Winter | 5    |\n{rule}"
    ruled = "Season    Toll\n------    ----\nWinter    5\n"
    aligned = "Season    Toll\nSummer       9\nWinter       5\n"
    tabs = "Season\tToll\nSummer\t9\nWinter\t5\n"
    for table in (bars, grid, ruled, aligned, tabs):
        document = one(f"The tolls are these.\n\n{table}\nAll was said.\n", "a.txt")
        assert said(document)[0] == ("body", "The tolls are these.")
        assert said(document)[1] == ("table", "Season | Toll")
        assert said(document)[-2:] == [
            ("table", "Season: Winter; Toll: 5."),
            ("body", "All was said."),
        ]
    for prose in ("One | two.\nThree.\n", "A title\n=======\n\nOne came.\n", "One came.\n" * 3):
        assert one(prose).blocks == ()


def test_an_archive_of_files() -> None:
    data = archive(
        {
            "b/tolls.csv": CSV,
            "a.docx": word("One came."),
            "c.md": "# Head\n\nTwo came.",
            "__MACOSX/c.md": "junk",
            "d.png": "x",
            "e.pdf": "%PDF-1.7",
            "f.zip": archive({"g.txt": "Three came."}),
        }
    )
    found = read(data, "all.zip")
    members = [each.member if isinstance(each, Document) else str(each) for each in found]
    assert members[:3] == ["a.docx", "b/tolls.csv", "c.md"]
    assert members[3].startswith("e.pdf in all.zip is a damaged PDF")
    assert members[4] == "f.zip/g.txt"
    assert len({each.key for each in found if isinstance(each, Document)}) == 4
    with pytest.raises(SourceError, match=r"without articles \(1 .png\)"):
        read(archive({"a.png": "x"}), "a.zip")


def test_archives_that_would_do_harm_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    (bomb,) = read(archive({"a.txt": bytes(2 * bundle.SMALL)}), "a.zip")
    assert "unpacks to more than" in str(bomb)
    nested = archive({"a.txt": "One came."})
    for _ in range(5):
        nested = archive({"a.zip": nested})
    (deep,) = read(nested, "a.zip")
    assert "too deep" in str(deep)
    monkeypatch.setattr(inside, "MOST_FILES", 2)
    with pytest.raises(SourceError, match="more than 2 files"):
        read(archive({f"{n}.txt": "One came." for n in range(3)}), "a.zip")
