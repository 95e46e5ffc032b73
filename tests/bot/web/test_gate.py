"""Who is let in, over real connections."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.web.app import create_app
from bot.web.gate import is_loopback
from bot.web.keys import make_key
from bot.web.server import make_config, refuse_strangers
from index.errors import SettingsError
from index.library import Library
from index.settings import Settings
from tests.bot.serving import problem_of, serving
from tests.bot.web.conftest import ASKED, BRIDGE, Site, open_site
from tests.fakes import FakeEncoder

READER, WRITER = make_key("read"), make_key("write")
QUESTION = {"question": ASKED}
TEXT = {"title": "T", "text": "Some words."}


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[httpx.Client]:
    keys = f"{READER.entry},{WRITER.entry}"
    with open_site(tmp_path / "data", BRIDGE, api_keys=keys) as site:
        yield site.client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_each_key_does_what_its_scope_allows(keyed: httpx.Client) -> None:
    ask: Callable[[str], httpx.Response] = lambda key: keyed.post(  # noqa: E731
        "/v1/ask", json=QUESTION, headers=bearer(key)
    )
    add: Callable[[str], httpx.Response] = lambda key: keyed.post(  # noqa: E731
        "/v1/articles", json=TEXT, headers=bearer(key)
    )
    assert ask(READER.key).status_code == ask(WRITER.key).status_code == 200
    assert add(WRITER.key).status_code in {201, 202}  # whichever it is on a slow machine
    refused = add(READER.key)
    assert refused.status_code == 403
    assert "may read, but not write" in problem_of(refused).detail
    assert keyed.delete("/v1/articles/bridge", headers=bearer(READER.key)).status_code == 403
    unknown = ask("ab_guess")
    assert unknown.status_code == 401
    assert unknown.headers["www-authenticate"] == "Bearer"
    assert "not known" in problem_of(unknown).detail


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/ask"),
        ("POST", "/v1/ask/batch"),
        ("POST", "/v1/search"),
        ("GET", "/v1/answers/x"),
        ("POST", "/v1/feedback"),
        ("DELETE", "/v1/conversations/x"),
        ("GET", "/v1/articles"),
        ("GET", "/v1/articles/bridge"),
        ("POST", "/v1/articles"),
        ("DELETE", "/v1/articles/bridge"),
        ("GET", "/v1/jobs/x"),
        ("GET", "/v1/jobs/x/events"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/models"),
        ("GET", "/metrics"),
        ("POST", "/ask"),
        ("GET", "/"),
        ("GET", "/answers/x"),
        ("GET", "/articles/bridge"),
    ],
)
def test_nothing_of_the_articles_is_open_without_a_key(
    keyed: httpx.Client, method: str, path: str
) -> None:
    response = keyed.request(method, path)
    assert response.status_code == 401
    assert "bridge carries" not in response.text


def test_probes_need_no_key(keyed: httpx.Client) -> None:
    assert keyed.get("/healthz").status_code == 200
    assert keyed.get("/readyz").status_code in {200, 503}


@pytest.mark.parametrize("name", ["evil.example", "[::1", "127.0.0.1.evil.example", ""])
def test_a_name_that_was_made_to_lead_here_is_refused(site: Site, name: str) -> None:
    response = site.client.get("/v1/articles", headers={"Host": name})
    assert response.status_code == 403
    assert "ARTICLEBOT_PUBLIC_URL" in problem_of(response).detail


def test_the_public_name_is_the_server_s_own(tmp_path: Path) -> None:
    with open_site(tmp_path / "data", BRIDGE, public_url="https://bot.example") as site:
        for name in "bot.example", "bot.example:443", "localhost:8000", "[::1]:8000":
            assert site.client.get("/v1/articles", headers={"Host": name}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_another_site_s_page_may_not_write(
    site: Site, headers: dict[str, str], status: int
) -> None:
    response = site.client.post("/v1/articles", json=TEXT, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Host": "localhost"},
        {"X-Real-IP": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Via": "1.1 proxy"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_a_proxy_has_forwarded_writes_with_a_key_alone(
    site: Site, headers: dict[str, str]
) -> None:
    refused = site.client.post("/v1/articles", json=TEXT, headers=headers)
    assert refused.status_code == 403
    assert "articlebot key --write" in problem_of(refused).detail
    assert site.client.delete("/v1/articles/bridge", headers=headers).status_code == 403
    assert site.client.get("/v1/articles/bridge").status_code == 200


@pytest.mark.parametrize(
    "settings", [{"open": True}, {"public_url": "https://bot.example"}], ids=["open", "public"]
)
def test_a_server_for_others_is_written_to_with_a_key_alone(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    with open_site(tmp_path / "data", BRIDGE, **settings) as site:
        for host in ("localhost", "bot.example"):
            headers = {"Host": host}
            assert site.client.get("/v1/articles", headers=headers).status_code == 200
            assert site.client.post("/v1/articles", json=TEXT, headers=headers).status_code == 403
            assert site.client.delete("/v1/articles/bridge", headers=headers).status_code == 403
        name = {"Host": "evil.example", "Origin": "http://evil.example"}
        assert site.client.post("/v1/articles", json=TEXT, headers=name).status_code == 403


def test_another_site_cannot_sign_somebody_out(keyed: httpx.Client) -> None:
    assert keyed.post("/session/end", headers={"Origin": "http://evil.example"}).status_code == 403
    assert keyed.post("/session/end", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert keyed.post("/session/end").status_code == 303


def test_too_many_requests_are_told_when_to_come_again(tmp_path: Path) -> None:
    keys = f"{READER.entry},{WRITER.entry}"
    with open_site(tmp_path / "data", BRIDGE, api_keys=keys, requests_per_minute=3) as site:
        responses = [site.client.get("/v1/articles", headers=bearer(READER.key)) for _ in range(4)]
        other = site.client.get("/v1/articles", headers=bearer(WRITER.key))
        guesses = [site.client.get("/v1/articles", headers=bearer(f"guess{n}")) for n in range(4)]
        probe = site.client.get("/healthz")
    assert [each.status_code for each in responses] == [200, 200, 200, 429]
    assert problem_of(responses[-1]).detail == "That is over 3 requests a minute."
    assert 1 <= int(responses[-1].headers["retry-after"]) <= 60
    assert other.status_code == probe.status_code == 200
    assert [each.status_code for each in guesses] == [401, 401, 401, 429]


@pytest.mark.parametrize(
    ("trusted", "last"), [("", 429), ("127.0.0.1", 200), ("10.0.0.0/8", 429)], ids=str
)
def test_an_address_that_was_forwarded_counts_where_its_proxy_is_trusted(
    tmp_path: Path, trusted: str, last: int
) -> None:
    settings = Settings(data=tmp_path, requests_per_minute=3, trusted_proxies=trusted)
    with Library.open(settings, encoder=FakeEncoder()) as library:
        app = create_app(library, settings)
        with serving(app, make_config(app, settings)) as client:
            for number in range(4):
                headers = {"X-Forwarded-For": f"203.0.113.{number}"}
                status = client.get("/v1/articles", headers=headers).status_code
    assert status == last


def test_without_keys_the_server_listens_on_this_machine_alone() -> None:
    for host in "127.0.0.1", "::1", "localhost":
        refuse_strangers(Settings(), host)
    for host in "0.0.0.0", "192.168.1.1", "::", "":
        with pytest.raises(SettingsError, match="articlebot key"):
            refuse_strangers(Settings(), host)
        refuse_strangers(Settings(open=True), host)
        refuse_strangers(Settings(api_keys=READER.entry), host)  # type: ignore[arg-type]


def test_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("10.0.0.1", "0.0.0.0", "testclient", "unknown", "")))


@pytest.mark.parametrize(
    ("then", "leads_to"),
    [
        ("/articles/bridge#s=1-2", "/articles/bridge#s=1-2"),
        ("/answers/a_b-c", "/answers/a_b-c"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_this_site_alone(keyed: httpx.Client, then: str, leads_to: str) -> None:
    form = {"key": READER.key, "then": then}
    response = keyed.post("/session", data=form)
    assert response.status_code == 303
    assert response.headers["location"] == leads_to
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    wrong = keyed.post("/session", data=form | {"key": "wrong"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    other = keyed.post("/session", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert other.status_code == 403
