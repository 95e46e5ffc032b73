"""A real file of each format that is named, read to sentences that stand in its text."""

import json
from pathlib import Path

import pytest

from index.article import Article
from index.errors import SourceError
from index.reading.find import find_files
from index.reading.formats.names import FORMATS
from index.reading.preview import preview
from index.reading.read import AS_FOUND, Blob, read_source
from tests.index.reading.formats import made
from tests.index.reading.formats.files import PAGE, RSS, STORY, pdf, word

CHAPTER = "<h1>One</h1><p>It takes forty minutes.</p>"
DOCUMENT = "<text:h text:outline-level='1'>Sailing</text:h><text:p>It takes forty minutes.</text:p>"
LINE = json.dumps({"title": "The tram", "text": "The tram takes forty minutes."})
FILES: dict[str, tuple[str, str | bytes, str]] = {
    "plain text": ("a.txt", "The tram takes forty minutes.", "forty minutes"),
    "Markdown": ("a.md", "# Sailing\n\nIt takes forty minutes.\n", "forty minutes"),
    "reStructuredText": ("a.rst", made.RST, "The ferry sails at nine"),
    "HTML": ("a.html", PAGE, "The town of Marl voted"),
    "PDF": ("a.pdf", pdf(STORY), "The town of Marl voted"),
    "Word (DOCX)": ("a.docx", word("It takes forty minutes."), "forty minutes"),
    "PowerPoint (PPTX)": ("a.pptx", made.slides(), "Season: Winter; Toll: five crowns."),
    "Excel (XLSX)": ("a.xlsx", made.workbook(), "Name: Anna; Age: 41."),
    "OpenDocument (ODT, ODS, ODP)": (
        *("a.odt", made.open_document("text", DOCUMENT)),
        "It takes forty minutes.",
    ),
    "CSV and TSV": ("a.csv", made.CSV, "Season: Winter; Toll: 5; Mayor: Lind; Jo."),
    "EPUB": ("a.epub", made.book({"a.xhtml": CHAPTER}), "It takes forty minutes."),
    "mail (EML, MBOX)": ("a.eml", made.mail("It takes forty minutes."), "forty minutes"),
    "subtitles (VTT, SRT)": ("a.vtt", made.VTT, "The toll is five crowns."),
    "RSS and Atom": ("a.rss", RSS, "The town voted to keep its tram."),
    "JSON Lines": ("a.jsonl", LINE, "The tram takes forty minutes."),
    "ZIP of these": ("a.zip", made.archive({"b.txt": "It takes an hour."}), "It takes an hour."),
}


def test_each_format_that_is_named_is_tried() -> None:
    assert list(FILES) == list(FORMATS)
    assert all(name.endswith(FORMATS[kind]) for kind, (name, _, _) in FILES.items())


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("named", [True, False], ids=["by its name", "by its content"])
def test_a_file_of_each_format_is_read(kind: str, named: bool, tmp_path: Path) -> None:
    name, data, sentence = FILES[kind]
    told_by_name = {"Markdown", "reStructuredText", "CSV and TSV"}
    path = tmp_path / (name if named or kind in told_by_name else "unnamed")
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    parsed = [each for each in preview(path, AS_FOUND) if not isinstance(each, SourceError)]
    said = [
        (passage.section, p.article.text[s.start : s.end])
        for p in parsed
        for passage in p.passages
        for s in passage.sentences
    ]
    assert any(sentence in text for _, text in said)
    for each in parsed:
        paragraphs = {p.number: p for p in each.paragraphs}
        for s in each.sentences:
            around = paragraphs[s.paragraph]
            assert around.start <= s.start < s.end <= around.end
        assert each.article.path == str(path)
    if named:
        assert list(find_files([tmp_path])) == [path]


def test_subtitles_and_sheets_cite_when_and_where() -> None:
    sections = {
        name: {
            passage.section
            for each in preview(Blob(name, data), AS_FOUND)
            if not isinstance(each, SourceError)
            for passage in each.passages
        }
        for name, data in (("a.vtt", made.VTT.encode()), ("a.xlsx", made.workbook()))
    }
    assert sections["a.vtt"] == {"Jo Lind, 0:00:01", "Ada Brandt, 0:01:12"}
    assert sections["a.xlsx"] == {"Tolls", "Crew"}


def test_files_in_files_are_told_apart_and_named(tmp_path: Path) -> None:
    path = tmp_path / "news.zip"
    files = {"a/ferry-tolls.csv": made.CSV, "b.md": "---\ntitle: T\n---\nIt sails.", "c.txt": " "}
    path.write_bytes(made.archive(files))
    first, second, empty = read_source(path, AS_FOUND)
    assert isinstance(first, Article)
    assert (first.title, first.source) == ("ferry tolls", f"{path}/a/ferry-tolls.csv")
    assert isinstance(second, Article)
    assert (second.title, second.path) == ("T", str(path))
    assert isinstance(empty, SourceError)
    assert str(empty).startswith(f"c.txt in {path} is empty")
    path.write_bytes(made.archive(files | {"a/ferry-tolls.csv": made.CSV + "Spring;7;Al\n"}))
    again = next(read_source(path, AS_FOUND))
    assert isinstance(again, Article)
    assert again.id == first.id


def test_a_row_of_a_table_is_no_title() -> None:
    (article,) = read_source(Blob("tolls.csv", made.CSV.encode()), AS_FOUND)
    assert isinstance(article, Article)
    assert article.title == "tolls"
