"""Small libraries behind a real server, and a real browser in front of it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from bot.web.app import create_app
from index.article import Article
from index.library import Library
from index.settings import Settings
from tests.bot.serving import serving
from tests.fakes import FakeEncoder

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BRIDGE = Article(
    id="bridge",
    title="The old bridge",
    source="news/bridge.txt",
    text=(
        "Listen Live\n\n"
        "Engineer Maria Lopez said the old bridge carries lorries every night. "
        "\U0001f309 Nobody weighed them before the winter storm.\n\n"
        "The city closed the old bridge in January. Repairs cost nine million euros."
    ),
)
HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'><svg onload=pwned=1>"
)
ATTACK = Article(
    id="attack' onclick='x",
    title=f"Attack {HOSTILE}",
    source="javascript:window.pwned=1",
    text=f"Hostile zebras wrote {HOSTILE} into the visitor book of the museum.",
)
ASKED = "Which old bridge carries lorries every night?"
ANSWER = "Engineer Maria Lopez said the old bridge carries lorries every night."
ELSEWHERE = "Which penguins juggle marshmallows?"
QUESTION = "Who raised concerns among the NATO allies?"
"""For the seed article."""
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1400, "height": 900}


@dataclass(frozen=True)
class Site:
    """A server, and what it serves."""

    library: Library
    client: httpx.Client

    @property
    def address(self) -> str:
        return str(self.client.base_url).rstrip("/")


@contextmanager
def open_site(data: Path, *articles: Article, **settings: object) -> Iterator[Site]:
    """Serve articles, without the real model."""
    chosen = Settings.model_validate({"data": data, "requests_per_minute": 0, **settings})
    with Library.open(chosen, encoder=FakeEncoder()) as library:
        if articles:
            report = library.add(articles)
            assert not report.failed
        with serving(create_app(library, chosen)) as client:
            yield Site(library, client)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_site(tmp_path / "data", BRIDGE) as site:
        yield site


@pytest.fixture(scope="module")
def seeds(seed_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The seed article, for all tests of a module."""
    data = tmp_path_factory.mktemp("library") / "data"
    shutil.copytree(seed_data, data)
    with Library(Settings(data=data), FakeEncoder()) as library:
        yield library


@pytest.fixture(scope="module")
def client(seeds: Library) -> Iterator[httpx.Client]:
    with serving(create_app(seeds, seeds.settings)) as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Of a module, as Playwright's event loop runs as long as it is open."""
    if CHROMIUM is None:
        pytest.skip("needs chromium: apt-get install chromium")
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        for name in list(os.environ):
            if name.upper().endswith("_PROXY"):
                environment.delenv(name)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A person's browser on a site: what goes wrong or leaves the site is noted."""

    def __init__(self, browser: Browser, site: Site, **context: object) -> None:
        # What a test parametrises a visit with: any of Playwright's many options.
        self.context = browser.new_context(base_url=site.address, **context)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.left: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self._check(request.url, site.address))
        self.page.set_default_timeout(10_000)

    def _note(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")  # told on the page
        if message.type == "error" and not refused:
            self.errors.append(message.text)

    def _check(self, url: str, address: str) -> None:
        if not url.startswith((address, "about:", "data:")):
            self.left.append(url)


@contextmanager
def visit(browser: Browser, site: Site, path: str = "/", **context: object) -> Iterator[Page]:
    """Open a page; afterwards nothing must have gone wrong in it or left the site."""
    visit = Visit(browser, site, **context)
    try:
        visit.page.goto(path)
        yield visit.page
        assert visit.errors == []
        assert visit.left == []
    finally:
        visit.context.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    with visit(browser, site, viewport=WIDE) as page:
        yield page


def ask(page: Page, question: str) -> None:
    """Ask as a person does, and wait for the answer."""
    before = page.locator(".turn[data-answer]").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    page.locator(".turn[data-answer]").nth(before).wait_for()


def check(page: Page) -> None:
    """Look for what keeps people from using the page as it is now, with axe."""
    page.wait_for_timeout(250)  # no colour is halfway through a transition
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
