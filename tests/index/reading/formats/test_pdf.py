"""PDF files: pages, and paragraphs over their ends."""

from index.reading.formats.pdf import join_pages
from tests.index.reading.formats.files import STORY, one, pdf


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
