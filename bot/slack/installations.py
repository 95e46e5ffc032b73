"""The workspaces that have installed the app, and installations under way, in the records."""

import asyncio
import json
import logging
import secrets
from datetime import timedelta
from logging import Logger
from typing import Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from index.store import Records

STATE_LIFE = timedelta(minutes=10)
"""How long somebody may take to agree to an installation."""
_INSTALLATION, _STATE = "slack-installation", "slack-state"


class Installations(AsyncInstallationStore):
    """One installation a workspace, or organisation: that of the bot. Users have no tokens."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @property
    def logger(self) -> Logger:
        return logging.getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        key = _key(installation.enterprise_id, installation.team_id)
        value = json.dumps(installation.__dict__)
        await asyncio.to_thread(self._records.put, _INSTALLATION, key, value)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        key = _key(enterprise_id, None if is_enterprise_install else team_id)
        value = await asyncio.to_thread(self._records.get, _INSTALLATION, key)
        return Installation(**json.loads(value)) if value else None

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        found = await self.async_find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_enterprise_install=is_enterprise_install,
        )
        return found.to_bot() if found else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        key = _key(enterprise_id, team_id)
        await asyncio.to_thread(self._records.drop, _INSTALLATION, key)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        if user_id is None:  # else a user's token is revoked: there is none
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)


class States(AsyncOAuthStateStore):
    """Proofs that an installation was begun here; each is good once."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @property
    def logger(self) -> Logger:
        return logging.getLogger(__name__)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        state = secrets.token_urlsafe(24)
        await asyncio.to_thread(self._records.put, _STATE, state, "", STATE_LIFE)
        return state

    async def async_consume(self, state: str) -> bool:
        return await asyncio.to_thread(self._records.drop, _STATE, state)


def _key(enterprise_id: str | None, team_id: str | None) -> str:
    return f"{enterprise_id or ''}/{team_id or ''}"
