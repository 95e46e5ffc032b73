"""The page in a real browser: asking, reading, and what goes wrong."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.web.app import create_app
from index.library import Library
from index.settings import Settings
from tests.bot.serving import serving, wait_until_ready
from tests.bot.web.conftest import (
    ANSWER,
    ASKED,
    ATTACK,
    BRIDGE,
    ELSEWHERE,
    HOSTILE,
    WIDE,
    Site,
    ask,
    check,
    open_site,
    visit,
)
from tests.fakes import answer_readily

WATCH = """() => {
    let pressed;
    addEventListener("keydown", () => { pressed = performance.now(); }, { capture: true });
    new MutationObserver((_, observer) => {
        if (!document.querySelector(".turn[data-answer]")) return;
        observer.disconnect();
        const note = () => { window.took = performance.now() - pressed; };
        requestAnimationFrame(() => setTimeout(note));
    }).observe(document.body, { childList: true, subtree: true });
}"""
"""Measures from the key to the frame in which the answer is painted, as `window.took`."""


def test_a_question_is_answered_with_the_sentence_marked(page: Page) -> None:
    expect(page.locator("#question")).to_be_focused()
    ask(page, ASKED)
    turn = page.locator(".turn.found")
    expect(turn.locator("h2")).to_have_text(ASKED)
    assert turn.locator("mark").first.inner_text() == ANSWER
    expect(turn.locator(".verdict")).to_contain_text("Confidence: ")
    assert int(turn.get_by_role("meter").get_attribute("aria-valuenow") or 0) >= 20
    expect(turn.locator(".citation").first).to_contain_text("The old bridge")
    expect(turn.locator(".citation").first).to_contain_text("bridge.txt")
    expect(page.locator("#status")).to_contain_text("passage")
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator("#question")).to_be_focused()


def test_the_conversation_stays_until_a_new_one_begins(page: Page) -> None:
    ask(page, ASKED)
    ask(page, "What did the repairs cost?")
    expect(page.locator(".turn h2")).to_have_text([ASKED, "What did the repairs cost?"])
    page.click("#restart")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#hello")).to_be_visible()
    expect(page.locator("#question")).to_be_focused()


def test_a_follow_up_is_said_in_full(page: Page) -> None:
    ask(page, "What did Maria Lopez say?")
    ask(page, "And what did she say about lorries?")
    expect(page.locator(".turn").last.locator(".resolved")).to_contain_text("Lopez")
    assert page.locator(".turn").last.locator("mark").first.inner_text() == ANSWER
    page.click("#restart")
    ask(page, "And what did she say about lorries?")
    expect(page.locator(".resolved")).to_have_count(0)


def test_dates_in_a_question_limit_it_until_they_are_switched_off(
    browser: Browser, tmp_path: Path
) -> None:
    old, new = (
        replace(
            BRIDGE, id=f"of-{year}", published=date(year, 3, 1), text=f"{BRIDGE.text} In {year}."
        )
        for year in (2015, 2019)
    )
    with open_site(tmp_path / "data", old, new) as site, visit(browser, site) as page:
        ask(page, "Which old bridge carries lorries every night since 2018?")
        expect(page.locator(".resolved").last).to_contain_text("articles since")
        page.get_by_role("button", name="Search all dates").click()
        page.locator(".turn[data-answer]").nth(1).wait_for()
        assert "articles since" not in page.locator(".turn").last.inner_text()


def test_what_is_not_found_is_told_with_the_closest_passages(page: Page) -> None:
    ask(page, ELSEWHERE)
    turn = page.locator(".turn.missing")
    expect(turn.locator(".verdict")).to_contain_text("No article answers this question.")
    expect(turn.locator(".verdict")).to_contain_text("which are not an answer")
    expect(turn.locator(".passage").first).to_contain_text("not an answer")
    assert turn.get_by_role("meter").count() == 0


def test_examples_come_from_the_articles_and_are_answered(browser: Browser, site: Site) -> None:
    site.library.warm()
    answer_readily(site.library)
    site.library.add([replace(BRIDGE, text=f"{BRIDGE.text} It is old.")])  # made anew for these
    with visit(browser, site) as page:
        example = page.locator(".examples a").first
        assert example.inner_text() == "What did Engineer Maria Lopez say?"
        example.click()
        expect(page.locator(".turn.found h2")).to_have_text("What did Engineer Maria Lopez say?")


def test_the_form_asks_without_a_script(browser: Browser, site: Site) -> None:
    with visit(browser, site, java_script_enabled=False) as page:
        page.fill("#question", ASKED)
        page.keyboard.press("Enter")
        expect(page.locator(".turn.found mark").first).to_have_text(ANSWER)
        page.locator(".cited").first.click()
        expect(page.locator("h1")).to_have_text("The old bridge")


def test_an_answer_can_be_judged_copied_and_linked(page: Page, site: Site) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, ASKED)
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    [feedback] = site.library.records.feedback()
    assert (feedback.question, feedback.verdict) == (ASKED, "up")
    page.get_by_role("button", name="Copy with citations").click()
    expect(page.locator("#toast")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"“{ANSWER}” [1]" in copied
    assert "[1] The old bridge, bridge.txt, paragraph 2, characters 13-82: /articles/" in copied
    page.get_by_role("link", name="Link to this answer").click()
    expect(page.locator("#toast")).to_have_text("Link copied")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator(".turn.found mark").first).to_have_text(ANSWER)


def test_the_first_answer_is_there_within_300_ms_of_enter(
    browser: Browser, real_settings: Settings
) -> None:
    """With the real models. Others may keep the machine busy: one visit of ten has to do."""
    milliseconds: list[float] = []
    with (
        Library.open(real_settings) as library,
        serving(create_app(library, real_settings)) as client,
    ):
        wait_until_ready(client)
        while min(milliseconds, default=1000) >= 300 and len(milliseconds) < 10:
            with visit(browser, Site(library, client)) as page:
                page.fill("#question", "Who raised concerns?")
                page.evaluate(WATCH)
                page.keyboard.press("Enter")
                expect(page.locator(".turn.found mark").first).to_be_visible()
                milliseconds.append(page.wait_for_function("window.took").json_value())
    assert min(milliseconds) < 300, milliseconds


def test_a_citation_opens_the_article_at_the_very_words(page: Page) -> None:
    ask(page, ASKED)
    cited = page.locator(".cited").first
    cited.click()
    frame = page.frame_locator("#reader-frame")
    expect(frame.locator("mark")).to_have_text(ANSWER)
    expect(frame.locator("mark")).to_be_in_viewport()
    expect(frame.locator(".furniture")).to_contain_text("Listen Live")
    expect(page.locator("#reader-page")).to_have_attribute("href", page.evaluate(
        "new URL(document.querySelector('.cited').getAttribute('href'), location).href"
    ))  # fmt: skip
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    expect(cited).to_be_focused()


def test_the_reader_goes_on_to_the_next_citation(page: Page) -> None:
    ask(page, "Who closed the old bridge in January, and what carries lorries every night?")
    frame = page.frame_locator("#reader-frame")
    for cited in page.locator(".cited").all()[:2]:
        cited.click()
        quote = cited.locator("xpath=ancestor::li").locator("mark").inner_text()
        expect(frame.locator("mark")).to_have_text(quote)


def test_an_error_is_told_and_the_question_kept(page: Page) -> None:
    page.route("**/ask", lambda route: route.abort())
    page.fill("#question", ASKED)
    page.keyboard.press("Enter")
    expect(page.locator(".turn .error")).to_contain_text("The server cannot be reached.")
    expect(page.locator("#question")).to_have_value(ASKED)


@pytest.mark.parametrize("scripted", [True, False])
def test_what_cannot_be_asked_is_told(browser: Browser, site: Site, scripted: bool) -> None:
    with visit(browser, site, java_script_enabled=scripted) as page:
        page.fill("#question", "???")
        page.keyboard.press("Enter")
        expect(page.locator(".turn .error")).to_contain_text("The question has no words.")


def test_an_empty_library_is_told(browser: Browser, tmp_path: Path) -> None:
    with open_site(tmp_path / "data") as site, visit(browser, site) as page:
        expect(page.locator("#hello")).to_contain_text("No article yet.")


def test_without_a_key_the_page_asks_for_it(browser: Browser, tmp_path: Path) -> None:
    from bot.web.keys import make_key

    reader, writer = make_key("read"), make_key("write")
    keys = f"{reader.entry},{writer.entry}"
    with open_site(tmp_path / "data", BRIDGE, api_keys=keys) as site:
        context = browser.new_context(base_url=site.address, bypass_csp=True)  # for axe
        page = context.new_page()
        page.goto("/articles/bridge#s=13-82")
        check(page)
        page.fill("#key", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator(".error")).to_have_text("This key is not known.")
        page.fill("#key", reader.key)
        page.keyboard.press("Enter")
        expect(page.locator("mark")).to_have_text(ANSWER)  # the place that was asked for
        page.goto("/")
        ask(page, ASKED)
        expect(page.locator("mark").first).to_have_text(ANSWER)
        page.click("#open-articles")
        expect(page.locator("#adding")).to_be_hidden()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.fill("#key", writer.key)
        page.keyboard.press("Enter")
        page.click("#open-articles")
        expect(page.locator("#adding")).to_be_visible()
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("#key")).to_be_visible()
        context.close()


def test_articles_and_questions_are_inert(browser: Browser, tmp_path: Path) -> None:
    with (
        open_site(tmp_path / "data", ATTACK) as site,
        visit(browser, site, viewport=WIDE) as page,
    ):
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        ask(page, f"What wrote the hostile zebras into the visitor book? {HOSTILE}")
        expect(page.locator(".turn h2")).to_contain_text(HOSTILE)
        expect(page.locator(".passage cite").first).to_have_text(ATTACK.title)
        assert page.locator(".turn script, .turn img, .turn [onclick]").count() == 0
        page.locator(".cited").first.click()
        frame = page.frame_locator("#reader-frame")
        expect(frame.locator("mark")).to_have_text(ATTACK.text)
        page.keyboard.press("Escape")
        page.click("#open-articles")
        expect(page.locator("#list .title")).to_have_text(ATTACK.title)
        for each in page.frames:
            assert each.evaluate("window.pwned") is None
