"""Which store the settings choose."""

import importlib.util
from datetime import timedelta
from typing import TYPE_CHECKING

from index.errors import SettingsError
from index.settings import Settings
from index.store import Records, Store
from index.stores.local import LocalStore
from index.stores.records import LocalRecords

if TYPE_CHECKING:
    from index.stores.postgres.server import Server
    from index.stores.postgres.standby import Standby


def open_store(settings: Settings) -> tuple[Store, Records]:
    """Give the store of the articles, and of what is remembered besides them.

    Raises:
        SettingsError: a database is chosen, and what speaks to it is not installed.
    """
    life = timedelta(hours=settings.conversation_hours)
    if settings.store is None:
        return LocalStore(settings.data, settings.wait_seconds), LocalRecords(settings.data, life)
    server = open_server(settings)
    from index.stores.postgres.records import PostgresRecords
    from index.stores.postgres.store import PostgresStore

    return PostgresStore(server, _open_standby(settings)), PostgresRecords(server, life)


def _open_standby(settings: Settings) -> "Standby | None":
    if settings.store_read is None:
        return None
    from index.stores.postgres.server import Server
    from index.stores.postgres.standby import Standby

    address, seconds = settings.store_read.get_secret_value(), settings.request_seconds
    return Standby(Server(address, seconds, "ARTICLEBOT_STORE_READ"))


def open_server(settings: Settings) -> "Server":
    """Give the database of the settings; nothing is connected to before it is needed.

    Raises:
        SettingsError: none is chosen, or what speaks to it is not installed.
    """
    if settings.store is None:
        raise SettingsError(
            "no database is chosen", "set ARTICLEBOT_STORE to postgresql://USER:PASSWORD@HOST/DB"
        )
    if any(importlib.util.find_spec(name) is None for name in ("psycopg_pool", "pgvector")):
        raise SettingsError(
            "a database is chosen and the packages for it are not installed",
            'run `pip install "articlebot[postgres]"`',
        )
    from index.stores.postgres.server import Server

    return Server(settings.store.get_secret_value(), settings.request_seconds)
