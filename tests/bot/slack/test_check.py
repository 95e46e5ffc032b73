"""`articlebot slack --check`: tokens and scopes, asked of a stand-in for Slack."""

import asyncio
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.cli.outcome import FAILED
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, Reply

Run = Callable[..., Result]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in another thread than the one that serves the stand-in."""

    def run(prepare: Callable[[FakeSlack], None] = lambda slack: None, **tokens: str) -> Result:
        async def checked() -> Result:
            async with FakeSlack() as slack:
                prepare(slack)
                monkeypatch.setenv("SLACK_API_URL", slack.api_url)
                for name, value in tokens.items():
                    monkeypatch.setenv(name, value)
                return await asyncio.to_thread(CliRunner().invoke, app, ["slack", "--check"])

        return asyncio.run(checked())

    return run


def test_all_is_well(check: Run) -> None:
    done = check(
        SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, SLACK_SIGNING_SECRET=SIGNING_SECRET
    )
    assert done.exit_code == 0, done.output
    said = " ".join(done.stdout.split())
    for part in (
        "ok SLACK_BOT_TOKEN: bot in Team T1",
        "ok scopes: app_mentions:read, assistant:write, chat:write, commands, im:history",
        "ok scopes for threads: channels:history, groups:history",
        "ok SLACK_APP_TOKEN: opens connections",
        "ok SLACK_SIGNING_SECRET",
        "there have to be app_home_opened, app_mention, message.im;",
        "message.channels, message.groups",
    ):
        assert part in said


def test_what_is_missing_is_named_with_what_it_is_for(check: Run) -> None:
    def prepare(slack: FakeSlack) -> None:
        slack.scopes -= {"commands", "channels:history", "files:read"}
        slack.script("apps.connections.open", Reply({"ok": False, "error": "missing_scope"}))

    done = check(
        prepare, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, ARTICLEBOT_SLACK_EDITORS="U1"
    )
    assert done.exit_code == FAILED
    said = " ".join(done.stdout.split())
    assert "fix scopes: missing: commands (for /ask, and to be asked about a message)" in said
    assert "off scopes for threads: missing: channels:history" in said
    assert "fix scopes for files: missing: files:read" in said
    assert "fix SLACK_APP_TOKEN: Slack does not accept SLACK_APP_TOKEN (missing_scope)" in said
    assert "connections:write" in said


@pytest.mark.parametrize(
    ("tokens", "named"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": "xoxb-other"}, "Slack does not accept SLACK_BOT_TOKEN (invalid_auth)"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "neither Socket Mode nor HTTP"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET is not set"),
        (
            {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "a"},
            "set SLACK_SIGNING_SECRET, too",
        ),
    ],
)
def test_a_token_that_is_missing_or_refused(check: Run, tokens: dict[str, str], named: str) -> None:
    done = check(**tokens)
    assert done.exit_code == FAILED
    assert named in " ".join(done.stdout.split())


def test_swapped_tokens_are_told_without_showing_them(check: Run) -> None:
    done = check(SLACK_BOT_TOKEN="xapp-1-a", SLACK_APP_TOKEN="xoxb-1-b")
    assert done.exit_code == FAILED
    said = " ".join(done.stdout.split())
    assert (
        "fix SLACK_BOT_TOKEN: SLACK_BOT_TOKEN holds the token that belongs into SLACK_APP" in said
    )
    assert "the bot token begins with xoxb-, the app token with xapp-" in said
    assert "1-a" not in said
    assert "1-b" not in said


@pytest.mark.parametrize("tokens", [{"SLACK_BOT_TOKEN": BOT_TOKEN}, {"SLACK_CLIENT_ID": "1.2"}])
def test_slack_out_of_reach_is_no_fault_of_a_token(check: Run, tokens: dict[str, str]) -> None:
    away = {"SLACK_API_URL": "http://127.0.0.1:9/api"}
    done = check(**tokens, SLACK_CLIENT_SECRET="a", SLACK_APP_TOKEN=APP_TOKEN, **away)
    assert done.exit_code == FAILED
    said = " ".join(done.stdout.split())
    assert "fix Slack: Slack cannot be reached (ClientConnectorError)" in said
    assert "check the network, and SLACK_API_URL" in said
    assert "fix SLACK" not in said
    assert "copy it" not in said


@pytest.mark.parametrize(
    "reply",
    [Reply({"ok": False, "error": "internal_error"}), Reply({"ok": False, "error": "down"}, 503)],
)
def test_trouble_at_slack_is_no_fault_of_a_token(check: Run, reply: Reply) -> None:
    done = check(
        lambda slack: slack.script("auth.test", reply),
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
    )
    assert done.exit_code == FAILED
    said = " ".join(done.stdout.split())
    assert "fix Slack: Slack does not answer as it should" in said
    assert "fix SLACK" not in said


def test_many_workspaces_need_no_bot_token(check: Run) -> None:
    done = check(
        SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="a", SLACK_SIGNING_SECRET=SIGNING_SECRET
    )
    assert done.exit_code == 0, done.stdout
    assert "ok  SLACK_CLIENT_ID" in done.stdout
