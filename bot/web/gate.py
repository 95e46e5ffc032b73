"""Who is let in: by key, by address, by origin, and how often."""

import ipaddress
import math
import time
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.web.keys import Scope, find_key, read_keys
from index.settings import Settings

COOKIE = "articlebot_key"
"""Holds the key of somebody who has signed in on the page; scripts cannot read it."""
FORWARDING = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip"})
"""Headers by which proxies name those for whom they ask; and all that begin with x-forwarded."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="A key that `articlebot key` made.")
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


class SignInNeeded(Exception):  # noqa: N818  # nothing has gone wrong
    """A page is asked for without a key: the sign-in form is to be shown instead."""


class Gate:
    """Decides on every request that reads or writes articles. Use its methods as dependencies.

    Without keys everybody who reaches the server may read; it is reached from its own machine
    alone, unless the settings open it. Articles are then written by requests of this machine to
    this machine. Behind a proxy that cannot be told: a server that is open, or has a public
    address, is written to with a key alone.
    """

    def __init__(self, settings: Settings) -> None:
        """Take keys and limits from the settings.

        Raises:
            SettingsError: the keys cannot be used.
        """
        self._settings = settings
        self._keys = read_keys(settings)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        per_minute = settings.requests_per_minute
        self._limit = RateLimitItemPerMinute(per_minute) if per_minute else None

    @property
    def has_keys(self) -> bool:
        """Whether keys are needed at all."""
        return bool(self._keys)

    async def may_read(self, request: Request, bearer: _Bearer) -> None:
        """Let in who may read articles and ask.

        Raises:
            HTTPException: 401, 403 or 429.
        """
        self._admit(request, bearer.credentials if bearer else None, "read")

    async def may_write(self, request: Request, bearer: _Bearer) -> None:
        """Let in who may add and remove articles; raises as `may_read` does."""
        self._admit(request, bearer.credentials if bearer else None, "write")

    async def may_see(self, request: Request) -> None:
        """Let in who may see the pages; others are asked to sign in."""
        try:
            self._admit(request, None, "read")
        except HTTPException as error:
            if error.status_code == 401:
                raise SignInNeeded from None
            raise

    def may_change(self, request: Request) -> bool:
        """Tell whether the page should offer to add and remove articles."""
        key = find_key(self._keys, request.cookies.get(COOKIE, ""))
        return self._keys[key] == "write" if key else self._is_open_for_writing(request)

    def knows(self, request: Request, key: str) -> bool:
        """Tell whether a key that was typed in is one; guesses are counted like requests."""
        self.refuse_other_origins(request)
        self._count(_address(request))
        return find_key(self._keys, key) is not None

    def _admit(self, request: Request, given: str | None, scope: Scope) -> None:
        self.refuse_other_origins(request)
        given = given or request.cookies.get(COOKIE)
        key = find_key(self._keys, given) if given else None
        self._count(key or _address(request))
        if self._keys:
            if key is None:
                detail = "A key is needed." if given is None else "This key is not known."
                raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
            if scope == "write" and self._keys[key] != "write":
                raise HTTPException(403, "This key may read, but not write.")
        elif scope == "write" and not self._is_open_for_writing(request):
            raise HTTPException(
                403,
                "Without keys, articles are changed from the server's own machine alone:"
                " `articlebot key --write` makes a key.",
            )

    def _is_open_for_writing(self, request: Request) -> bool:
        if self._keys or self._settings.open or self._settings.public_url:
            return False
        forwarded = any(
            name in FORWARDING or name.startswith("x-forwarded") for name in request.headers
        )
        named = _host(f"//{request.headers.get('host', '')}")
        return not forwarded and is_loopback(named) and is_loopback(_address(request))

    def refuse_other_origins(self, request: Request) -> None:
        """Keep other sites' pages from acting through somebody's browser.

        Raises:
            HTTPException: 403.
        """
        host = request.headers.get("host", "")
        if not self._keys and not self._settings.open:
            # A name that is made to lead here (DNS rebinding) would pass as the same origin.
            own, named = _host(self._settings.public_url or ""), _host(f"//{host}")
            if not named or (named != own and not is_loopback(named)):
                raise HTTPException(
                    403, "This is not the server's own name: set ARTICLEBOT_PUBLIC_URL to it."
                )
        if request.method in SAFE_METHODS:
            return
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        # Browsers tell the one only where they trust the connection, the other always.
        other = origin is not None and origin.partition("://")[2] != host
        if site not in {"same-origin", "none"} if site else other:
            raise HTTPException(403, "Another site's page may not do this.")

    def _count(self, who: str) -> None:
        if self._limit and not self._limiter.hit(self._limit, who):
            free_at = self._limiter.get_window_stats(self._limit, who).reset_time
            wait = max(1, math.ceil(free_at - time.time()))
            raise HTTPException(
                429,
                f"That is over {self._limit.amount} requests a minute.",
                {"Retry-After": str(wait)},
            )


def is_from_another_site(request: Request) -> bool:
    """Tell whether another site's page has led a browser here."""
    return request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def is_loopback(host: str) -> bool:
    """Tell whether an address is one of this machine's own, which no other machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
