"""Slack's tokens and secrets: read, and told what is missing or in another's place."""

import re
from collections.abc import Iterator

from pydantic import SecretStr

from bot.checks import Check
from index.errors import SettingsError
from index.settings import Settings

APP_PAGE = "the app's page at api.slack.com"
_TOKENS = (
    ("slack_bot_token", "SLACK_BOT_TOKEN", r"xoxb-\S+", 'begins with "xoxb-"'),
    ("slack_app_token", "SLACK_APP_TOKEN", r"xapp-\S+", 'begins with "xapp-"'),
    ("slack_signing_secret", "SLACK_SIGNING_SECRET", r"[0-9a-f]{32}", "is 32 hexadecimal digits"),
)
_PREFIXES = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}


def installs_itself(settings: Settings) -> bool:
    """Tell whether workspaces install the app by OAuth, as no token of one workspace is set."""
    return bool(settings.slack_client_id and not settings.slack_bot_token)


def read_secret(settings: Settings, key: str) -> str:
    """Give a token or secret.

    Raises:
        SettingsError: it is missing, empty, the other token or none at all; names the key, not
            the value.
    """
    name = key.upper()
    value = getattr(settings, key)
    secret: str = value.get_secret_value().strip() if value else ""
    if not secret:
        raise SettingsError(f"{name} is not set", f"copy it from {APP_PAGE}")
    if not re.fullmatch(r"[!-~]+", secret):
        raise SettingsError(f"{name} holds a blank or an odd character", "copy it once more")
    for other, prefix in _PREFIXES.items():
        if key in _PREFIXES and key != other and secret.startswith(prefix):
            raise SettingsError(
                f"{name} holds the token that belongs into {other.upper()}",
                f"the bot token begins with {_PREFIXES['slack_bot_token']}, the app token with"
                f" {_PREFIXES['slack_app_token']}: put each into its own",
            )
    return secret


def find_missing(settings: Settings) -> str:
    """Tell what has to be set besides what is set for Slack; empty: nothing is missing."""
    one_way = settings.slack_app_token or settings.slack_signing_secret
    if settings.slack_bot_token and not one_way:
        return "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP events"
    if settings.slack_bot_token:
        return ""
    if settings.slack_client_id or settings.slack_client_secret:
        wanted = {
            "SLACK_CLIENT_ID": settings.slack_client_id,
            "SLACK_CLIENT_SECRET": settings.slack_client_secret,
            "SLACK_SIGNING_SECRET": settings.slack_signing_secret,  # the page to install is ours
        }
        missing = [name for name, value in wanted.items() if not value]
        return f"set {' and '.join(missing)}, too" if missing else ""
    return "set SLACK_BOT_TOKEN, too" if one_way else ""


def check_tokens(settings: Settings) -> Iterator[Check]:
    """Slack is optional; a token that is set has to have the shape of its kind."""
    for field, name, shape, described in _TOKENS:
        secret: SecretStr | None = getattr(settings, field)
        value = secret.get_secret_value() if secret else ""
        if not value and field == "slack_bot_token" and installs_itself(settings):
            yield Check(name, "off", "not set, as each workspace that installs the app has its own")
        elif not value:
            yield Check(name, "off", "not set", f"only for Slack: set {name}; it {described}")
        elif re.fullmatch(shape, value):
            yield Check(name, "ok", "set, has the right shape")
        else:
            yield _describe_wrong(settings, field, f"a valid one {described}")
    if missing := find_missing(settings):
        yield Check("Slack", "fix", "nothing is answered there with what is set", missing)


def _describe_wrong(settings: Settings, field: str, remedy: str) -> Check:
    try:
        read_secret(settings, field)
    except SettingsError as error:  # the other token, a blank
        return Check(field.upper(), "fix", error.what, error.remedy)
    return Check(field.upper(), "fix", "set, but not of the right shape", remedy)
