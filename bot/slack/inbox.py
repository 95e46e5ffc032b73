"""What people send to be added: it waits in the database until one of the processes does it."""

import asyncio
import contextlib
import logging
import secrets
from typing import TYPE_CHECKING

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.adding import Adder, Parcel, StoppedError
from bot.slack.installations import Installations
from bot.slack.work import DRAIN_SECONDS, Work, log_reference
from index.errors import LibraryError, SourceError, UnavailableError
from index.store import Records

if TYPE_CHECKING:
    from index.stores.postgres.tasks import TakenTask, Tasks

WAITING = 64
"""Parcels that may wait or be worked on; more are refused."""
ATTEMPTS = 3
"""How often a parcel is begun: what ends each process that works on it is given up."""
IDLE_SECONDS = 2.0
"""How often is looked for what other processes have accepted, or have left."""

log = logging.getLogger(__name__)


class Inbox:
    """Parcels of all processes on one database, added by whichever is free. For one event loop."""

    def __init__(self, tasks: "Tasks", adder: Adder, records: Records, work: Work) -> None:
        self._tasks = tasks
        self._adder = adder
        self._installations = Installations(records)
        self._work = work
        self._woken = asyncio.Event()
        self._stopped = False
        self._serving: asyncio.Task[None] | None = None

    def start(self, client: AsyncWebClient) -> None:
        """Begin to work on what waits; `client` is the app's own, with or without a token."""
        self._serving = asyncio.create_task(self._serve(client))

    async def put(self, parcel: Parcel) -> None:
        """Let a parcel wait.

        Raises:
            LibraryError: it cannot be kept, or too many wait.
        """
        name, what = secrets.token_urlsafe(9), parcel.model_dump_json().encode()
        if not await asyncio.to_thread(self._tasks.add, name, what, b"", WAITING):
            raise UnavailableError("too many articles are waiting", "send it again in a while")
        self._woken.set()

    async def close(self) -> None:
        """Stop: what is being added stops at its next step, and is left to another process."""
        self._stopped = True
        self._woken.set()
        if self._serving:
            await asyncio.wait([self._serving], timeout=DRAIN_SECONDS)
        await asyncio.to_thread(self._tasks.close)

    async def _serve(self, client: AsyncWebClient) -> None:
        while not self._stopped:
            worked = False
            try:
                worked = await self._take(client)
            except LibraryError as error:
                log.info("No article is taken: %s", error)
            except Exception as error:  # noqa: BLE001 - what comes next is worked on all the same
                log_reference(error, "An article that was sent is not taken")
            if not worked:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), IDLE_SECONDS)
            self._woken.clear()

    async def _take(self, client: AsyncWebClient) -> bool:
        """Add a parcel; False where there is none."""
        with contextlib.ExitStack() as held:
            taken = await asyncio.to_thread(held.enter_context, self._tasks.taking())
            if taken is None:
                return False
            await self._add(taken, client)
            return True

    async def _add(self, taken: "TakenTask", app_client: AsyncWebClient) -> None:
        """Add a parcel that has been taken.

        Raises:
            LibraryError: the database has gone, and with it the parcel: it waits to be taken anew.
        """
        parcel, outcome = Parcel.model_validate_json(taken.what), "error"
        try:
            client = await self._client(parcel, app_client)
            if taken.attempts > ATTEMPTS:
                error = SourceError("it ended each process that read it", f"tried {ATTEMPTS} times")
                await self._adder.tell(parcel, client, f"{error}.")
                outcome = "refused"
            else:
                outcome = await self._adder.add(parcel, client, lambda: self._stopped)
        except StoppedError:
            await asyncio.to_thread(taken.hand_back, b"")
            return
        except LibraryError:
            raise
        except Exception as error:  # noqa: BLE001 - there is no one else to tell
            log_reference(error, "What was sent is not told of")
        await asyncio.to_thread(taken.finish, b"")
        self._work.count("articles", outcome)

    async def _client(self, parcel: Parcel, app_client: AsyncWebClient) -> AsyncWebClient:
        """Give a client of the workspace from which a parcel came."""
        if app_client.token:
            return app_client
        bot = await self._installations.async_find_bot(
            enterprise_id=parcel.enterprise,
            team_id=parcel.team,
            is_enterprise_install=parcel.everywhere,
        )
        if bot is None:
            raise SourceError("the app is not installed there any more")
        return AsyncWebClient(
            token=bot.bot_token,
            base_url=app_client.base_url,
            retry_handlers=app_client.retry_handlers,
        )
