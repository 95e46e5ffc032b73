"""Chat completions, as a client of OpenAI's API reads them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.web.chat import Message, find_question
from index.errors import UsageError
from tests.bot.serving import problem_of
from tests.bot.web.conftest import ANSWER, ASKED, ATTACK, BRIDGE, ELSEWHERE, Site, open_site


def complete(site: Site, question: str, **options: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "x"}, {"role": "user", "content": question}]
    body = {"model": "any", "messages": messages, "temperature": 1, **options}
    response = site.client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result


def test_the_content_is_quotes_with_numbered_citations(site: Site) -> None:
    completion = complete(site, ASKED)
    [choice] = completion["choices"]
    message = choice["message"]
    assert (completion["object"], choice["finish_reason"]) == ("chat.completion", "stop")
    assert message["content"].startswith(f"> **{ANSWER}**")
    text = site.client.get("/v1/articles/bridge").json()["text"]
    for number, annotation in enumerate(message["annotations"], 1):
        place, cited = annotation["url_citation"], annotation["citation"]
        assert annotation["type"] == "url_citation"
        assert message["content"][place["start_index"] : place["end_index"]] == f"[{number}]"
        assert text[cited["start"] : cited["end"]] == cited["quote"]
        link = f"/articles/bridge#s={cited['start']}-{cited['end']}"
        assert (cited["link"], place["url"]) == (link, site.address + link)
        assert f"](<{place['url']}>)" in message["content"], "a front end is another site"
    kept = completion["id"].removeprefix("chatcmpl-")
    assert site.client.get(f"/v1/answers/{kept}").json()["question"] == ASKED


def test_a_public_url_goes_before_the_address_that_was_asked(tmp_path: Path) -> None:
    with open_site(tmp_path / "data", BRIDGE, public_url="https://ask.example.org/") as site:
        [annotation, *_] = complete(site, ASKED)["choices"][0]["message"]["annotations"]
    assert annotation["url_citation"]["url"].startswith("https://ask.example.org/articles/bridge#")


def test_not_found_is_told(site: Site) -> None:
    content = complete(site, ELSEWHERE)["choices"][0]["message"]["content"]
    assert content.startswith("No article answers this question.")
    assert "not an answer" in content


def test_a_stream_says_the_same(site: Site) -> None:
    whole = complete(site, ASKED)["choices"][0]["message"]
    body = {"messages": [{"role": "user", "content": ASKED}], "stream": True}
    lines = []
    with site.client.stream("POST", "/v1/chat/completions", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line.removeprefix("data: ") for line in response.iter_lines() if line]
    assert lines.pop() == "[DONE]"
    chunks = [json.loads(line) for line in lines]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content", "") for delta in deltas) == whole["content"]
    [annotations] = [delta["annotations"] for delta in deltas if "annotations" in delta]
    assert annotations == whole["annotations"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks][-1] == "stop"
    assert len({chunk["id"] for chunk in chunks}) == 1


def test_an_article_writes_no_markup(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_site(tmp_path_factory.mktemp("data"), ATTACK) as site:
        content = complete(site, "What wrote the hostile zebras?")["choices"][0]["message"][
            "content"
        ]
    assert "<script" not in content.replace("\\<", "")
    assert "](javascript:" not in content


def test_parts_and_the_last_message_count() -> None:
    parts: Any = [
        {"type": "text", "text": "Who came"},
        {"type": "image_url"},
        {"type": "text", "text": "today?"},
    ]
    messages = [
        Message(role="user", content="Never mind"),
        Message(role="assistant", content="> **Fine\\!** [1]"),
        Message(role="user", content=parts),
    ]
    assert find_question(messages) == "Who came today?"


def test_a_follow_up_is_said_in_full() -> None:
    messages = [
        Message(role="user", content="What did Maria Lopez say?"),
        Message(role="assistant", content="> **Maria Lopez said it carries lorries\\.** [1]"),
        Message(role="user", content="Where does she work?"),
    ]
    assert re.fullmatch("Where does (Maria )?Lopez work[?]", find_question(messages))


def test_without_a_user_there_is_no_question(site: Site) -> None:
    with pytest.raises(UsageError, match="no message of the user"):
        find_question([Message(role="system", content="x")])
    response = site.client.post(
        "/v1/chat/completions", json={"messages": [{"role": "user", "content": None}]}
    )
    assert problem_of(response).status == 422


def test_the_model_is_listed(site: Site) -> None:
    [model] = site.client.get("/v1/models").json()["data"]
    assert model["id"] == "articlebot"
