"""Articles on the page: added, listed, removed, asked alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from bot.web.app import create_app
from index.library import Library
from index.settings import Settings
from tests.bot.serving import serving
from tests.bot.web.conftest import (
    ASKED,
    BRIDGE,
    Site,
    ask,
    open_site,
    visit,
)
from tests.fakes import HeldEncoder


def test_an_article_is_added_asked_and_removed(page: Page) -> None:
    page.click("#open-articles")
    page.click("#adding summary")
    page.fill("#add-title", "The lighthouse")
    page.fill("#add-text", "Keeper Paul Grey painted the lighthouse orange in spring.")
    page.click("#add [type=submit]")
    row = page.locator("#list li", has_text="The lighthouse")
    expect(row).to_contain_text("1 sentence")
    expect(page.locator("#open-articles .count")).to_have_text("2")
    page.fill("#filter", "light")
    expect(page.locator("#list li")).to_have_count(1)
    page.get_by_role("button", name="Close the list of articles").click()
    ask(page, "Who painted the lighthouse orange in spring?")
    expect(page.locator(".turn.found mark").first).to_contain_text("Paul Grey")
    page.click("#open-articles")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove “The lighthouse”").click()
    expect(page.locator("#open-articles .count")).to_have_text("1")
    expect(page.locator("#list")).not_to_contain_text("The lighthouse")


def test_a_web_page_is_added_and_its_citation_leads_there(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = "Keeper Paul Grey painted the lighthouse orange in spring."
    body = f"<html><head><title>The lighthouse</title></head><body><p>{story}</p></body></html>"
    elsewhere = Starlette(routes=[Route("/visit", lambda _: HTMLResponse(body))])
    with (
        serving(elsewhere) as web,
        open_site(tmp_path / "data", BRIDGE, fetch_urls=True) as site,
        visit(browser, site) as page,
    ):
        address = f"{str(web.base_url).rstrip('/')}/visit"
        page.click("#open-articles")
        page.click("#adding summary")
        page.check('[name="kind"][value="url"]')
        page.fill("#add-url", address)
        page.click("#add [type=submit]")
        expect(page.locator("#add-error")).to_contain_text("127.0.0.1 is not a public address")
        # No address of a test's own server is public: from here on, all are taken for it.
        monkeypatch.setattr("index.reading.fetch.is_public", lambda address: True)
        page.fill("#add-url", address)
        page.click("#add [type=submit]")
        expect(page.locator("#list li", has_text="The lighthouse")).to_contain_text("1 sentence")
        expect(page.locator("#add-error")).to_be_hidden()
        page.get_by_role("button", name="Close the list of articles").click()
        ask(page, "Who painted the lighthouse orange in spring?")
        expect(page.locator(".turn.found mark").first).to_have_text(story)
        source = page.locator(".turn.found .passage").first.get_by_role("link", name="Source")
        expect(source).to_have_attribute("href", re.compile(f"^{re.escape(address)}#:~:text="))


def test_many_articles_are_shown_in_part_and_all_are_found(page: Page) -> None:
    many = [
        {"id": f"a{n}", "title": f"Number {n}", "source": "x", "published": None, "sentences": 1}
        for n in range(1000)
    ]
    page.route("**/v1/articles", lambda route: route.fulfill(json={"articles": many}))
    page.click("#open-articles")
    expect(page.locator("#none")).to_contain_text("And 800 more")
    page.fill("#filter", "number 987")
    expect(page.locator("#list li")).to_have_count(1)
    expect(page.locator("#none")).to_be_hidden()


def test_a_file_is_added_and_what_cannot_be_read_is_told(page: Page, tmp_path: Path) -> None:
    good, bad = tmp_path / "harbour.md", tmp_path / "noise.bin"
    good.write_text("# The harbour\n\nFishermen mended nets at the harbour.\n")
    bad.write_bytes(bytes(range(256)) * 8)
    page.click("#open-articles")
    page.click("#adding summary")
    page.check('[name="kind"][value="file"]')
    page.set_input_files("#add-file", good)
    page.click("#add [type=submit]")
    expect(page.locator("#list")).to_contain_text("The harbour")
    page.set_input_files("#add-file", bad)
    page.click("#add [type=submit]")
    expect(page.locator("#add-error")).to_contain_text("noise.bin")


def test_progress_is_shown_while_an_article_is_read(browser: Browser, tmp_path: Path) -> None:
    encoder = HeldEncoder()
    settings = Settings(data=tmp_path / "data", fetch_urls=True)
    with (
        Library.open(settings, encoder=encoder) as library,
        serving(create_app(library, settings)) as client,
        visit(browser, Site(library, client)) as page,
    ):
        page.click("#open-articles")
        page.click("#adding summary")
        expect(page.locator('[value="url"]')).to_be_visible()
        page.fill("#add-title", "The lighthouse")
        page.fill("#add-text", "Keeper Paul Grey painted the lighthouse.")
        page.click("#add [type=submit]")
        expect(page.locator("#progress")).to_be_visible()
        expect(page.locator("#stage")).to_have_text("Reading")
        encoder.release.set()
        expect(page.locator("#list")).to_contain_text("The lighthouse")
        expect(page.locator("#progress")).to_be_hidden()


def test_questions_can_be_limited_to_an_article(page: Page, site: Site) -> None:
    page.click("#open-articles")
    page.get_by_role("button", name="Ask only “The old bridge”").click()
    expect(page.locator("#limit")).to_contain_text("Only in “The old bridge”.")
    with page.expect_request("**/ask") as sent:
        ask(page, ASKED)
    assert f'"article":"{BRIDGE.id}"' in (sent.value.post_data or "")
    page.click("#unlimit")
    expect(page.locator("#limit")).to_be_hidden()
