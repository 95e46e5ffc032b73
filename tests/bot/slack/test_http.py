"""Slack's HTTP events: what is taken and what is refused."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from pydantic import SecretStr

from bot.slack.http import MAX_BODY, SlackEvents, http_events
from bot.slack.staff import Staff
from index.errors import SettingsError
from index.library import Library
from tests.bot.slack.edges import (
    Answers,
    events_app,
    served,
    slack_settings,
)
from tests.bot.slack.fake_slack import FakeSlack
from tests.bot.slack.payloads import event_body, message, signed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("key", ["slack_bot_token", "slack_signing_secret"])
async def test_http_events_need_token_and_secret(library: Library, key: str) -> None:
    settings = slack_settings("http://127.0.0.1:9/api")
    for value in (None, SecretStr("")):
        with pytest.raises(SettingsError, match=key.upper()):
            http_events(library, settings.model_copy(update={key: value}))


@dataclass(frozen=True)
class Endpoint:
    """The HTTP endpoint alone."""

    client: httpx.AsyncClient
    slack: FakeSlack

    async def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        reply = await self.client.post("/slack/events", content=body, headers=headers)
        return reply.status_code


@pytest.fixture
async def endpoint(library: Library) -> AsyncIterator[Endpoint]:
    async with FakeSlack() as slack:
        events = SlackEvents(Staff(library, Answers()), slack_settings(slack.api_url))
        async with (
            served(events_app(events)) as (url, _),
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            yield Endpoint(client, slack)


async def test_only_slacks_own_requests_are_taken(endpoint: Endpoint) -> None:
    body = json.dumps(event_body(message("who?"))).encode()
    good = signed(body)
    bad: dict[str, tuple[bytes, dict[str, str]]] = {
        "wrong secret": (body, signed(body, secret="another")),
        "stale": (body, signed(body, age=301)),
        "from the future": (body, signed(body, age=-302)),
        "tampered": (body + b" ", good),
        "unsigned": (body, {"Content-Type": "application/json"}),
        "no time": (body, good | {"X-Slack-Request-Timestamp": "now"}),
        "no such time": (body, good | {"X-Slack-Request-Timestamp": "9" * 400}),
        "not UTF-8": (b"\xff", good),
    }
    for name, (sent, headers) in bad.items():
        assert await endpoint.send(sent, headers) == 401, name
    odd = {key.encode(): value.encode() for key, value in good.items()}
    odd[b"X-Slack-Signature"] = "v0=é".encode()
    reply = await endpoint.client.post("/slack/events", content=body, headers=list(odd.items()))
    assert reply.status_code == 401
    assert endpoint.slack.posts == []
    assert {call.method for call in endpoint.slack.calls} <= {"auth.test"}  # the token is tried
    assert await endpoint.send(body, good) == 200
    await endpoint.slack.until(lambda: endpoint.slack.posts)


async def test_what_is_signed_but_no_event_is_refused(endpoint: Endpoint) -> None:
    for body in (b"{not json", b"[1]", b"1", b'"text"', b'{"event": "text"}', b"[" * 100_000):
        assert await endpoint.send(body, signed(body)) == 400, body[:20]
    for body in (b"", b"{}"):
        assert await endpoint.send(body, signed(body)) in (400, 404), body
    large = b" " * (MAX_BODY + 1)
    assert await endpoint.send(large, signed(large)) == 413


async def test_slacks_challenge_is_answered(endpoint: Endpoint) -> None:
    body = json.dumps({"token": "t", "challenge": "3eZbrw1a", "type": "url_verification"}).encode()
    reply = await endpoint.client.post("/slack/events", content=body, headers=signed(body))
    assert (reply.status_code, reply.json()) == (200, {"challenge": "3eZbrw1a"})
    refused = await endpoint.send(body, signed(body, secret="another"))
    assert refused == 401
