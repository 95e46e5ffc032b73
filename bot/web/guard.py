"""An application of others behind the keys, limits and log of the API."""

from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.utils import get_authorization_scheme_param
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.gate import Gate
from bot.web.middleware import RequestLog
from bot.web.problems import problem_response
from index.settings import Settings


def guard(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Let only those reach an application whom the API lets read.

    Raises:
        SettingsError: the keys cannot be used.
    """
    return RequestLog(_Guard(app, Gate(settings)), observe=lambda *_: None)


class _Guard:
    """Lets those in whom the API lets read."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            scheme, key = get_authorization_scheme_param(request.headers.get("authorization"))
            bearer = HTTPAuthorizationCredentials(scheme=scheme, credentials=key) if key else None
            try:
                await self._gate.may_read(request, bearer)
            except HTTPException as error:
                refusal = problem_response(
                    error.status_code, str(error.detail), headers=error.headers
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
