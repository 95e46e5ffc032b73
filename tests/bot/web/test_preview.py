"""What would be read, over HTTP and on the page: shown, and nothing is stored."""

import httpx
from playwright.sync_api import Page, expect

from tests.bot.serving import problem_of
from tests.index.reading.formats.made import archive, paragraph, word_body

LETTER = word_body(
    paragraph("The ferry", style="Heading1") + paragraph("It sails at nine."),
    parts={"comments": '<w:comment w:id="1"/>'},
)


def test_a_file_is_shown_as_it_would_be_read(client: httpx.Client) -> None:
    before = client.get("/v1/articles").json()
    shown = client.post("/v1/preview", files={"file": ("letter.docx", LETTER)})
    assert shown.status_code == 200
    (article,) = shown.json()["articles"]
    assert (article["title"], article["sentences"]) == ("The ferry", 1)
    assert article["warnings"] == ["1 comment left out"]
    assert article["paragraphs"] == [
        {"kind": "heading", "level": 1, "text": "The ferry"},
        {"kind": "body", "level": 0, "text": "It sails at nine."},
    ]
    assert client.get("/v1/articles").json() == before


def test_what_cannot_be_read_is_told(client: httpx.Client) -> None:
    files = {"a.txt": "One came.", "b.pdf": "%PDF-1.7"}
    both = client.post("/v1/preview", files={"file": ("all.zip", archive(files))}).json()
    assert [each["title"] for each in both["articles"]] == ["a"]
    assert "damaged PDF" in both["failed"][0]["detail"]
    refused = client.post("/v1/preview", files={"file": ("b.pdf", b"%PDF-1.7")})
    assert problem_of(refused).status == 422
    assert client.post("/v1/preview", json={"text": "One came."}).json()["articles"]


def test_the_page_shows_it_before_it_is_added(page: Page) -> None:
    page.click("#open-articles")
    page.click("#adding summary")
    page.check('[name="kind"][value="file"]')
    page.set_input_files(
        "#add-file", {"name": "letter.docx", "mimeType": "application/zip", "buffer": LETTER}
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview h3")).to_have_text("The ferry")
    expect(page.locator("#preview .warning")).to_have_text("1 comment left out")
    expect(page.locator('#preview [data-kind="heading"] .text')).to_have_text("The ferry")
    expect(page.locator("#open-articles .count")).to_have_text("1")
    page.click("#add [type=submit]")
    expect(page.locator("#list li", has_text="The ferry")).to_contain_text("1 sentence")
    expect(page.locator("#preview")).to_be_hidden()
