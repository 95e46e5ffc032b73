"""Whether Slack's events come over HTTP: decided before what they need is imported."""

import logging
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from bot.slack.tokens import find_missing
from index.library import Library
from index.settings import Settings

if TYPE_CHECKING:
    from bot.slack.http import SlackEvents

log = logging.getLogger(__name__)


def find_events(
    library: Library, settings: Settings, registry: CollectorRegistry | None = None
) -> "SlackEvents | None":
    """Give the endpoint for Slack's events where a token and the signing secret are set.

    What is set only in part is warned of.

    Raises:
        SettingsError: a token or secret cannot be used; names the key.
    """
    if missing := find_missing(settings):
        log.warning("Nothing is answered in Slack: %s", missing)
    if settings.slack_signing_secret and (settings.slack_bot_token or settings.slack_client_id):
        from bot.slack.http import http_events  # Bolt, which takes a while

        return http_events(library, settings, registry)
    return None
