"""What the OpenAPI document says beyond the types: examples, and errors as problems."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.models import Example

from bot.failures import remedy_over_http
from bot.web.problems import MEDIA_TYPE, Problem, classify
from bot.web.samples import SAMPLES, UNDER_WAY
from index.errors import ArticlebotError
from index.library import unknown_article

ASK_EXAMPLES: dict[str, Example] = {
    "question": {"summary": "A question", "value": {"question": "Who raised concerns?"}},
    "one article": {
        "summary": "At most one passage, from one article",
        "value": {
            "question": "How many S-400 battalions will Turkey get?",
            "top_k": 1,
            "article": "turkey-s400",
        },
    },
}

_REASONS = {
    400: ("Not a form", "The form cannot be read."),
    401: ("No key", "A key is needed."),
    403: ("Not allowed", "This key may read, but not write."),
    404: ("Not found", ""),
    413: ("Body too large", "The request body is over 64 kB."),
    415: ("Not JSON", "The body must be JSON: send it as application/json."),
    422: ("A request that cannot be used", "The question is empty."),
    429: ("Too many requests", "That is over 300 requests a minute."),
    500: ("Unexpected error", "Something unexpected went wrong."),
    503: ("Not ready, or busy", "There is no article to search."),
    504: ("Took too long", "This took longer than 30 s."),
}
_UNKNOWN_ARTICLE = unknown_article("the-visit")
ETAG = {"ETag": {"description": "For `If-None-Match`", "schema": {"type": "string"}}}
"""The headers of a response that need not be sent again."""
_HEADERS = {
    "202": {"Location": "The job's address", "Retry-After": "In seconds"},
    "401": {"WWW-Authenticate": "`Bearer`"},
    "429": {"Retry-After": "In seconds"},
    "503": {"Retry-After": "In seconds, where waiting helps"},
}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def problems(
    *statuses: int, missing: ArticlebotError = _UNKNOWN_ARTICLE
) -> dict[int | str, dict[str, Any]]:
    """Declare the errors of an endpoint, for its `responses`; `missing`: an example of its 404."""
    return {
        status: {
            "model": Problem,
            "description": _REASONS[status][0],
            "content": {"application/json": {"example": _example(status, missing)}},
        }
        for status in (*statuses, 500)
    }


def _example(status: int, missing: ArticlebotError) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    if status == HTTPStatus.NOT_FOUND:
        name = f"urn:articlebot:problem:{classify(missing)[1]}"
        told = {"detail": missing.what, "remedy": remedy_over_http(missing)}
        return {"type": name, "title": title, "status": status, **told}
    detail = _REASONS[status][1]
    example = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return example | ({"reference": "5e1c3f0a9b7d2c48"} if status >= 500 else {})


def events(example: str) -> dict[str, Any]:
    """Declare a response of server-sent events, for its `content`."""
    schema = {
        "type": "object",
        "description": "A server-sent event.",
        "properties": {"data": {"type": "string"}},
        "required": ["data"],
    }
    return {"text/event-stream": {"schema": schema, "example": example}}


class DescribedAPI(FastAPI):
    """An application whose OpenAPI document shows an example of whatever it sends.

    Errors have the media type that they leave with, responses the headers that matter.
    """

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            for path in document["paths"].values():
                for operation in path.values():
                    _describe_errors(operation["responses"])
                    for status, response in operation["responses"].items():
                        _describe_response(status, response)
            for unused in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(unused, None)
            self.openapi_schema = document
        return self.openapi_schema


def _describe_errors(responses: dict[str, Any]) -> None:
    for status in [status for status in responses if status >= "400"]:
        content = responses[status]["content"]
        example = content.get("application/json", {}).get("example")
        if example is None:
            del responses[status]  # FastAPI's own guess; what can happen is declared
        else:
            content.clear()  # of an endpoint with another media type, FastAPI names that one too
            content[MEDIA_TYPE] = {"schema": _PROBLEM, "example": example}


def _describe_response(status: str, response: dict[str, Any]) -> None:
    """Add the headers, and the sample of the schema; FastAPI would leave out each null of it."""
    response["headers"] = response.get("headers", {}) | {
        name: {"description": told, "schema": {"type": "string"}}
        for name, told in ({"X-Request-ID": "As in the log"} | _HEADERS.get(status, {})).items()
    }
    body = response.get("content", {}).get("application/json")
    if body is not None:
        name = body["schema"]["$ref"].rpartition("/")[2]
        body["example"] = UNDER_WAY if status == "202" else SAMPLES[name]
