"""What the OpenAPI document says beyond the types: examples, and errors as problems."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.models import Example

from bot.problems import MEDIA_TYPE, Problem

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

_QUOTE = (
    'Turkey buying the S-400 from\N{NO-BREAK SPACE}Russia "would be concerning," the chairman '
    "of\N{NO-BREAK SPACE}the US Joint Chiefs of\N{NO-BREAK SPACE}Staff, Gen. Joseph Dunford, "
    "said recently."
)
ANSWER_EXAMPLE: dict[str, Any] = {
    "id": "q4hN8rOYbZ3T",
    "question": "Who raised concerns?",
    "resolved_question": "Who raised concerns?",
    "found": True,
    "confidence": 0.81,
    "passages": [
        {
            "rank": 1,
            "score": 0.81,
            "text": _QUOTE,
            "start": 2408,
            "end": 2548,
            "citation": {
                "article_id": "turkey-s400-b37543",
                "title": "turkey s400",
                "source": "seeds/turkey-s400.txt",
                "published": None,
                "paragraph": 15,
                "start": 2408,
                "end": 2548,
                "quote": _QUOTE,
                "text_sha256": "8e06b6d263e757fa76d2ec384fd0a7f1fe9e678db96a53785204e60aac4c78c3",
                "link": "/articles/turkey-s400-b37543#s=2408-2548",
            },
            "also_in": [],
        }
    ],
    "closest": [],
    "index": {"fingerprint": "f994216fcca4d3f0", "articles": 1, "sentences": 21},
    "took_ms": 9.3,
}

_REASONS = {
    400: ("Not a form", "The form cannot be read."),
    401: ("No key", "A key is needed."),
    403: ("Not allowed", "This key may read, but not write."),
    404: ("Not found", "There is no article with this id."),
    413: ("Body too large", "The request body is over 64 kB."),
    415: ("Not JSON", "The body must be JSON: send it as application/json."),
    422: ("A request that cannot be used", "The question is empty."),
    429: ("Too many requests", "That is over 300 requests a minute."),
    500: ("Unexpected error", "Something unexpected went wrong."),
    503: ("Not ready, or busy", "There is no article to search."),
    504: ("Took too long", "This took longer than 30 s."),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the errors of an endpoint, for its `responses`."""
    return {
        status: {
            "model": Problem,
            "description": _REASONS[status][0],
            "content": {"application/json": {"example": _example(status)}},
        }
        for status in (*statuses, 500)
    }


def _example(status: int) -> dict[str, Any]:
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _REASONS[status][1],
    }
    return example | ({"reference": "5e1c3f0a9b7d2c48"} if status >= 500 else {})


EVENTS: dict[str, Any] = {
    "text/event-stream": {
        "schema": {
            "type": "object",
            "description": "A server-sent event.",
            "properties": {"data": {"type": "string"}},
            "required": ["data"],
        }
    }
}
"""The content of a response of server-sent events."""
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


class DescribedAPI(FastAPI):
    """An application whose OpenAPI document gives errors the media type that they leave with."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            for path in document["paths"].values():
                for operation in path.values():
                    _describe_errors(operation["responses"])
            # Added here, as FastAPI would leave out each null of an example.
            document["components"]["schemas"]["KeptAnswer"]["examples"] = [ANSWER_EXAMPLE]
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
