"""Articles listed and read, added and removed, quickly and in jobs."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.web.app import create_app
from bot.web.ask import KeptAnswer
from bot.web.html import plain_answer
from bot.web.samples import SAMPLES
from index.library import Library
from index.settings import Settings
from tests.bot.serving import problem_of, serving
from tests.bot.web.conftest import BRIDGE, Site, open_site
from tests.fakes import HeldEncoder


def test_articles_are_listed_and_read(client: httpx.Client, seeds: Library) -> None:
    [listed] = client.get("/v1/articles").json()["articles"]
    response = client.get(f"/v1/articles/{listed['id']}")
    article = response.json()
    parsed = seeds.article(listed["id"])
    assert article["text"] == parsed.article.text
    assert article["title"] == listed["title"] == parsed.article.title
    assert len(article["paragraphs"]) == len(parsed.paragraphs)
    assert {each["kind"] for each in article["paragraphs"]} == {"body", "furniture"}


def test_an_article_is_read_by_the_beginning_of_its_id(client: httpx.Client) -> None:
    [listed] = client.get("/v1/articles").json()["articles"]
    assert client.get("/v1/articles/turkey-s400").json()["id"] == listed["id"]
    assert client.get("/articles/turkey-s400").status_code == 200
    for path in "/v1/articles/none", "/articles/none":
        problem = problem_of(client.get(path))
        assert problem.type == "urn:articlebot:problem:unknown-article"
        assert problem.remedy == "GET /v1/articles lists their ids"
    client.delete("/v1/articles/turkey-s400")  # too easily the wrong one
    assert client.get(f"/v1/articles/{listed['id']}").status_code == 200


def test_unchanged_article_is_not_sent_again(client: httpx.Client) -> None:
    [listed] = client.get("/v1/articles").json()["articles"]
    address = f"/v1/articles/{listed['id']}"
    etag = client.get(address).headers["etag"]
    for known in etag, f'"other", W/{etag}', "*":
        response = client.get(address, headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a busy machine take longer over what is usually quick."""
    monkeypatch.setattr("bot.web.articles.PATIENCE_SECONDS", 10.0)


@pytest.mark.usefixtures("either_store")
def test_a_text_is_added_read_and_removed(site: Site) -> None:
    new = {"title": "The visit / 2", "text": "The king came by train.", "published": "2024-05-31"}
    added = site.client.post("/v1/articles", json=new)
    assert added.status_code == 201
    job = added.json()
    assert (job["state"], job["result"]["added"]) == ("done", 1)
    [article_id] = job["result"]["articles"]
    article = site.client.get(f"/v1/articles/{article_id}").json()
    assert (article["title"], article["published"]) == (new["title"], new["published"])
    assert article["text"] == new["text"]
    assert article["source"] == "posted text"
    assert site.client.get(f"/v1/jobs/{job['id']}").json() == job
    again = site.client.post("/v1/articles", json=new)
    assert again.json()["result"]["unchanged"] == 1
    assert site.client.delete(f"/v1/articles/{article_id}").status_code == 204
    gone = site.client.delete(f"/v1/articles/{article_id}")
    assert gone.status_code == 404
    assert problem_of(gone).type == "urn:articlebot:problem:unknown-article"


def test_a_posted_text_is_of_the_source_that_it_names(site: Site) -> None:
    said = {"text": "---\nsource: Reuters\n---\nThe king came by train.\n"}
    given = {"text": "The queen came by car.", "source": "Anadolu"}
    for new in said, given:
        assert site.client.post("/v1/articles", json=new).status_code == 201
    sources = {each.source for each in site.library.articles()}
    assert sources == {BRIDGE.source, "Reuters", "Anadolu"}


def test_a_posted_text_is_cited_as_one(site: Site) -> None:
    new = {"title": "The visit", "text": "The king came by a very old train on Monday."}
    site.client.post("/v1/articles", json=new)
    asked = {"question": "Which king came by a very old train?"}
    answer = KeptAnswer(**site.client.post("/v1/ask", json=asked).json())
    line = next(each for each in plain_answer(answer).splitlines() if each.startswith("[1]"))
    assert "The visit, posted text, paragraph 1, characters 0-44: /articles/the-visit-" in line
    page = site.client.get("/", params={"q": asked["question"]}).text
    assert "<span>posted text</span><span>paragraph 1</span>" in page


def test_the_sample_of_an_article_is_as_the_server_gives_it(site: Site) -> None:
    sample = SAMPLES["ArticleView"]
    given = {name: sample[name] for name in ("title", "text")}
    site.client.post("/v1/articles", json=given)
    assert site.client.get(f"/v1/articles/{sample['id']}").json() == sample


@pytest.mark.usefixtures("either_store")
def test_a_file_is_added_with_what_is_said_about_it(site: Site) -> None:
    page = b"<html><head><title>No</title></head><body><p>Kings came by train.</p></body></html>"
    response = site.client.post(
        "/v1/articles",
        files={"file": ("visit.html", page)},
        data={"title": "The visit", "published": "", "source": "Reuters"},
    )
    assert response.status_code == 201, response.text
    [article_id] = response.json()["result"]["articles"]
    article = site.client.get(f"/v1/articles/{article_id}").json()
    assert (article["title"], article["source"]) == ("The visit", "Reuters")
    assert "Kings came by train." in article["text"]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({}, 422, "either text or url"),
        ({"text": "a", "url": "https://example.org"}, 422, "either text or url"),
        ({"url": "file:///etc/passwd"}, 422, "http:// or https://"),
        ({"url": "https://example.org"}, 403, "ARTICLEBOT_FETCH_URLS"),
        ({"text": ""}, 422, "text: it is empty: fill it in"),
        ({"text": " \n"}, 422, "the posted text is empty"),
        ({"title": "The visit", "text": "…"}, 422, "the posted text has no words"),
        (
            {"text": "a", "published": "yesterday"},
            422,
            "published: a day is written like 2017-03-01",
        ),
        ({"text": "a", "colour": "red"}, 422, "colour: there is no such field"),
        (
            {"title": "t" * 501, "text": "a"},
            422,
            "title: it is longer than 500 characters: shorten it",
        ),
        ([], 422, "The body must be an object, in braces."),
    ],
)
def test_what_cannot_be_added_is_told(site: Site, body: object, status: int, reason: str) -> None:
    response = site.client.post("/v1/articles", json=body)
    assert response.status_code == status
    assert reason in problem_of(response).detail
    assert len(site.library.articles()) == 1


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422),
        ({"content": b"\xff", "headers": {"Content-Type": "application/json"}}, 422),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"files": {"other": ("a.txt", b"x")}}, 422),
        ({"files": {"file": ("a.bin", bytes(range(256)))}}, 422),
        ({"files": {"file": ("a.txt", b"")}}, 422),
        ({"files": [("file", ("a.txt", b"x")), ("file", ("b.txt", b"y"))]}, 400),
    ],
)
def test_broken_uploads_are_refused(site: Site, request_: dict[str, Any], status: int) -> None:
    response = site.client.post("/v1/articles", **request_)
    assert response.status_code == status, response.text
    problem_of(response)


def test_an_upload_may_be_larger_than_other_bodies_but_not_any_size(tmp_path: Path) -> None:
    with open_site(tmp_path / "data", upload_mb=1) as site:
        fits = site.client.post("/v1/articles", files={"file": ("a.txt", b"word " * 100_000)})
        large = site.client.post("/v1/articles", files={"file": ("a.txt", b"word " * 300_000)})
    assert fits.status_code in {201, 202}
    assert large.status_code == 413


def test_a_web_page_is_never_fetched_from_this_machine(tmp_path: Path) -> None:
    with open_site(tmp_path / "data", BRIDGE, fetch_urls=True) as site:
        response = site.client.post("/v1/articles", json={"url": f"{site.address}/healthz"})
    assert response.status_code == 422
    assert problem_of(response).type == "urn:articlebot:problem:source"


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("bot.web.articles.PATIENCE_SECONDS", 0.2)
    encoder = HeldEncoder()
    settings = Settings(data=tmp_path / "data", requests_per_minute=0)
    with (
        Library.open(settings, encoder=encoder) as library,
        serving(create_app(library, settings)) as client,
    ):
        yield Site(library, client)
        encoder.release.set()


def release(site: Site) -> None:
    encoder = site.library.models.encoder()
    assert isinstance(encoder, HeldEncoder)
    encoder.release.set()


@pytest.mark.usefixtures("either_store")
def test_what_takes_long_becomes_a_job_that_can_be_followed(slow: Site) -> None:
    response = slow.client.post("/v1/articles", json={"title": "Long", "text": "A long story."})
    assert response.status_code == 202
    place = response.headers["location"]
    assert slow.client.get(place).json()["state"] == "running"
    states = []
    with slow.client.stream("GET", f"{place}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        for line in events.iter_lines():
            if line.startswith("data: "):
                states.append(json.loads(line.removeprefix("data: "))["state"])
                release(slow)
    assert (states[0], states[-1]) == ("running", "done")
    [article] = slow.library.articles()
    assert slow.client.get(place).json()["result"]["articles"] == [article.id]


@pytest.mark.usefixtures("either_store")
def test_a_job_that_fails_later_tells_why(slow: Site) -> None:
    response = slow.client.post("/v1/articles", json={"title": "Long", "text": "A long story."})
    second = slow.client.post("/v1/articles", json={"text": " "})
    assert (response.status_code, second.status_code) == (202, 202)
    release(slow)
    place, deadline = second.headers["location"], time.monotonic() + 10
    while (job := slow.client.get(place).json())["state"] in {"waiting", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert job["state"] == "failed"
    assert "empty" in job["problem"]["detail"]


@pytest.mark.usefixtures("either_store")
def test_unknown_jobs(site: Site) -> None:
    for path in "/v1/jobs/none", "/v1/jobs/none/events":
        problem = problem_of(site.client.get(path))
        assert (problem.status, problem.detail) == (404, "there is no job 'none'")
        assert problem.remedy
