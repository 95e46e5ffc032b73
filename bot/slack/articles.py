"""Articles that people send: files and links in a DM, or in a mention that says "index this"."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import plain_message
from bot.slack.post import Outbox, error_code
from bot.slack.replies import explain
from index.build import IndexReport, OnProgress, Progress
from index.errors import SourceError
from index.library import Library
from index.read import Blob, Reading, Source
from index.settings import Settings

MOST = 10
"""Files and links of one message."""
PROGRESS_SECONDS = 3.0
DOWNLOAD_SECONDS = 60
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
    """Adds what editors send, one message after the other, as the library has one writer."""

    def __init__(self, library: Library, settings: Settings, outbox: Outbox) -> None:
        self._library = library
        self._settings = settings
        self._outbox = outbox
        self._editors = {each.strip() for each in settings.slack_editors.split(",")} - {""}
        self._one = asyncio.Lock()

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
        self, event: Event, client: AsyncWebClient, team: str | None, thread: str | None
    ) -> str:
        """Add what a message brings, and tell how that goes; gives the outcome."""
        channel = event["channel"]
        if not self.is_editor(event["user"], team):
            await self._outbox.post(client, channel, thread, plain_message(NOT_AN_EDITOR))
            return "not_editor"
        told = f"Reading {_names(event)}…"
        ts = await self._outbox.post(client, channel, thread, plain_message(told))
        try:
            async with self._one:
                told = await self._add(event, client, channel, ts)
            outcome = "indexed"
        except Exception as error:  # noqa: BLE001 - told to the user, with a number to find it
            told, outcome = explain(error), "refused"
        await self._outbox.update(client, channel, ts, plain_message(told))
        return outcome

    async def _add(self, event: Event, client: AsyncWebClient, channel: str, ts: str) -> str:
        """Download and index; every few seconds, say how far it is."""
        links = [*dict.fromkeys(_LINK.findall(event.get("text") or ""))]
        sources: list[Source] = [link.replace("&amp;", "&") for link in links[:MOST]]
        failed: list[SourceError] = []
        for file in (event.get("files") or [])[: MOST - len(sources)]:
            try:
                sources.append(await self._download(file, client))
            except SourceError as error:
                failed.append(error)
        said: list[str] = []
        work = asyncio.create_task(
            asyncio.to_thread(self._index, sources, lambda progress: said.append(_say(progress)))
        )
        while not (await asyncio.wait([work], timeout=PROGRESS_SECONDS))[0]:
            if said:
                await self._outbox.update(client, channel, ts, plain_message(said[-1]))
        return _tell(work.result(), failed)

    def _index(self, sources: Sequence[Source], on_progress: OnProgress) -> IndexReport:
        if not sources:
            return IndexReport(0, 0, 0, 0, ())
        return self._library.index(sources, on_progress, Reading(public_only=True))

    async def _download(self, file: Mapping[str, Any], client: AsyncWebClient) -> Blob:
        """Download a file with the bot's token, which is sent to Slack alone.

        Raises:
            SourceError: it is too large, or Slack does not give it.
        """
        name = str(file.get("name") or "file")
        try:
            if "url_private" not in file:  # of another workspace, in a shared channel
                file = (await client.files_info(file=file["id"]))["file"]
            url = str(file.get("url_private_download") or file.get("url_private"))
            if not self._is_slack(url):
                raise SourceError(f"{name} is not kept by Slack", "share its link instead")
            data, kind = await self._get(url, str(client.token), name)
        except SlackApiError as error:
            raise _refused(name, error_code(error)) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _refused(name, type(error).__name__) from None
        if kind == "text/html" and file.get("mimetype") != "text/html":
            raise _refused(name, "it wants somebody to sign in")
        return Blob(name, data)

    def _is_slack(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        ours = urlsplit(self._settings.slack_api_url or "").hostname
        return host == ours or (url.startswith("https://") and host.endswith(".slack.com"))

    async def _get(self, url: str, token: str, name: str) -> tuple[bytes, str]:
        most = self._settings.upload_mb * 1024 * 1024
        timeout = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, headers=headers, allow_redirects=False) as reply,
        ):
            if reply.status != 200:
                raise _refused(name, f"status {reply.status}")
            data = bytearray()
            async for part in reply.content.iter_any():
                data += part
                if len(data) > most:
                    raise SourceError(
                        f"{name} is larger than {self._settings.upload_mb} MB",
                        "split it, or raise ARTICLEBOT_UPLOAD_MB",
                    )
            return bytes(data), reply.content_type


def _refused(name: str, reason: str) -> SourceError:
    return SourceError(
        f"Slack does not give the file {name} ({reason})",
        "the app needs the scope files:read; `articlebot slack --check` tells",
    )


def _names(event: Event) -> str:
    files = [str(file.get("name") or "a file") for file in event.get("files") or ()]
    return ", ".join([*_LINK.findall(event.get("text") or ""), *files][:MOST])


def _say(progress: Progress) -> str:
    count = f"{progress.done} of {progress.total} articles, " if progress.total else ""
    return f"Indexing: {count}{progress.sentences} sentences so far…"


def _tell(report: IndexReport, failed: Sequence[SourceError]) -> str:
    counts = (
        (report.added, "added"),
        (report.changed, "replaced"),
        (report.unchanged, "as it was before"),
    )
    done = [f"{count} {what}" for count, what in counts if count]
    size = f"{report.sentences} sentence{'s' * (report.sentences != 1)}"
    lines = [f"Articles: {', '.join(done)} ({size})."] if done else []
    return "\n".join([*lines, *(f"{error}." for error in (*failed, *report.failed))])
