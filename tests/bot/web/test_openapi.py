"""The OpenAPI document is complete, and its examples are true."""

import hashlib
import json
import re
from typing import Any

import httpx
import jsonschema_rs

from bot.article_view import ArticleView
from bot.web.ask import KeptAnswer
from bot.web.chat import ChatCompletion
from bot.web.problems import MEDIA_TYPE
from bot.web.samples import SAMPLES


def test_document_is_complete(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/v1/answers/{answer_id}",
        "/v1/ask",
        "/v1/ask/batch",
        "/v1/articles",
        "/v1/chat/completions",
        "/v1/conversations/{name}",
        "/v1/jobs/{job_id}",
        "/v1/jobs/{job_id}/events",
        "/v1/models",
        "/v1/articles/{article_id}",
        "/v1/feedback",
        "/v1/preview",
        "/v1/search",
        "/healthz",
        "/metrics",
        "/readyz",
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["description"]
            for status, response in operation["responses"].items():
                if status >= "400":
                    body = response["content"][MEDIA_TYPE]
                    assert list(response["content"]) == [MEDIA_TYPE]
                    assert body["schema"] == {"$ref": "#/components/schemas/Problem"}
                    assert body["example"]["status"] == int(status)
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_examples_of_the_document_are_as_the_server_answers(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/ask"]["post"]
    examples: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        assert client.post("/v1/ask", json=example["value"]).status_code == 200
    [listed] = client.get("/v1/articles").json()["articles"]
    given = client.get(f"/v1/articles/{listed['id']}").json()
    for passage in KeptAnswer.model_validate(SAMPLES["KeptAnswer"]).passages:
        cited = passage.citation
        assert given["text"][cited.start : cited.end] == cited.quote
        assert given["text"][passage.start : passage.end] == passage.text
        assert given["text_sha256"] == cited.text_sha256
    [choice] = ChatCompletion.model_validate(SAMPLES["ChatCompletion"]).choices
    [note] = choice.message.annotations
    place = note.url_citation
    assert choice.message.content[place.start_index : place.end_index] == "[1]"
    article = ArticleView.model_validate(SAMPLES["ArticleView"])
    assert article.text_sha256 == hashlib.sha256(article.text.encode()).hexdigest()
    assert [(each.start, each.end) for each in article.paragraphs] == [(0, len(article.text))]


def test_the_examples_of_what_is_unknown_are_as_the_server_answers(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    seen = 0
    for path in paths:
        for method, operation in paths[path].items():
            if (method, "404" in operation["responses"]) in {("get", True), ("delete", True)}:
                seen += 1
                example = operation["responses"]["404"]["content"][MEDIA_TYPE]["example"]
                unknown = example["detail"].split("'")[1]
                assert client.request(method, re.sub("{.*}", unknown, path)).json() == example
    assert seen == 6


def test_every_response_has_an_example_that_fits_its_schema(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    examples = 0
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                assert response["headers"]["X-Request-ID"]
                for media_type, body in response.get("content", {}).items():
                    examples += 1
                    if "json" not in media_type:
                        assert body["example"]
                        continue
                    schema = body["schema"] | {"components": document["components"]}
                    jsonschema_rs.validate(schema, body["example"])
                    known = document["components"]["schemas"][body["schema"]["$ref"].split("/")[-1]]
                    if status < "400":  # nothing is left out, and nothing made up
                        assert set(body["example"]) == set(known["properties"])
    assert examples > 100
