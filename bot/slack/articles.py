"""Articles that people send: files and links in a DM, or in a mention that says "index this"."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.adding import MOST, Adder, Parcel
from bot.slack.blocks import plain_message
from bot.slack.inbox import Inbox
from bot.slack.post import Outbox
from index.errors import LibraryError
from index.settings import Settings

NOT_AN_EDITOR = (
    "You may ask, but not add articles here. Whoever runs this bot can put you on the list"
    " (ARTICLEBOT_SLACK_EDITORS)."
)
_LINK = re.compile(r"<(https?://[^|<>]+)(?:\|[^<>]*)?>")
_INDEX_THIS = re.compile(
    r"(?:please )?(?:index|add) (?:this|these|it|them)(?: (?:article|file|link|page)s?)?"
    r"(?:,? please)?[\s.!:]*",
    re.IGNORECASE,
)
_MENTION = re.compile(r"<@\w+(?:\|[^<>]*)?>")

Event = Mapping[str, Any]


class Intake:
    """Takes what editors send."""

    def __init__(
        self, settings: Settings, outbox: Outbox, adder: Adder, inbox: Inbox | None
    ) -> None:
        """Take who may send something from the settings; without an inbox it is added here."""
        self._outbox = outbox
        self._adder = adder
        self._inbox = inbox
        self._editors = {each.strip() for each in settings.slack_editors.split(",")} - {""}

    def concerns(self, event: Event, *, direct: bool) -> bool:
        """Tell whether a message brings articles: in a DM by a file or nothing but links."""
        text = event.get("text") or ""
        said = _MENTION.sub("", _LINK.sub("", text)).strip(" ,:\n")
        brings = bool(event.get("files")) or bool(_LINK.search(text))
        if said:
            return (brings and _INDEX_THIS.fullmatch(said) is not None) or (
                direct and bool(event.get("files"))
            )
        return brings and direct

    def is_editor(self, user: str, team: str | None) -> bool:
        """Tell whether a user may add articles; TEAM/USER names one of a certain workspace."""
        return bool({user, f"{team}/{user}"} & self._editors)

    async def take(
        self, event: Event, context: AsyncBoltContext, client: AsyncWebClient, thread: str | None
    ) -> str:
        """Add what a message brings, or have it added, and tell how it goes; gives the outcome."""
        channel = event["channel"]
        if not self.is_editor(event["user"], context.team_id):
            await self._outbox.post(client, channel, thread, plain_message(NOT_AN_EDITOR))
            return "not_editor"
        links = [each.replace("&amp;", "&") for each in _LINK.findall(event.get("text") or "")]
        parcel = Parcel(
            links=tuple(dict.fromkeys(links)),
            files=tuple(event.get("files") or ()),
            channel=channel,
            ts=await self._outbox.post(
                client, channel, thread, plain_message(f"Reading {_names(event)}…")
            ),
            enterprise=context.enterprise_id,
            team=context.team_id,
            everywhere=bool(context.is_enterprise_install),
        )
        if self._inbox is None:
            return await self._adder.add(parcel, client)
        try:
            await self._inbox.put(parcel)
        except LibraryError as error:
            await self._adder.tell(parcel, client, str(error))
            return "refused"
        return "accepted"


def _names(event: Event) -> str:
    files = [str(file.get("name") or "a file") for file in event.get("files") or ()]
    return ", ".join([*_LINK.findall(event.get("text") or ""), *files][:MOST])
