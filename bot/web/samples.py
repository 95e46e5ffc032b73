"""What the API answers with, as its OpenAPI document shows it: one sample for each schema."""

import json
from typing import Any

Sample = dict[str, Any]

QUESTION = "What did Dunford say of Turkey buying the S-400?"

_QUOTE = (
    'Turkey buying the S-400 from\N{NO-BREAK SPACE}Russia "would be concerning," the chairman '
    "of\N{NO-BREAK SPACE}the US Joint Chiefs of\N{NO-BREAK SPACE}Staff, Gen. Joseph Dunford, "
    "said recently."
)
_PLACE = {"start": 2408, "end": 2548}
_LINK = "/articles/turkey-s400-186d19#s=2408-2548"
_URL = f"http://127.0.0.1:8000{_LINK}"
_CITATION: Sample = {
    "article_id": "turkey-s400-186d19",
    "title": "turkey s400",
    "source": "seeds/turkey-s400.txt",
    "published": None,
    "section": "",
    "paragraph": 15,
    "page": None,
    **_PLACE,
    "quote": _QUOTE,
    "text_sha256": "8e06b6d263e757fa76d2ec384fd0a7f1fe9e678db96a53785204e60aac4c78c3",
    "link": _LINK,
}
_WORDS: Sample = {
    "text": "would be concerning",
    "start": 2445,
    "end": 2464,
    "rank": 1,
    "article_id": "turkey-s400-186d19",
}
_INDEX = {"fingerprint": "781c2099905d5c1c", "articles": 1, "sentences": 21}
_ANSWER: Sample = {
    "question": QUESTION,
    "resolved_question": QUESTION,
    "verdict": "answered",
    "found": True,
    "confidence": 0.81,
    "answers": [_WORDS],
    "passages": [
        {
            "rank": 1,
            "score": 0.81,
            "text": _QUOTE,
            **_PLACE,
            "strength": "strong",
            "citation": _CITATION,
            "answer": _WORDS,
            "also_in": [],
        }
    ],
    "closest": [],
    "limited_to": "",
    "index": _INDEX,
    "took_ms": 38.2,
    "id": "q4hN8rOYbZ3T",
}
_VISIT = {"id": "the-visit-c2155d", "title": "The visit", "source": "posted text"}
_JOB: Sample = {
    "id": "uLx3vbPnYw0q",
    "state": "done",
    "stage": "publish",
    "done": 1,
    "total": 1,
    "result": {
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "articles": [_VISIT["id"]],
        "failed": [],
    },
    "problem": None,
}
UNDER_WAY: Sample = {**_JOB, "state": "running", "stage": "index", "done": 0, "result": None}
"""A job that has not ended."""

_QUOTED = f"> **{_QUOTE.replace(chr(0xA0), ' ')}** "
_COMPLETION: Sample = {
    "id": "chatcmpl-q4hN8rOYbZ3T",
    "object": "chat.completion",
    "created": 1795540806,
    "model": "articlebot",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": f"{_QUOTED}[1]\n\n1. [turkey s400](<{_URL}>), paragraph 15",
                "refusal": None,
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {
                            "url": _URL,
                            "title": "turkey s400",
                            "start_index": len(_QUOTED),
                            "end_index": len(_QUOTED) + len("[1]"),
                        },
                        "citation": _CITATION,
                    }
                ],
            },
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
}

SAMPLES: dict[str, Sample] = {
    "KeptAnswer": _ANSWER,
    "BatchAnswers": {
        "answers": [
            {"status": 200, "answer": _ANSWER, "problem": None},
            {
                "status": 422,
                "answer": None,
                "problem": {
                    "detail": "the question is empty",
                    "remedy": "ask something such as “Who raised concerns?”",
                },
            },
        ]
    },
    "SearchHits": {
        "hits": [
            {
                "rank": 1,
                "article_id": "turkey-s400-186d19",
                "paragraph": 15,
                **_PLACE,
                "quote": _QUOTE,
                "scores": {"dense": 0.62, "lexical": 13.4, "fused": 0.89, "relevance": 4.3},
            }
        ]
    },
    "ArticleList": {
        "articles": [
            {**_VISIT, "published": None, "sentences": 1, "added": "2026-11-24T17:20:06+00:00"}
        ]
    },
    "ArticleView": {
        **_VISIT,
        "author": None,
        "published": None,
        "language": None,
        "text": "The king came by train on Monday.",
        "text_sha256": "3ec38bd439f7556b1cdc1bb99eb7a77fb3af7c342c7d4fa21e49646b09720bd1",
        "paragraphs": [{"number": 1, "start": 0, "end": 33, "kind": "body", "level": 0}],
        "warnings": [],
    },
    "Preview": {
        "articles": [
            {
                "title": _VISIT["title"],
                "source": _VISIT["source"],
                "author": None,
                "published": None,
                "language": None,
                "warnings": ["2 comments left out"],
                "sentences": 1,
                "paragraphs": [
                    {"kind": "body", "level": 0, "text": "The king came by train on Monday."}
                ],
                "more": 0,
            }
        ],
        "more": 0,
        "failed": [],
    },
    "Job": _JOB,
    "ChatCompletion": _COMPLETION,
    "ModelList": {
        "object": "list",
        "data": [{"id": "articlebot", "object": "model", "created": 0, "owned_by": "articlebot"}],
    },
    "Health": {"status": "ok"},
    "Ready": {"status": "ready", "index": _INDEX},
}
"""By the name of the schema."""

METRICS = 'articlebot_requests_total{method="POST",route="/v1/ask",status="200"} 1.0\n'
JOB_EVENTS = "".join(f"data: {json.dumps(job)}\n\n" for job in (UNDER_WAY, _JOB))


def _chunk(delta: Sample, finish: str | None = None) -> str:
    chunk = {
        **{key: _COMPLETION[key] for key in ("id", "created", "model")},
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return f"data: {json.dumps(chunk)}\n\n"


CHAT_EVENTS = (
    _chunk({"role": "assistant", "content": ""})
    + _chunk({"content": f"{_QUOTED}[1]\n"})
    + _chunk({}, "stop")
    + "data: [DONE]\n\n"
)
