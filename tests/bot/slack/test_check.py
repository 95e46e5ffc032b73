"""`articlebot slack --check`: tokens and scopes, asked of a stand-in for Slack."""

import asyncio
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.outcome import FAILED
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
    assert "fix SLACK_APP_TOKEN: Slack does not accept it (missing_scope)" in said
    assert "connections:write" in said


@pytest.mark.parametrize(
    ("tokens", "named"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": "xoxb-other"}, "Slack does not accept it (invalid_auth)"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "neither Socket Mode nor HTTP"),
    ],
)
def test_a_token_that_is_missing_or_refused(check: Run, tokens: dict[str, str], named: str) -> None:
    done = check(**tokens)
    assert done.exit_code == FAILED
    assert named in " ".join(done.stdout.split())
