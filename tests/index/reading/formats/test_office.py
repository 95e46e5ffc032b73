"""Presentations, sheets and OpenDocument files."""

import pytest

from index.errors import SourceError
from index.reading.formats.document import Block, Metadata
from index.reading.formats.office import xlsx
from index.reading.formats.office.numbers import write_number
from index.reading.formats.sheet import find_delimiter
from tests.index.reading.formats.files import one, read, said, texts
from tests.index.reading.formats.made import CSV, archive, open_document, slides, workbook


def test_a_presentation_is_read_slide_by_slide() -> None:
    document = one(slides())
    assert document.about == Metadata("The ferry of Marl", "Jo Lind")
    assert document.warnings == ("1 hidden slide left out",)
    assert document.blocks == (
        Block("The ferry of Marl", "heading", 1, 1),
        Block("The ferry sails at nine.", "item", 0, 1),
        Block("It takes forty minutes.", "item", 1, 1),
        Block("The toll rises in June.", "body", 0, 1),
        Block("Tolls", "heading", 1, 2),
        Block("Season | Toll", "table", 0, 2),
        Block("Season: Winter; Toll: five crowns.", "table", 0, 2),
        Block("In a group stands this.", "body", 0, 4),
    )


def test_a_workbook_is_read_sheet_by_sheet_as_it_shows_its_numbers() -> None:
    document = one(workbook())
    assert document.about == Metadata(author="Jo Lind")
    assert document.warnings == ("1 comment left out", "1 hidden sheet left out")
    assert said(document) == [
        *(("heading", "Tolls"), ("caption", "Tolls of the ferry")),
        ("table", "Season | Toll | Share | Since"),
        ("table", "Season: Summer; Toll: 9.50 kr; Share: 12.5%; Since: 2021-05-01."),
        ("table", "Season: Winter; Toll: 1,234,567.00 kr; Share: 50.0%; Since: 2021-05-01 09:30."),
        *(("heading", "Crew"), ("table", "Name | Age"), ("table", "Name: Anna; Age: 41.")),
    ]


@pytest.mark.parametrize(
    ("value", "pattern", "shown"),
    [
        *((0.125, "0.0%", "12.5%"), (0.1, "0%", "10%"), (1234.5, "#,##0", "1,234")),
        *((9.5, "#,##0.00 [$€-407]", "9.50 €"), (9.5, '"about "0.0', "about 9.5")),
        *((-3, "#,##0;[Red]-#,##0", "-3"), (5, "General", "5"), (0.30000000000000004, "", "0.3")),
        *(
            (1e20, "0.00E+00", "1e+20"),
            (0.001, "0.0", "0.001"),
            (2.5, "0.##", "2.5"),
            (0, "0", "0"),
        ),
        *((2.0, "0.##", "2"), (7, "00000", "00007"), (5.0, "", "5"), (12, "@", "12")),
    ],
)
def test_numbers_as_a_sheet_shows_them(value: float, pattern: str, shown: str) -> None:
    assert write_number(value, pattern) == shown


def test_a_sheet_of_far_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 10)
    with pytest.raises(SourceError, match="more than 10 cells"):
        one(workbook())
    for kind in ("xl/workbook.xml", "ppt/presentation.xml"):
        with pytest.raises(SourceError, match="damaged"):
            read(archive({"[Content_Types].xml": "", kind: ""}), "a.bin")


def test_rows_apart_by_commas_semicolons_or_tabs() -> None:
    expected = [
        *("Season | Toll | Mayor", "Season: Summer; Toll: 9,5; Mayor: Ada Brandt."),
        "Season: Winter; Toll: 5; Mayor: Lind; Jo.",
    ]
    assert texts(one(CSV, "a.csv")) == expected
    assert texts(one(CSV.replace(";", "\t").replace("Lind\t", "Lind;"), "a.tsv")) == expected
    assert texts(one(CSV.replace(";", "\t").replace("Lind\t", "Lind;"), "a.txt")) == expected
    years = "Country,2021,2022\nMarl,5,7\nLund,6,\n"
    assert texts(one(years, "a.csv"))[1:] == [
        *("Country: Marl; 2021: 5; 2022: 7.", "Country: Lund; 2021: 6.")
    ]
    assert texts(one("The ferry sails.\nIt is late.\n", "a.csv")) == [
        *("The ferry sails.", "It is late.")
    ]
    assert find_delimiter("a|b\n1,0|2\n") == "|"
    with pytest.raises(SourceError, match="damaged table"):
        read("a,b\n1," + "x" * 1_000_001, "a.csv")


NOTE = "<text:note><text:note-citation>1</text:note-citation><text:note-body>{}</text:note-body>"


def test_a_text_of_open_document() -> None:
    hidden = (
        '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    )
    note = NOTE.format("<text:p>The load was of sand.</text:p>") + "</text:note>"
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = f"<table:table-row>{cell}{cell}</table:table-row>"
    body = f"""
        <text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p>
        </text:deletion></text:changed-region></text:tracked-changes>
        <text:h text:outline-level="1">The ferry of Marl</text:h>
        <text:p>It sails<text:s text:c="3"/>at <text:span>nine</text:span>{note}<text:span
        text:style-name="H"> or ten</text:span>.<office:annotation><text:p>Sure?</text:p>
        </office:annotation></text:p>
        <text:list><text:list-item><text:p>One</text:p><text:list><text:list-item><text:p>Two</text:p>
        </text:list-item></text:list></text:list-item></text:list>
        <text:p><draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>
        </text:p>
        <table:table table:name="T1">{row.format("Season", "Toll")}{row.format("Winter", "5")}
        </table:table>"""
    document = one(open_document("text", body, hidden))
    assert document.about == Metadata("The ferry of Marl", "Jo Lind", language="en")
    assert document.blocks == (
        Block("The ferry of Marl", "heading", 1),
        Block("It sails at nine."),
        Block("The load was of sand."),
        Block("One", "item", 0),
        Block("Two", "item", 1),
        Block("In a box."),
        Block("Season | Toll", "table"),
        Block("Season: Winter; Toll: 5.", "table"),
    )
    assert document.warnings == ("1 comment left out", "1 hidden piece of text left out")


def test_sheets_and_slides_of_open_document() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    empty = '<table:table-cell table:number-columns-repeated="16380"/>'
    rows = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}{empty}</table:table-row>"
        for row in (("Season", "Toll"), ("Winter", "5"))
    )
    many = f'<table:table-row table:number-rows-repeated="1048574">{empty}</table:table-row>'
    sheet = f'<table:table table:name="Tolls">{rows}{many}</table:table>'
    assert said(one(open_document("spreadsheet", sheet))) == [
        ("heading", "Tolls"),
        ("table", "Season | Toll"),
        ("table", "Season: Winter; Toll: 5."),
    ]
    page = """<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>The ferry
        </text:p></draw:text-box></draw:frame><draw:frame presentation:class="outline">
        <draw:text-box><text:p>It sails.</text:p></draw:text-box></draw:frame></draw:page>"""
    assert one(open_document("presentation", page + page)).blocks == (
        *(Block("The ferry", "heading", 1, 1), Block("It sails.", page=1)),
        *(Block("The ferry", "heading", 1, 2), Block("It sails.", page=2)),
    )


def test_a_damaged_file_of_open_document_is_refused() -> None:
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a>"}
    with pytest.raises(SourceError, match="damaged OpenDocument"):
        read(archive(parts), "a.odt")
