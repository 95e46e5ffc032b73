"""Socket Mode, the settings, and the whole bot against a stand-in for Slack."""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

import bot.slack.work
from bot.answering.answer import ask
from bot.answering.query import Query
from bot.slack import scopes
from bot.slack.app import _run, _serving_metrics, build_app, run_socket_mode, serve_socket_mode
from bot.slack.commands import COMMAND
from bot.slack.events import find_events
from bot.slack.http import SlackEvents
from bot.slack.staff import Staff
from bot.slack.views import ASK_ABOUT
from bot.slack.work import Work
from bot.web.app import create_app
from index.errors import ArticlebotError, SettingsError
from index.library import Library
from tests.bot.slack.edges import (
    Answers,
    Held,
    served,
    slack_settings,
    socket_edge,
)
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack, Reply
from tests.bot.slack.payloads import event_body, mention, message, shown, signed
from tests.fakes import FakeEncoder

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]


async def test_what_comes_during_shutdown_is_left_to_be_delivered_again() -> None:
    held = Held()
    async with socket_edge(held) as edge:
        await edge.deliver(event_body(message("who?", ts="14.1")))
        assert await asyncio.to_thread(held.started.wait, 10)
        stopping = asyncio.ensure_future(edge.stop())
        await asyncio.sleep(0.05)
        late = await edge.slack.deliver(event_body(message("too late?", ts="14.2")))
        await asyncio.sleep(0.1)
        held.release.set()
        await stopping
    assert late not in edge.slack.acknowledged
    assert held.questions == ["who?"]


async def test_shutdown_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bot.slack.work, "DRAIN_SECONDS", 0.05)
    held = Held()
    async with socket_edge(held) as edge:
        await edge.deliver(event_body(message("who?")))
        assert await asyncio.to_thread(held.started.wait, 10)
        await edge.stop()
        assert "1 questions unanswered" in caplog.text
        held.release.set()
        await edge.slack.until(lambda: edge.slack.posts)


@pytest.mark.parametrize("how", ["refresh", "drop"])
async def test_a_lost_connection_is_made_again(how: str) -> None:
    async with socket_edge(Answers()) as edge:
        await edge.deliver(event_body(message("before?", ts="17.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await getattr(edge.slack, how)()
        await edge.slack.until(lambda: edge.slack.links == 2)
        await edge.deliver(event_body(message("after?", ts="17.2")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
    opened = [call for call in edge.slack.calls if call.method == "apps.connections.open"]
    assert [call.token for call in opened] == [APP_TOKEN] * 2


@pytest.mark.parametrize(
    ("method", "key"), [("auth.test", "BOT"), ("apps.connections.open", "APP")]
)
async def test_a_refused_token_ends_the_start_and_is_named(
    library: Library, method: str, key: str
) -> None:
    async with FakeSlack() as slack:
        slack.script(method, Reply({"ok": False, "error": "invalid_auth"}))
        with pytest.raises(SettingsError, match=rf"SLACK_{key}_TOKEN \(invalid_auth\)"):
            await serve_socket_mode(
                Staff(library, Answers()), slack_settings(slack.api_url), asyncio.Event()
            )


async def test_slack_out_of_reach_ends_the_start(library: Library) -> None:
    settings = slack_settings("http://127.0.0.1:9/api")
    with pytest.raises(ArticlebotError, match="Slack cannot be reached"):
        await serve_socket_mode(Staff(library, Answers()), settings, asyncio.Event())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("slack_bot_token", None),
        ("slack_bot_token", SecretStr("  ")),
        ("slack_app_token", None),
        ("slack_app_token", SecretStr("xapp with blanks")),
    ],
)
async def test_socket_mode_needs_both_tokens(
    tmp_path: Path, key: str, value: SecretStr | None
) -> None:
    settings = slack_settings("http://127.0.0.1:9/api", data=tmp_path).model_copy(
        update={key: value}
    )
    with pytest.raises(SettingsError, match=key.upper()) as caught:
        run_socket_mode(settings)
    assert "xapp" not in str(caught.value)


@pytest.mark.parametrize("url", ["slack.com/api", "ftp://slack.com/", "http://", "https:// x/"])
async def test_an_address_that_is_none_is_named(library: Library, url: str) -> None:
    with pytest.raises(SettingsError, match="SLACK_API_URL"):
        SlackEvents(Staff(library, Answers()), slack_settings(url))


async def test_the_environment_cannot_switch_bolt_to_oauth(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN"):
        monkeypatch.setenv(name, "from-the-environment")
    settings = slack_settings("https://slack.example/api", data=tmp_path)
    with Library.open(settings, encoder=FakeEncoder()) as library:
        app = build_app(Staff(library), settings)
    assert app.oauth_flow is None
    assert app.client.token == BOT_TOKEN
    assert app.client.base_url == "https://slack.example/api/"
    assert os.environ["SLACK_CLIENT_ID"] == "from-the-environment"
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("invalid_auth", "Nothing is answered in Slack: Slack does not accept SLACK_BOT_TOKEN"),
        ("internal_error", "Slack does not answer as it should (internal_error)"),
    ],
)
async def test_a_token_that_slack_refuses_is_warned_of_when_serving_http(
    library: Library, caplog: pytest.LogCaptureFixture, error: str, told: str
) -> None:
    logged = asyncio.Event()

    def notice(record: logging.LogRecord) -> bool:
        if told in record.getMessage():
            logged.set()
        return True

    caplog.handler.addFilter(notice)
    async with FakeSlack() as slack:
        slack.script("auth.test", Reply({"ok": False, "error": error}))
        settings = slack_settings(slack.api_url)
        async with (
            served(create_app(library, settings, find_events)) as (url, _),
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            async with asyncio.timeout(10):
                await logged.wait()
            assert (await client.get("/healthz")).status_code == 200
    assert [record.levelname for record in caplog.records if told in record.getMessage()] == [
        "WARNING"
    ]


async def test_a_token_that_slack_takes_is_not_warned_of(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        FakeSlack() as slack,
        served(create_app(library, slack_settings(slack.api_url), find_events)),
    ):
        await slack.until(lambda: slack.made("auth.test"))
    assert "Slack" not in caplog.text


async def test_swapped_tokens_end_the_start(library: Library) -> None:
    swapped = slack_settings(
        "http://127.0.0.1:9/api",
        slack_bot_token=SecretStr(APP_TOKEN),
        slack_app_token=SecretStr(BOT_TOKEN),
    )
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN holds the token that belongs into"):
        run_socket_mode(swapped)
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN holds the token that belongs into"):
        create_app(library, swapped, find_events)


async def test_the_real_library_answers_over_http(seed_library: Library) -> None:
    async with FakeSlack() as slack:
        settings = slack_settings(slack.api_url, data=seed_library.settings.data)
        answered = ask(seed_library, Query(question="Who raised serious concerns?"))
        async with (
            served(create_app(seed_library, settings, find_events)) as (url, stop),
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            body = json.dumps(event_body(mention(answered.question))).encode()
            reply = await client.post("/slack/events", content=body, headers=signed(body))
            assert reply.status_code == 200
            await stop()
    (post,) = slack.posts
    passages = answered.passages or answered.closest
    assert passages
    for passage in passages:
        assert passage.citation.quote in shown(post)
        assert f"characters {passage.citation.start}–{passage.citation.end}" in shown(post)


async def test_socket_mode_runs_until_a_signal(library: Library) -> None:
    async with FakeSlack() as slack:
        settings = slack_settings(slack.api_url.rstrip("/"))
        running = asyncio.create_task(_run(library, settings))
        await slack.deliver(event_body(message("Who raised concerns?", ts="18.1")))
        await slack.until(lambda: slack.posts)
        library.index([ROOT / "seeds"])
        await slack.deliver(event_body(message("Who raised serious concerns?", ts="18.2")))
        await slack.until(lambda: len(slack.posts) == 2)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    empty, answered = slack.posts
    assert shown(empty).startswith("no articles in ")
    assert "raised serious concerns" in shown(answered)


async def test_events_are_counted_by_type_and_outcome(seed_library: Library) -> None:
    async with FakeSlack() as slack:
        settings = slack_settings(slack.api_url, data=seed_library.settings.data)
        async with (
            served(create_app(seed_library, settings, find_events)) as (url, _),
            httpx.AsyncClient(base_url=url, trust_env=False) as client,
        ):
            for number in (1, 1, 2):
                event = mention("Zebra quagga okapi?", ts=f"19.{number}")
                body = json.dumps(event_body(event)).encode()
                await client.post("/slack/events", content=body, headers=signed(body))
            await slack.until(lambda: len(slack.made("assistant.threads.setStatus")) == 4)
            await asyncio.sleep(0.1)
            read = (await client.get("/metrics")).text
    name = "articlebot_slack_events_total"
    assert f'{name}{{outcome="not_found",type="app_mention"}} 2.0' in read
    assert f'{name}{{outcome="duplicate",type="app_mention"}} 1.0' in read


def test_socket_mode_serves_metrics_where_it_is_wanted() -> None:
    registry = CollectorRegistry()
    Work(registry).count("app_mention", "found")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(SettingsError, match="--metrics-port"),
            _serving_metrics(registry, port),
        ):
            pytest.fail("the port is taken")
    with _serving_metrics(registry, port):
        read = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    assert 'outcome="found",type="app_mention"' in read


def test_socket_mode_imports_no_web_framework() -> None:
    program = (
        "import sys, bot.slack.app; sys.exit('fastapi' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def read_manifest(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "bot" / "slack" / name).read_text())
    return loaded


def test_the_manifest_asks_for_the_least() -> None:
    manifest = read_manifest("manifest.yaml")
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == {*scopes.NEEDED}
    assert manifest["settings"]["event_subscriptions"] == {"bot_events": [*scopes.EVENTS]}
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    features = manifest["features"]
    assert features["app_home"]["messages_tab_read_only_enabled"] is False
    assert [each["command"] for each in features["slash_commands"]] == [COMMAND]
    assert [each["callback_id"] for each in features["shortcuts"]] == [ASK_ABOUT]


def test_the_manifest_for_threads_adds_what_they_need_and_nothing_else() -> None:
    least, threads = read_manifest("manifest.yaml"), read_manifest("manifest-threads.yaml")
    bot = threads["oauth_config"]["scopes"].pop("bot")
    events = threads["settings"]["event_subscriptions"].pop("bot_events")
    assert set(bot) == {*scopes.NEEDED, *scopes.FOR_THREADS}
    assert set(events) == {*scopes.EVENTS, *scopes.EVENTS_FOR_THREADS}
    del least["oauth_config"]["scopes"]["bot"]
    del least["settings"]["event_subscriptions"]["bot_events"]
    assert threads == least
