"""The page for everybody: small screens, keys alone, dark rooms, screen readers."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bot.web.conftest import (
    ASKED,
    ELSEWHERE,
    PHONE,
    WIDE,
    Site,
    ask,
    check,
    visit,
)


def test_colours_follow_the_system_until_they_are_chosen(browser: Browser, site: Site) -> None:
    def background(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    with visit(browser, site, color_scheme="dark") as page:
        dark = background(page)
        expect(page.locator("#theme")).to_have_attribute("aria-pressed", "true")
        page.click("#theme")
        light = background(page)
        page.reload()
        assert background(page) == light
        page.emulate_media(color_scheme="light")
        assert background(page) == light != dark
        ask(page, ASKED)
        page.locator(".cited").first.click()
        frame = page.frame_locator("#reader-frame")
        frame.locator("mark").wait_for()
        assert frame.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == light


def test_everything_fits_a_small_screen(browser: Browser, site: Site) -> None:
    with visit(browser, site, viewport=PHONE, has_touch=True) as page:
        ask(page, ASKED)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.locator(".cited").first.click()
        box = page.locator("#reader").bounding_box()
        assert box == {"x": 0, "y": 0, **PHONE}
        page.get_by_role("button", name="Close the article").click()
        page.click("#open-articles")
        box = page.locator("#articles").bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, PHONE["width"])


def test_everything_works_by_keyboard(page: Page) -> None:
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    page.locator(".turn.found").wait_for()
    cited = page.locator(".cited").first
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if cited.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.frame_locator("#reader-frame").locator("mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cited).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.locator("#open-articles").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#open-articles")).to_be_focused()


def test_nothing_shifts(browser: Browser, site: Site) -> None:
    watch = """new PerformanceObserver((list) => {
        window.shift = (window.shift ?? 0) + list.getEntries()
            .reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0);
    }).observe({ type: "layout-shift", buffered: true })"""
    with visit(browser, site) as page:
        page.evaluate(watch)
        ask(page, ASKED)
        ask(page, ELSEWHERE)
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift ?? 0") < 0.01


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_no_violation(
    browser: Browser, site: Site, scheme: str, size: dict[str, int]
) -> None:
    # axe styles what it looks at, which the page's own policy would not let it do
    with visit(browser, site, color_scheme=scheme, viewport=size, bypass_csp=True) as page:
        check(page)
        ask(page, ASKED)
        ask(page, ELSEWHERE)
        check(page)
        page.locator(".cited").first.click()
        page.frame_locator("#reader-frame").locator("mark").wait_for()
        check(page)
        page.keyboard.press("Escape")
        page.click("#open-articles")
        page.click("#adding summary")
        page.locator("#list li").first.wait_for()
        check(page)


def test_another_site_s_link_brings_a_question_and_does_no_work(site: Site) -> None:
    question = 'Who carries <b>"lorries"</b>?'
    led = {"Sec-Fetch-Site": "cross-site"}
    before = site.client.get("/metrics").text
    shown = site.client.get("/", params={"q": question}, headers=led)
    assert shown.status_code == 200
    assert 'value="Who carries &lt;b&gt;&quot;lorries&quot;&lt;/b&gt;?"' in shown.text
    assert "data-answer" not in shown.text
    answers = [line for line in before.splitlines() if line.startswith("articlebot_answers")]
    after = site.client.get("/metrics").text
    assert all(line in after for line in answers)
    assert "data-answer" in site.client.get("/", params={"q": question}).text
