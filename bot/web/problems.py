"""Errors over HTTP: every one leaves as `application/problem+json` (RFC 9457)."""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Mount

from bot.failures import describe_error
from bot.faults import describe_fault
from index.errors import (
    ArticlebotError,
    BusyError,
    EmptyLibraryError,
    LibraryError,
    ModelError,
    SourceError,
    UnavailableError,
    UnknownArticleError,
    UsageError,
)
from index.settings import Settings

MEDIA_TYPE = "application/problem+json"
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request being handled, for logs and for the reference of a problem."""
RETRY_AFTER = {"Retry-After": "5"}
"""Where an error may pass by itself: a database that is away, another process that writes."""
MAX_FIELD_ERRORS = 10
MAX_FIELD_NAME = 100

logger = logging.getLogger(__name__)

# The first match counts: a subclass stands before its base.
_STATUS: tuple[tuple[type[ArticlebotError], int, str], ...] = (
    (UnknownArticleError, 404, "unknown-article"),
    (UsageError, 422, "usage"),
    (SourceError, 422, "source"),
    (EmptyLibraryError, 503, "empty-library"),
    (BusyError, 503, "busy"),
    (LibraryError, 503, "library"),
    (ModelError, 503, "model"),
)
_DETAIL = {
    404: ("There is nothing at this address.", "/openapi.json lists what there is."),
    405: ("This address does not take that method.", "The Allow header names those it takes."),
}


class UnknownError(ArticlebotError):
    """There is nothing under an id, or no longer, of what is kept for a while."""

    def __init__(self, kind: str, given: str, reason: str) -> None:
        super().__init__(f"there is no {kind} {given!r}", reason)
        self.name = f"unknown-{kind}"


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="Where it stands, dots between levels; empty: the body itself.")
    message: str


class Problem(BaseModel):
    """An error: what happened and what to do about it."""

    type: str = Field(
        default="about:blank",
        description="`urn:articlebot:problem:NAME` for the bot's own errors.",
    )
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What happened, in one sentence.")
    remedy: str | None = Field(default=None, description="What to do about it.")
    reference: str | None = Field(
        default=None, description="Stands in the server's log beside the cause."
    )
    errors: list[FieldProblem] | None = Field(
        default=None, description="The fields of the request that cannot be used."
    )


def problem_response(
    status: int,
    detail: str,
    *,
    name: str | None = None,
    remedy: str | None = None,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the response for an error; from 500 on it carries the request's id as reference."""
    problem = Problem(
        type=f"urn:articlebot:problem:{name}" if name else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        remedy=remedy or None,
        reference=REQUEST_ID.get() if status >= 500 else None,
        errors=errors,
    )
    # Pure ASCII: a lone surrogate that a client sent as a field name cannot break the encoding.
    content = json.dumps(problem.model_dump(exclude_none=True))
    return Response(content, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


def unexpected_response() -> Response:
    """Make the response for an error that nobody foresaw; the caller has logged it."""
    return problem_response(
        500,
        "Something unexpected went wrong.",
        name="unexpected",
        remedy=f"Look for {REQUEST_ID.get()} in the server's log.",
    )


def error_response(error: ArticlebotError, settings: Settings) -> Response:
    """Translate one of the bot's own errors; the server's paths are kept out of it."""
    status, name = classify(error)
    if not name:
        return unexpected_response()
    told = describe_error(error, settings)
    return problem_response(
        status,
        told.detail,
        name=name,
        remedy=told.remedy,
        headers=RETRY_AFTER if isinstance(error, UnavailableError) else None,
    )


def classify(error: ArticlebotError) -> tuple[int, str]:
    """Give the status of one of the bot's own errors, and its name; none: nobody foresaw it."""
    if isinstance(error, UnknownError):
        return 404, error.name
    found = ((status, name) for kind, status, name in _STATUS if isinstance(error, kind))
    return next(found, (500, ""))


def install_handlers(app: FastAPI, settings: Settings) -> None:
    """Let every error that an endpoint or the routing raises leave as a problem."""

    async def on_own(_: Request, error: Exception) -> Response:
        assert isinstance(error, ArticlebotError)
        response = error_response(error, settings)
        if response.status_code >= 500:  # the log has what the response leaves out
            unforeseen = error if response.status_code == 500 else None
            logger.error("%s: %r", type(error).__name__, str(error), exc_info=unforeseen)
        return response

    app.add_exception_handler(ArticlebotError, on_own)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldProblem(field=_field_name(each["loc"]), message=describe_fault(each))
        for each in error.errors()[:MAX_FIELD_ERRORS]
    ]
    first = errors[0]
    detail = f"{first.field}: {first.message}" if first.field else first.message
    return problem_response(422, detail, name="invalid-request", errors=errors)


def _field_name(location: tuple[int | str, ...]) -> str:
    # The first part says body, path or query; a broken JSON body has a position behind it.
    return ".".join(str(part) for part in location[1:] if isinstance(part, str))[:MAX_FIELD_NAME]


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400 and isinstance(error.__cause__, ValueError | RecursionError):
        # So FastAPI reports a body that its JSON parser chokes on: not UTF-8, nested too deep.
        errors = [FieldProblem(field="", message="The body is not valid JSON in UTF-8.")]
        return problem_response(422, errors[0].message, name="invalid-request", errors=errors)
    detail, remedy = _DETAIL.get(error.status_code, (str(error.detail), None))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        if allowed := ", ".join(_allowed(request)):
            headers["Allow"] = allowed
        remedy = remedy if "Allow" in headers else None
    return problem_response(error.status_code, detail, remedy=remedy, headers=headers)


def _allowed(request: Request) -> list[str]:
    """Give the methods that an address takes, which may stand at several routes."""
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
            if not isinstance(route, Mount)
        )
    ]
