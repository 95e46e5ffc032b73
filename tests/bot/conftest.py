"""Slack in both of its modes, and servers on the loopback that no proxy stands before."""

import os

import pytest

from tests.bot.slack.edges import OpenEdge, http_edge, socket_edge


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture(params=[http_edge, socket_edge], ids=["http", "socket"])
def open_edge(request: pytest.FixtureRequest) -> OpenEdge:
    """Start a bot with an answering function, in each mode in turn."""
    edge: OpenEdge = request.param
    return edge
