"""Signing in on the page with a key, kept in a cookie that no script can read."""

import re
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.web.gate import COOKIE, SignInNeeded
from bot.web.service import Service

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
MAX_KEY, MAX_PATH = 200, 1000
_PATH = re.compile(r"/(?:[\w.~%-][\w.~%/-]*)?(?:#s=\d+-\d+)?")
"""A path of this site, perhaps with a place in an article."""

SIGN_IN = """\
<form method="post" action="/session" class="key">
<input type="hidden" name="then" value="{then}">
<label for="key">Key</label>
<input id="key" name="key" type="password" required autocomplete="current-password">
<button type="submit" class="primary">Sign in</button>
</form>"""
SIGN_OUT = """\
<form method="post" action="/session/end">
<button type="submit" class="tool">Sign out</button>
</form>"""


def sign_in_form(then: str) -> str:
    """Give the form, which leads to the path `then`."""
    return SIGN_IN.format(then=escape(then))


def make_router(service: Service) -> APIRouter:
    """Give the addresses of the sign-in form."""
    router = APIRouter(include_in_schema=False)

    @router.post("/session")
    async def sign_in(
        request: Request,
        key: Annotated[str, Form(min_length=1, max_length=MAX_KEY)],
        then: Annotated[str, Form(max_length=MAX_PATH)] = "/",
    ) -> Response:
        """Keep the key in a cookie and go to the page that was asked for."""
        if not _PATH.fullmatch(then):
            then = "/"  # never to another site
        if not service.gate.knows(request, key.strip()):
            return sign_in_page(then, "This key is not known.")
        response = RedirectResponse(then, 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, key.strip(), httponly=True, secure=secure, samesite="strict")
        return response

    @router.post("/session/end")
    async def sign_out(request: Request) -> Response:
        """Forget the key."""
        service.gate.refuse_other_origins(request)
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    return router


def install_sign_in(app: FastAPI) -> None:
    """Show the sign-in form wherever a page is asked for without a key."""

    async def on_sign_in(request: Request, _: Exception) -> Response:
        return sign_in_page(request.url.path)

    app.add_exception_handler(SignInNeeded, on_sign_in)


def sign_in_page(then: str, error: str = "") -> HTMLResponse:
    """Give the sign-in form, which leads to `then`; `error` is one of our own sentences."""
    told = f'<p class="error" role="alert">{error}</p>' if error else ""
    page = Template((STATIC / "signin.html").read_text("utf-8"))
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(page.substitute(error=told, form=sign_in_form(then)), 401, headers)
