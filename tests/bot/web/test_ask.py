"""Questions over HTTP: what is answered, what is refused, and that nothing breaks the server."""

import json
import socket
import time
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.answer import Answer, ask
from bot.answering.query import Query
from bot.web.app import MAX_BODY
from index.library import Library
from tests.bot.serving import problem_of
from tests.bot.web.conftest import QUESTION


def post(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})


def without_id(response: httpx.Response) -> dict[str, Any]:
    """Give an answer as the other interfaces do, which keep none."""
    answer: dict[str, Any] = response.json()
    assert answer.pop("id")
    return answer


def test_answer_is_the_object_of_the_one_answer_path(client: httpx.Client, seeds: Library) -> None:
    response = client.post("/v1/ask", json={"question": QUESTION, "top_k": 2})
    assert response.status_code == 200
    answer = Answer.model_validate(without_id(response))
    direct = ask(seeds, Query(question=QUESTION, top_k=2))
    same = {"took_ms": 0.0}
    assert answer.model_copy(update=same) == direct.model_copy(update=same)
    assert answer.passages or answer.closest


def test_citations_can_be_checked_over_http(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    for passage in answer["passages"] + answer["closest"]:
        cited = passage["citation"]
        article = client.get(f"/v1/articles/{cited['article_id']}").json()
        assert article["text"][cited["start"] : cited["end"]] == cited["quote"]
        assert article["text"][passage["start"] : passage["end"]] == passage["text"]
        assert article["text_sha256"] == cited["text_sha256"]
        page = client.get(cited["link"].partition("#")[0])
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")


def test_question_may_be_limited_to_an_article(client: httpx.Client) -> None:
    [article] = client.get("/v1/articles").json()["articles"]
    known = client.post("/v1/ask", json={"question": QUESTION, "article": article["id"]})
    unknown = client.post("/v1/ask", json={"question": QUESTION, "article": "none"})
    assert known.status_code == 200
    assert problem_of(unknown).type == "urn:articlebot:problem:unknown-article"
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"question": ""}', "empty"),
        (b'{"question": " \\n\\u00a0 "}', "empty"),
        (json.dumps({"question": "é" * 2001}).encode(), "2001 characters"),
        (b'{"question": "a\\u0000b"}', "not text"),
        (b'{"question": "a\\u001bb"}', "not text"),
        (b'{"question": "\\ud800"}', "not text"),
        (b'{"question": 7}', "question: it must be text, in quotes"),
        (b'{"question": null}', "question: it must be text, in quotes"),
        (b'{"question": ["a"]}', "question: it must be text, in quotes"),
        (b"{}", "question: it is missing: add it"),
        (b"[]", "The body must be an object, in braces."),
        (b"", "The body is missing: add it."),
        (b"{", "The body is not valid JSON."),
        (b"null", "The body must be an object, in braces."),
        (b'{"question": "\xff"}', "not valid JSON in UTF-8"),
        (b"[" * 60_000, "not valid JSON"),
        (b'{"question": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"question": "a", "top_k": 0}', "top_k: it must be 1 or more"),
        (b'{"question": "a", "top_k": 21}', "top_k: it must be 20 or less"),
        (b'{"question": "a", "\\ud800": 1}', "surrogate"),
        (
            b'{"question": "a", "colour": 1}',
            "colour: there is no such field: check its name, or leave it out",
        ),
    ],
)
def test_unusable_question_is_refused_with_the_reason(
    client: httpx.Client, content: bytes, reason: str
) -> None:
    response = post(client, content)
    assert response.status_code == 422
    assert reason in problem_of(response).detail


def test_longest_question_is_taken_however_it_is_escaped(client: httpx.Client) -> None:
    content = json.dumps({"question": "\U0001f680a" * 1000}).encode()
    assert b"\\ud83d" in content
    assert post(client, content).status_code == 200


_bodies = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: json.dumps({"question": text}).encode()),
    st.text(st.characters(exclude_categories=[]), max_size=50).map(
        lambda text: json.dumps({"question": text, text: text}).encode()
    ),
    st.fixed_dictionaries(
        {"question": st.one_of(st.text(max_size=50), st.integers(), st.none())},
        optional={
            "top_k": st.one_of(st.integers(), st.floats(), st.text(max_size=5), st.booleans()),
            "article": st.one_of(st.text(max_size=20), st.integers()),
        },
    ).map(lambda body: json.dumps(body).encode()),
)


@given(_bodies)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_body_breaks_the_server(client: httpx.Client, content: bytes) -> None:
    response = post(client, content)
    if response.status_code == 200:
        Answer.model_validate(without_id(response))
    else:
        assert response.status_code in (404, 422)
        problem_of(response)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_media_types_are_refused(client: httpx.Client, media_type: str) -> None:
    content = json.dumps({"question": QUESTION})
    headers = {"Content-Type": media_type} if media_type else {}
    response = client.post("/v1/ask", content=content, headers=headers)
    assert response.status_code == 415
    assert "application/json" in problem_of(response).detail


def test_body_over_the_limit_is_refused(client: httpx.Client) -> None:
    filler = b'{"question": "' + b"a" * 10 * MAX_BODY + b'"}'
    announced = post(client, filler)
    unannounced = client.post(
        "/v1/ask",
        content=(filler[at : at + 1000] for at in range(0, len(filler), 1000)),
        headers={"Content-Type": "application/json"},
    )
    for response in announced, unannounced:
        assert response.status_code == 413
        assert "64 kB" in problem_of(response).detail
    assert client.get("/healthz").status_code == 200


def test_refusal_of_a_large_body_reaches_a_client_that_is_still_sending(
    client: httpx.Client,
) -> None:
    half = b"a" * 4 * MAX_BODY
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=10) as sent:
        head = f"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * len(half)}\r\n\r\n"
        sent.sendall(head.encode() + half)
        time.sleep(0.2)
        sent.sendall(half)
        time.sleep(0.2)
        assert sent.recv(1000).startswith(b"HTTP/1.1 413 ")
