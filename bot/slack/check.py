"""Whether Slack takes the tokens, and what the app may do with them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor import Check, check_slack
from bot.slack import scopes
from bot.slack.app import installs_itself, web_client
from bot.slack.post import error_code
from index.errors import SettingsError
from index.settings import Settings

APP_PAGE = "the app's page at api.slack.com"


def check(settings: Settings) -> list[Check]:
    """Ask Slack about the tokens; one line for each thing that has to be right."""

    async def collect() -> list[Check]:
        return [each async for each in _examine(settings)]

    return asyncio.run(collect())


async def _examine(settings: Settings) -> AsyncIterator[Check]:
    try:
        client = web_client(settings)
    except SettingsError as error:
        yield Check("SLACK_BOT_TOKEN", "fix", error.what, error.remedy)
        return
    if installs_itself(settings):
        found = "set: workspaces install the app at /slack/install, each with its own token"
        yield Check("SLACK_CLIENT_ID", "ok", found)
    else:
        async for each in _check_bot(client, settings):
            yield each
    if settings.slack_app_token:
        yield await _check_app(client, settings.slack_app_token.get_secret_value().strip())
    elif not settings.slack_signing_secret:
        wanted = "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP events"
        yield Check("connection", "fix", "neither Socket Mode nor HTTP", wanted)
    for each in check_slack(settings):
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
    reply = await _ask(client.auth_test())
    if isinstance(reply, str):
        yield Check("SLACK_BOT_TOKEN", "fix", reply, f"copy it once more from {APP_PAGE}")
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
    reply = await _ask(client.apps_connections_open(app_token=token))
    if isinstance(reply, str):
        remedy = f"make one with the scope connections:write on {APP_PAGE}"
        return Check("SLACK_APP_TOKEN", "fix", reply, remedy)
    return Check("SLACK_APP_TOKEN", "ok", "opens connections")


async def _ask(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse | str:
    """Give what Slack answers, or why not."""
    try:
        return await call
    except SlackApiError as error:
        return f"Slack does not accept it ({error_code(error)})"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"Slack cannot be reached ({type(error).__name__})"
