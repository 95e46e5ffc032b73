"""The Model Context Protocol server, through its own client, over stdio and HTTP."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import CallToolResult

from bot.mcp import http_app, make_server
from bot.web.guard import guard
from bot.web.keys import make_key
from index.library import Library
from index.settings import load_settings
from tests.bot.serving import serving

ROOT = Path(__file__).parents[2]
QUESTION = "Who raised concerns among the NATO allies?"
pytestmark = pytest.mark.anyio


@asynccontextmanager
async def client_of(library: Library) -> AsyncIterator[Client]:
    async with Client(make_server(library)) as client:
        yield client


def content_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error
    assert result.structured_content is not None
    content: dict[str, Any] = result.structured_content
    return content


async def test_the_tools_ask_search_and_read(seed_library: Library) -> None:
    async with client_of(seed_library) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "read_article"}
        assert all(tool.description for tool in tools.values())
        answer = content_of(await client.call_tool("ask", {"question": QUESTION}))
        cited = (answer["passages"] or answer["closest"])[0]["citation"]
        hits = content_of(await client.call_tool("search", {"question": QUESTION, "k": 2}))["hits"]
        article = content_of(
            await client.call_tool("read_article", {"article_id": cited["article_id"]})
        )
    assert article["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert article["text_sha256"] == cited["text_sha256"]
    assert [hit["rank"] for hit in hits] == [1, 2]
    assert article["text"][hits[0]["start"] : hits[0]["end"]] == hits[0]["quote"]


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("ask", {"question": " "}, "the question is empty"),
        ("ask", {"question": "Who?", "article": "none"}, "there is no article 'none'"),
        ("search", {"question": "?"}, "the question has no words"),
        (
            "read_article",
            {"article_id": "none"},
            "there is no article 'none': citations and hits name",
        ),
    ],
)
async def test_what_cannot_be_done_is_told(
    seed_library: Library, tool: str, arguments: dict[str, object], reason: str
) -> None:
    async with client_of(seed_library) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert reason in str(result.content[0])


async def test_over_stdio(seed_library: Library, tmp_path: Path) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bot.cli.main", "--data", str(seed_library.settings.data), "mcp"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    with (tmp_path / "log").open("w") as log:
        async with Client(stdio_client(parameters, errlog=log)) as client:
            [article] = seed_library.articles()
            read = content_of(await client.call_tool("read_article", {"article_id": article.id}))
    assert read["title"] == article.title


async def test_over_http(seed_library: Library) -> None:
    app = guard(http_app(seed_library), seed_library.settings)
    with serving(app) as server:
        async with Client(f"{server.base_url}/mcp") as client:
            answer = content_of(await client.call_tool("ask", {"question": QUESTION}))
    assert answer["question"] == QUESTION


def test_over_http_keys_are_asked_for(seed_library: Library) -> None:
    key = make_key("read")
    settings = load_settings(data=seed_library.settings.data, api_keys=key.entry)
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    headers = {"Accept": "application/json, text/event-stream"}
    with serving(guard(http_app(seed_library), settings)) as client:
        refused = client.post("/mcp", json=ping, headers=headers)
        headers["Authorization"] = f"Bearer {key.key}"
        let_in = client.post("/mcp", json=ping, headers=headers)
    assert refused.status_code == 401
    assert json.loads(refused.content)["detail"] == "A key is needed."
    assert let_in.status_code != 401


def test_another_site_s_page_may_not_use_it(seed_library: Library) -> None:
    with serving(guard(http_app(seed_library), seed_library.settings)) as client:
        for headers in {"Host": "evil.example"}, {"Origin": "http://evil.example"}:
            refused: httpx.Response = client.post("/mcp", json={}, headers=headers)
            assert refused.status_code == 403
