"""PDF files: what is read of their pages, and what is told."""

import io
import time

import pytest
from fpdf import FPDF
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.errors import SourceError
from index.reading.formats.document import Document
from tests.index.reading.formats.files import STORY, one, pdf, read

TITLE = "The closing of the old timber bridge and what it means for the other bank of the river"
LEFT = (
    "The council of Lund closed the old|bridge on Monday because its timber|piles had been found "
    "to be rotten be-|low the water line. Mayor Anna Velde|said that the repair would cost eleven|"
    "million crowns and take three years."
)
RIGHT = (
    "The ferry company asked the council|for a subsidy of two million crowns a|year. Its director "
    "Nils Brandt told the|committee that without the money the|boats would stop at ten in the "
    "evening,|and the sailors would be dismissed."
)
LONG = "A long line that fills the page to its edge, and then is hyphen-|ated at the end, and "
COLUMNS = (LEFT, RIGHT)


def draw(*pages: list[tuple[float, float, float, str]], title: str = "") -> bytes:
    """Draw lines of text: each is (x, y, size of the type, text)."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setAuthor("")
    canvas.setTitle(title)
    for page in pages:
        for x, y, size, text in page:
            canvas.setFont("Times-Roman", size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def set_lines(
    x: float, y: float, text: str, size: float = 11
) -> list[tuple[float, float, float, str]]:
    return [(x, y - 13 * n, size, line) for n, line in enumerate(text.split("|"))]


def by_kind(document: Document, kind: str) -> list[str]:
    return [block.text for block in document.blocks if block.kind == kind]


def joined(lines: str) -> str:
    return lines.replace("be-|low", "below").replace("|", " ")


def test_a_pdf_has_pages_and_paragraphs() -> None:
    document = one(pdf(f"{STORY}\n\nThe end of the first page.", STORY, title="Tram"))
    assert [(block.text, block.page) for block in document.blocks] == [
        (STORY, 1),
        ("The end of the first page.", 1),
        (STORY, 2),
    ]
    assert document.about.title == "Tram"
    assert document.about.published is None, "when a file was made is not when it was published"
    assert document.warnings == ()


@pytest.mark.parametrize("by_rows", [False, True])
def test_a_wide_title_and_a_wide_footer_leave_columns_whole(by_rows: bool) -> None:
    lines = [*set_lines(42, 740, COLUMNS[0]), *set_lines(312, 740, COLUMNS[1])]
    if by_rows:
        lines.sort(key=lambda line: (-line[1], line[0]))
    footer = (
        "Published by the harbour office of Port Imber, Quay Street 4, open all week until five"
    )
    document = one(
        draw([(42, 785, 14, TITLE), *lines, (42, 40, 7, f"{footer}, tel. 040 11 22 33")])
    )
    assert by_kind(document, "heading") == [TITLE]
    assert by_kind(document, "body") == [joined(column) for column in COLUMNS]
    assert document.about.title == TITLE


def test_a_narrow_text_is_one_paragraph_however_wide_the_footer() -> None:
    footer = (
        "Published by the harbour office of Port Imber, Quay Street 4, open all week until five"
    )
    document = one(
        draw([*set_lines(42, 740, COLUMNS[0]), (42, 40, 11, f"{footer}, telephone 4711.")])
    )
    assert by_kind(document, "body")[0] == joined(COLUMNS[0])


def test_lines_are_joined_over_pages_without_heads_and_hyphens() -> None:
    pages = [
        LONG + "a text that goes on over the end of the",
        "page with its last words.|A second paragraph stands on the page by itself.|It ends.",
        "A third page comes with a third text on it, which ends at once.",
    ]
    document = one(
        draw(
            *(
                [(42, 800, 9, f"The Post {n}"), *set_lines(42, 740, text), (290, 30, 9, f"- {n} -")]
                for n, text in enumerate(pages, 1)
            )
        )
    )
    first = document.blocks[0]
    assert first.text.endswith("a text that goes on over the end of the page with its last words.")
    assert "is hyphenated at the end" in first.text
    assert first.page == 1
    assert by_kind(document, "furniture") == [
        text for n in (1, 2, 3) for text in (f"The Post {n}", f"- {n} -")
    ]


def test_footnotes_stand_apart() -> None:
    note = "1 The figures of the harbour office include the ferries, but not the fishing boats."
    lines = [*set_lines(42, 740, COLUMNS[0]), *set_lines(312, 740, COLUMNS[1])]
    document = one(draw([*lines, (42, 60, 7.5, note)], [*set_lines(42, 740, "It was over.")]))
    assert by_kind(document, "body") == [*map(joined, COLUMNS), note, "It was over."]


def test_what_runs_up_the_margin_is_furniture() -> None:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=11)
    document.multi_cell(0, 6, STORY)
    with document.rotation(90, 8, 100):
        document.text(8, 100, "Downloaded by reader 4711")
    read_again = one(bytes(document.output()))
    assert by_kind(read_again, "body") == [STORY]
    assert by_kind(read_again, "furniture") == ["Downloaded by reader 4711"]


def test_rows_of_tables_are_read_with_the_names_of_their_columns() -> None:
    rows = [("Harbour", "Boats"), ("Port Imber", "412"), ("Hollin", "87"), ("Grenna", "1,240")]
    cells = [
        (x, 500 - 14 * n, 11.0, cell)
        for n, row in enumerate(rows)
        for x, cell in zip((42, 200), row, strict=True)
    ]
    document = one(draw([*set_lines(42, 740, COLUMNS[0]), *cells]))
    assert by_kind(document, "table")[1] == "Harbour: Port Imber; Boats: 412."
    assert len(by_kind(document, "table")) == 4


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - Document3.docx", "untitled", "Model", "Book1", "Binder1.pdf", "zen.txt",
     "PowerPoint Presentation", "Untitled-1", "C:\\Users\\jo\\bridge", " ", "\0"],
)  # fmt: skip
def test_titles_of_programs_are_not_used(title: str) -> None:
    lines = [(42, 785, 14.0, "Closing of the bridge"), *set_lines(42, 740, COLUMNS[0])]
    assert one(draw(lines, title=title)).about.title == "Closing of the bridge"


@pytest.mark.parametrize("title", ["The bridge", "The bridge\0", "Book of the bridge", "Model 3"])
def test_other_titles_are(title: str) -> None:
    found = one(draw(set_lines(42, 740, COLUMNS[0]), title=title)).about.title
    assert found == (None if title == "Model 3" else title.rstrip("\0"))


def identity_h(codes: str, name: str = "ABCDEF+Calibri", cmap: str = "Identity-H") -> bytes:
    """Make a page in a font that does not say which characters its glyphs are."""
    ordering = "Japan1" if cmap == "H" else "Identity"
    about = f"<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>"
    fonts = "/Resources<</Font<</F1 4 0 R>>>>"
    stream = f"BT /F1 12 Tf 40 700 Td <{codes}> Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 6 0 R{fonts}>>",
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{cmap}/DescendantFonts[5 0 R]>>",
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{name}/DW 500/CIDSystemInfo{about}>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream",
    ]
    text, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        f"{text}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF"
    ).encode()


def test_fonts_without_a_map_are_told() -> None:
    shifted = "".join(f"{ord(character) - 29:04x}" for character in STORY[:90])
    with pytest.raises(SourceError, match="does not say which characters its fonts draw"):
        read(identity_h(shifted), "a.pdf")


def test_maps_that_everybody_has_are_used() -> None:
    text = "市議会は月曜日、古い橋を春まで閉鎖することを決めた。"
    codes = text.encode("iso2022_jp").removeprefix(b"\x1b$B").removesuffix(b"\x1b(B").hex()
    assert one(identity_h(codes, "Ryumin-Light", "H")).blocks[0].text == text


def test_pages_without_text_are_told() -> None:
    document = one(draw(set_lines(42, 740, COLUMNS[0]), [], []))
    assert document.warnings == ("2 of 3 pages hold no text: 2, 3",)


def test_a_footnote_goes_on_on_the_next_page() -> None:
    first = "1 The figures of the harbour office include the ferries, but they leave out the"
    document = one(
        draw(
            [*set_lines(42, 740, LEFT), (42, 60, 7.5, first)],
            [*set_lines(42, 740, "It was over."), (42, 60, 7.5, "fishing boats and the tugs.")],
        )
    )
    note = f"{first} fishing boats and the tugs."
    assert by_kind(document, "body") == [joined(LEFT), note, "It was over."]


def test_a_mark_on_every_page_is_furniture() -> None:
    pages = [[*set_lines(42, 740, text), (120, 400, 48, "DRAFT COPY")] for text in COLUMNS]
    document = one(
        draw(*pages, [*set_lines(42, 740, "It was over."), (120, 400, 48, "DRAFT COPY")])
    )
    assert by_kind(document, "furniture") == ["DRAFT COPY"] * 3
    assert by_kind(document, "body") == [*map(joined, COLUMNS), "It was over."]


def test_numbers_of_lines_are_furniture() -> None:
    lines = set_lines(80, 740, f"{LEFT}|{RIGHT}")
    numbers = [(56 - 6 * (n > 9), y, size, str(n)) for n, (_, y, size, _) in enumerate(lines, 1)]
    document = one(draw([*lines, *numbers]))
    assert " ".join(by_kind(document, "body")) == f"{joined(LEFT)} {joined(RIGHT)}"


def test_a_large_initial_begins_the_first_line() -> None:
    rest = LEFT.removeprefix("T").split("|")
    lines = [(58.0, 740.0, 11.0, rest[0]), (58.0, 727.0, 11.0, rest[1])]
    lines += set_lines(42, 714, "|".join(rest[2:]))
    document = one(draw([(42, 727, 26, "T"), *lines]))
    text = " ".join(block.text for block in document.blocks)
    assert text.replace("T he", "The") == joined(LEFT)


def test_sizes_that_were_guessed_from_a_picture_part_no_lines() -> None:
    sizes = [11, 10.2, 11.9, 10.6, 11.4, 10.0, 12.1, 10.8, 11.7, 10.4, 11.2, 9.8]
    lines = [
        (x, y, size, text)
        for (x, y, _, text), size in zip(set_lines(42, 740, f"{LEFT}|{RIGHT}"), sizes, strict=True)
    ]
    document = one(draw(lines))
    assert len(by_kind(document, "heading")) == 0
    assert " ".join(by_kind(document, "body")) == f"{joined(LEFT)} {joined(RIGHT)}"


def test_three_pages_that_are_the_same_are_all_text() -> None:
    document = one(draw(*[set_lines(42, 740, LEFT)] * 3))
    assert by_kind(document, "body") == [joined(LEFT)] * 3


def test_programs_keep_their_lines_and_contents_are_furniture() -> None:
    document = FPDF()
    document.add_page()
    for font, line in (
        ("Helvetica", "1 Introduction . . . . . . . . . . . . . . . . . 4"),
        ("Helvetica", STORY),
        ("Courier", "make install"),
        ("Courier", "make test"),
    ):
        document.set_font(font, size=11)
        document.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    found = one(bytes(document.output()))
    assert by_kind(found, "furniture") == ["1 Introduction . . . . . . . . . . . . . . . . . 4"]
    assert by_kind(found, "body") == [STORY]
    assert by_kind(found, "code") == ["make install\nmake test"]


@pytest.mark.parametrize("far", [10_000_000, -10_000_000])
def test_a_letter_far_beside_the_page_costs_nothing(far: int) -> None:
    page = FPDF()
    page.add_page()
    page.set_font("helvetica", size=10)
    for line in range(8):
        page.text(20, 30 + 6 * line, "The council approved the repair of the bridge at once.")
    page.text(far, 60, "far")
    began = time.thread_time()
    document = one(bytes(page.output()), "far.pdf")
    assert time.thread_time() - began < 5
    assert "approved the repair" in " ".join(block.text for block in document.blocks)
