"""Word documents, the tables in them and in pages, and archives that would do harm."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.reading.formats import archive as archives
from index.reading.formats.document import Metadata
from index.reading.formats.tables import say_rows
from tests.index.reading.formats.files import BODY, PAGE, one, read, said, texts, word
from tests.index.reading.formats.made import archive


def test_a_word_document() -> None:
    document = one(word(*BODY, heading="Town keeps its tram"))
    assert said(document) == [
        ("heading", "Town keeps its tram"),
        *(("body", text) for text in BODY),
        ("table", "Votes | 9,000"),
    ]
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
    assert texts(one(written.getvalue())) == [*SAID, "Both 1"]
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


def test_an_archive_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1_000_000)
    bomb = archive({"word/document.xml": bytes(2_000_000)})
    assert len(bomb) < 10_000
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(bomb, "bomb.docx")
    names = ("word/document.xml", *map(str, range(archives.MOST_PARTS)))
    many = archive(dict.fromkeys(names, b""))
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(many, "bomb.docx")


def test_an_archive_that_lies_about_its_sizes_gives_no_more_than_it_states() -> None:
    data = bytearray(word(*BODY))
    for at in (data.find(b"PK\x01\x02"), data.find(b"PK\x03\x04")):
        offset = at + (24 if data[at + 2] == 1 else 22)
        data[offset : offset + 4] = (5).to_bytes(4, "little")
    with pytest.raises(SourceError, match="damaged"):
        read(bytes(data), "lie.docx")
