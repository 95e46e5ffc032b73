"""API keys: who may read, and who may write as well. Only their hashes are known here."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.errors import SettingsError
from index.settings import Settings

Scope = Literal["read", "write"]

_ENTRY = re.compile(r"(read|write):([0-9a-f]{64})")
_REMEDY = "`articlebot key --write` makes a key and prints its entry"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key, which is shown once, and the entry for ARTICLEBOT_API_KEYS, which stays."""

    key: str
    entry: str


def make_key(scope: Scope) -> NewKey:
    """Make a random key: 256 bits, so that a plain hash of it can be kept."""
    key = f"ab_{secrets.token_urlsafe(32)}"
    return NewKey(key, f"{scope}:{_digest(key)}")


def read_keys(settings: Settings) -> Mapping[str, Scope]:
    """Give the scope of each key by its SHA-256.

    Raises:
        SettingsError: an entry is not as `articlebot key` prints it.
    """
    value = settings.api_keys.get_secret_value() if settings.api_keys else ""
    keys: dict[str, Scope] = {}
    for number, entry in enumerate(filter(None, re.split(r"[\s,]+", value)), 1):
        match = _ENTRY.fullmatch(entry)
        if not match:
            raise SettingsError(f"entry {number} of ARTICLEBOT_API_KEYS cannot be used", _REMEDY)
        keys[match[2]] = "write" if match[1] == "write" else "read"
    return keys


def find_key(keys: Mapping[str, Scope], given: str) -> str | None:
    """Give the hash of a key that is known, or None. Every hash is compared, in constant time."""
    digest = _digest(given)
    found = None
    for known in keys:
        if hmac.compare_digest(known, digest):
            found = known
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
