"""What every response has: an error is a problem, headers are safe, the log names no question."""

import httpx
import pytest

from bot.slack.events import find_events
from bot.web.app import MAX_BODY, create_app
from index.library import Library
from index.settings import Settings
from tests.bot.serving import problem_of, serving


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/ask/", 404),
        ("GET", "/v1/articles/none", 404),
        ("GET", "/v1/articles/%00%ff%0a", 404),
        ("GET", "/articles/none", 404),
        ("GET", "/static/none.js", 404),
        ("GET", "/static/../web.py", 404),
        ("GET", "/static/%2e%2e/web.py", 404),
        ("GET", "/slack/events", 404),
        ("GET", "/v1/ask", 405),
        ("PUT", "/v1/articles", 405),
        ("POST", "/static/reader.js", 405),
    ],
)
def test_routing_errors_are_problems(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    remedy = problem_of(response).remedy or ""
    assert ("Allow" in remedy) == ("allow" in response.headers)


def test_every_response_has_an_id_of_its_own_and_safe_headers(client: httpx.Client) -> None:
    responses = [client.get("/healthz"), client.get("/nothing"), client.post("/v1/ask")]
    assert len({response.headers["x-request-id"] for response in responses}) == 3
    for response in responses:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]


def test_refused_method_names_those_allowed(client: httpx.Client) -> None:
    assert client.get("/v1/ask").headers["allow"] == "POST"


def test_log_names_the_request_but_not_the_question(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        client.post("/v1/ask", json={"question": "zebra?"})
        client.get("/nothing%0aforged?zebra=1")
        client.get("/healthz")  # by now the lines of the two before are written
    lines = [
        record.getMessage() for record in caplog.records if record.name == "bot.web.middleware"
    ]
    assert any(line.startswith("POST /v1/ask 200 ") for line in lines)
    assert any(line.startswith("GET /nothing%0Aforged 404 ") for line in lines)
    assert "zebra" not in "".join(lines)


def test_slack_joins_when_its_tokens_are_set(seeds: Library) -> None:
    slack = Settings(
        data=seeds.settings.data,
        SLACK_BOT_TOKEN="xoxb-1",  # type: ignore[call-arg]
        SLACK_SIGNING_SECRET="s3cret",
        SLACK_API_URL="http://127.0.0.1:9/api",
    )
    with serving(create_app(seeds, slack, find_events)) as client:
        small = client.post("/slack/events", content=b"{}")
        large = client.post("/slack/events", content=b" " * (MAX_BODY + 1))
        assert client.get("/healthz").status_code == 200
    for response in small, large:
        assert response.status_code == 401
        assert "not signed by Slack" in problem_of(response).detail
