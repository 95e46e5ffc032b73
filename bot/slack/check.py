"""Whether Slack takes the tokens, and what the app may do with them."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from slack_sdk.web.async_client import AsyncWebClient

from bot.checks import Check
from bot.slack import scopes
from bot.slack.app import ask_slack, web_client
from bot.slack.tokens import APP_PAGE, check_tokens, find_missing, installs_itself, read_secret
from index.errors import ArticlebotError, SettingsError
from index.settings import Settings


def check(settings: Settings) -> list[Check]:
    """Ask Slack about the tokens; one line for each thing that has to be right."""

    async def collect() -> list[Check]:
        return [each async for each in _examine(settings)]

    return asyncio.run(collect())


async def _examine(settings: Settings) -> AsyncIterator[Check]:
    """Tell of the first thing that keeps Slack from being asked, or of all that is asked."""
    try:
        client = web_client(settings)
        app_token = read_secret(settings, "slack_app_token") if settings.slack_app_token else ""
        if installs_itself(settings):
            read_secret(settings, "slack_client_secret")
            found = "set: workspaces install the app at /slack/install, each with its own token"
            yield Check("SLACK_CLIENT_ID", "ok", found)
        else:
            async for each in _check_bot(client, settings):
                yield each
        if app_token:
            yield await _check_app(client, app_token)
    except SettingsError as error:
        yield Check(error.what.split()[0], "fix", error.what, error.remedy)
        return
    except ArticlebotError as error:
        yield Check("Slack", "fix", error.what, error.remedy)
        return
    if missing := find_missing(settings):
        yield Check("connection", "fix", "neither Socket Mode nor HTTP", missing)
    for each in check_tokens(settings):
        if each.name == "SLACK_SIGNING_SECRET" and settings.slack_signing_secret:
            yield each
    yield Check(
        "events",
        "off",
        f"there have to be {', '.join(scopes.EVENTS)}; for follow-ups without a mention also"
        f" {', '.join(scopes.EVENTS_FOR_THREADS)}",
        f"Slack does not tell which there are: see Event Subscriptions on {APP_PAGE}",
    )


async def _check_bot(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Check]:
    try:
        reply = await ask_slack("SLACK_BOT_TOKEN", client.auth_test())
    except SettingsError as error:
        yield Check("SLACK_BOT_TOKEN", "fix", error.what, error.remedy)
        return
    yield Check("SLACK_BOT_TOKEN", "ok", f"{reply['user']} in {reply['team']}")
    header = next((v for k, v in reply.headers.items() if k.lower() == "x-oauth-scopes"), "")
    given = {scope.strip() for scope in str(header).split(",")}
    yield _check_scopes("scopes", scopes.NEEDED, given, needed=True)
    yield _check_scopes("scopes for threads", scopes.FOR_THREADS, given, needed=False)
    editors = bool(settings.slack_editors)
    yield _check_scopes("scopes for files", scopes.FOR_FILES, given, needed=editors)


def _check_scopes(name: str, wanted: Mapping[str, str], given: set[str], *, needed: bool) -> Check:
    missing = [f"{scope} ({reason})" for scope, reason in wanted.items() if scope not in given]
    if not missing:
        return Check(name, "ok", ", ".join(wanted))
    remedy = f"add them under OAuth & Permissions on {APP_PAGE}, and install it again"
    return Check(name, "fix" if needed else "off", f"missing: {', '.join(missing)}", remedy)


async def _check_app(client: AsyncWebClient, token: str) -> Check:
    try:
        await ask_slack("SLACK_APP_TOKEN", client.apps_connections_open(app_token=token))
    except SettingsError as error:
        remedy = f"make one with the scope connections:write on {APP_PAGE}"
        return Check("SLACK_APP_TOKEN", "fix", error.what, remedy)
    return Check("SLACK_APP_TOKEN", "ok", "opens connections")
