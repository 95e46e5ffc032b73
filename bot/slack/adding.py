"""Adding what people have sent: files are downloaded, links are read, and how it goes is told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import plain_message
from bot.slack.post import Outbox, error_code
from bot.slack.replies import explain
from index.build import IndexReport, OnProgress, Progress
from index.errors import SourceError
from index.library import Library
from index.reading.read import Blob, Reading, Source
from index.settings import Settings

MOST = 10
"""Files and links of one message."""
PROGRESS_SECONDS = 3.0
DOWNLOAD_SECONDS = 60


class Parcel(BaseModel):
    """What somebody has sent to be added, and where is told how that goes."""

    model_config = ConfigDict(frozen=True)

    links: tuple[str, ...]
    files: tuple[dict[str, Any], ...]
    """As Slack describes them."""
    channel: str
    ts: str
    """Of the message that tells it."""
    enterprise: str | None = None
    team: str | None = None
    everywhere: bool = False
    """Whether the app is installed in the whole enterprise, not only in the team."""


class StoppedError(Exception):
    """The process ends: what is done is kept, the same parcel goes on from there."""


class Adder:
    """Adds one parcel after the other, as the library has one writer."""

    def __init__(self, library: Library, settings: Settings, outbox: Outbox) -> None:
        self._library = library
        self._settings = settings
        self._outbox = outbox
        self._one = asyncio.Lock()

    async def add(
        self, parcel: Parcel, client: AsyncWebClient, stopped: Callable[[], bool] = lambda: False
    ) -> str:
        """Add what a parcel holds, and tell how that goes; gives the outcome.

        Raises:
            StoppedError: `stopped` has said so.
        """

        def watch(progress: Progress) -> None:
            if stopped():
                raise StoppedError
            said.append(_say(progress))

        said: list[str] = []
        try:
            async with self._one:
                told = await self._add(parcel, client, watch, said)
            outcome = "indexed"
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - told to the user, with a number to find it
            told, outcome = explain(error), "refused"
        await self.tell(parcel, client, told)
        return outcome

    async def tell(self, parcel: Parcel, client: AsyncWebClient, told: str) -> None:
        """Put something in place of what was told before."""
        await self._outbox.update(client, parcel.channel, parcel.ts, plain_message(told))

    async def _add(
        self, parcel: Parcel, client: AsyncWebClient, watch: OnProgress, said: Sequence[str]
    ) -> str:
        """Download and index; every few seconds, say how far it is."""
        sources: list[Source] = [*parcel.links[:MOST]]
        failed: list[SourceError] = []
        for file in parcel.files[: MOST - len(sources)]:
            try:
                sources.append(await self._download(file, client))
            except SourceError as error:
                failed.append(error)
        work = asyncio.create_task(asyncio.to_thread(self._index, sources, watch))
        while not (await asyncio.wait([work], timeout=PROGRESS_SECONDS))[0]:
            if said:
                await self.tell(parcel, client, said[-1])
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
    size = f" ({report.sentences} sentence{'s' * (report.sentences != 1)})" * bool(report.sentences)
    lines = [f"Articles: {', '.join(done)}{size}."] if done else []
    return "\n".join([*lines, *(f"{error}." for error in (*failed, *report.failed))])
