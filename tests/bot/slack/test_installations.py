"""Many workspaces: installed by OAuth, each with its own token, which an uninstall deletes."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.slack.events import find_events
from bot.web.app import create_app
from index.library import Library
from tests.bot.slack.edges import served, slack_settings, socket_edge
from tests.bot.slack.fake_slack import BOT_USER, FakeSlack
from tests.bot.slack.payloads import event_body, mention, signed

pytestmark = [
    pytest.mark.anyio,
    # slack_sdk's own, in the version that the constraints name.
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
]

CLIENT = {
    "slack_bot_token": None,
    "slack_client_id": "1.2",
    "slack_client_secret": SecretStr("a-secret"),
    "public_url": "https://bot.example",
}


@asynccontextmanager
async def site(slack: FakeSlack, library: Library, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    settings = slack_settings(slack.api_url, **more).model_copy(update=CLIENT)
    async with (
        served(create_app(library, settings, find_events)) as (url, _),
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield client


async def install(client: httpx.AsyncClient, team: str) -> None:
    page = await client.get("/slack/install")
    assert page.status_code == 200
    found = re.search(r"state=([^&\"]+)", page.text)
    assert found
    assert "redirect_uri=https://bot.example/slack/oauth_redirect" in page.text
    cookie = page.headers["set-cookie"].split(";")[0]
    query = {"code": team, "state": found[1]}
    for status in (200, 401):  # a state is good once
        back = await client.get("/slack/oauth_redirect", params=query, headers={"Cookie": cookie})
        assert back.status_code == status, back.text


async def send(client: httpx.AsyncClient, event: dict[str, Any], team: str) -> int:
    body = json.dumps(event_body(event, team=team)).encode()
    return (await client.post("/slack/events", content=body, headers=signed(body))).status_code


async def until_left(library: Library, count: int) -> None:
    """Wait until so many installations are left: an event is acknowledged before it is done."""
    for _ in range(500):
        if len(library.records.newest("slack-installation", "", 9)) == count:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("an installation is not removed")


async def test_each_workspace_is_answered_with_its_own_token_until_it_uninstalls(
    seed_library: Library,
) -> None:
    question = mention("Who raised serious concerns?", ts="1.1")
    async with FakeSlack() as slack:
        async with site(slack, seed_library) as client:
            for team in ("T8", "T9"):
                await install(client, team)
            assert await send(client, {**question, "channel": "C8"}, "T8") == 200
            await slack.until(lambda: len(slack.posts) == 1)
        async with site(slack, seed_library) as client:  # after a restart
            assert await send(client, {**question, "channel": "C9"}, "T9") == 200
            await slack.until(lambda: len(slack.posts) == 2)
            assert await send(client, {"type": "app_uninstalled", "ts": "2.1"}, "T8") == 200
            await until_left(seed_library, 1)
            await send(client, {**question, "ts": "1.2", "channel": "C8"}, "T8")
            revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}
            assert await send(client, revoked, "T9") == 200
            await until_left(seed_library, 0)
            await send(client, {**question, "ts": "1.3", "channel": "C9"}, "T9")
    posts = [call.token for call in slack.calls if call.method == "chat.postMessage"]
    assert posts == ["xoxb-T8", "xoxb-T9"]
    assert seed_library.records.newest("slack-installation", "", 9) == []


async def test_socket_mode_serves_the_workspaces_too(library: Library) -> None:
    async with FakeSlack() as slack, site(slack, library) as client:
        await install(client, "T8")
    async with socket_edge(None, library, **CLIENT) as edge:
        edge.slack.tokens["xoxb-T8"] = "T8"
        await edge.deliver(event_body(mention("who?", ts="3.1"), team="T8"))
        await edge.slack.until(lambda: edge.slack.posts)
    assert {c.token for c in edge.slack.calls if c.method.startswith("chat")} == {"xoxb-T8"}
