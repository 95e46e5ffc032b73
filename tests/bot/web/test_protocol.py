"""Slow senders and too many connections, over real sockets."""

import socket
import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web import protocol
from bot.web.server import make_config
from index.settings import Settings
from tests.bot.serving import serving

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n"


async def count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


APP = Starlette(routes=[Route("/", count, methods=["GET", "POST"])])


def is_closed(connection: socket.socket, seconds: float) -> bool:
    """Tell whether the other side closes a connection within a time."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1000) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD[:-2], HEAD, HEAD + b"x" * 100])
def test_a_request_that_does_not_come_is_not_waited_for(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.5)
    with serving(APP, make_config(APP, Settings())) as client:
        address = ("127.0.0.1", client.base_url.port or 0)
        with socket.create_connection(address) as connection:
            connection.sendall(sent)
            assert not is_closed(connection, 0.2)
            assert is_closed(connection, 5)
        assert client.get("/").text == "0"


def test_a_byte_now_and_then_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.5)
    with (
        serving(APP, make_config(APP, Settings())) as client,
        socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as connection,
    ):
        connection.sendall(HEAD)
        began = time.monotonic()
        while not is_closed(connection, 0.05):
            connection.sendall(b"x")
            assert time.monotonic() < began + 5


def test_a_body_that_comes_steadily_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "SECONDS", 0.3)
    with (
        serving(APP, make_config(APP, Settings())) as client,
        socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as connection,
    ):
        connection.sendall(HEAD)
        for _ in range(10):
            connection.sendall(b"x" * 40_000)
            time.sleep(0.1)
        connection.settimeout(5)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_connections_over_the_number_are_refused_and_places_come_back() -> None:
    with serving(APP, make_config(APP, Settings(connections=3))) as client:
        address = ("127.0.0.1", client.base_url.port or 0)
        held = [socket.create_connection(address) for _ in range(3)]
        time.sleep(0.1)
        with socket.create_connection(address) as refused:
            assert refused.recv(1000).startswith(b"HTTP/1.1 503")
        for each in held:
            each.close()
        time.sleep(0.1)
        assert client.get("/").text == "0"
