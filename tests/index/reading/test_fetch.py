"""URLs fetched from a real server on the loopback, and addresses that are refused."""

import asyncio
import contextlib
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from index.errors import SourceError
from index.library import Library
from index.reading import fetch as module
from index.reading.fetch import fetch, is_public
from index.reading.read import Reading
from tests.index.reading.formats.files import BODY, PAGE

Handler = BaseHTTPRequestHandler
Serve = Callable[[Callable[[Handler], None]], str]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a server that answers with a function, and give its address."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[Handler], None]) -> str:
        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                # The client may have had enough.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def send(
    handler: Handler, data: bytes, status: int = 200, kind: str = "text/html", **more: str
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in more.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def test_a_page_is_fetched_and_indexed_from_where_it_was_found(
    serve: Serve, library: Library
) -> None:
    base = serve(lambda handler: send(handler, PAGE.encode()))
    report = library.index([f"{base}/tram#top"])
    assert (report.added, report.failed) == (1, ())
    (article,) = library.articles()
    assert article.source == f"{base}/tram", "not where the page says it is"
    assert article.title == "Town keeps its tram"
    assert article.id.startswith("tram-")
    assert BODY[0] in library.article(article.id).article.text
    assert library.index([f"{base}/tram"]).unchanged == 1


def test_redirects_are_followed_and_the_server_s_charset_is_believed(serve: Serve) -> None:
    def answer(handler: Handler) -> None:
        if handler.path == "/old":
            send(handler, b"", 302, Location="/new")
        else:
            send(handler, "Größe".encode("latin-1"), kind="text/plain; charset=ISO-8859-1")

    page = fetch(serve(answer) + "/old", public_only=False)
    assert page.url.endswith("/new")
    assert page.data.decode(page.charset or "") == "Größe"


def refused(url: str, match: str, **options: Any) -> None:
    with pytest.raises(SourceError, match=match) as error:
        fetch(url, **({"public_only": False} | options))
    assert error.value.remedy


def test_redirects_without_end(serve: Serve) -> None:
    refused(serve(lambda h: send(h, b"", 302, Location="/again")), "redirects more than 5 times")


def test_a_redirect_to_another_scheme(serve: Serve) -> None:
    base = serve(lambda handler: send(handler, b"", 302, Location="file:///etc/passwd"))
    refused(base, "leads to file:")


def test_what_the_server_refuses(serve: Serve) -> None:
    refused(serve(lambda handler: send(handler, b"", 404)), "answers 404 Not Found")


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "video/mp4"])
def test_other_content_is_refused(kind: str, serve: Serve) -> None:
    refused(serve(lambda handler: send(handler, b"x", kind=kind)), f"is {kind}, not an article")


def test_a_page_without_end_is_too_large(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_PAGE", 1_000_000)

    def endless(handler: Handler) -> None:
        send(handler, b"")
        while True:
            handler.wfile.write(b"x" * 65536)

    refused(serve(endless), "is larger than")
    bomb = gzip.compress(bytes(5_000_000))
    refused(serve(lambda h: send(h, bomb, Content_Encoding="gzip")), "is larger than")


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_slow_server_is_not_waited_for(drip: bytes, serve: Serve) -> None:
    over = threading.Event()

    def slow(handler: Handler) -> None:
        handler.wfile.write(drip)
        while drip and not over.wait(0.05):
            handler.wfile.write(b"x")
        over.wait(10)

    try:
        refused(serve(slow), "takes more than 0 seconds", seconds=0.4)
    finally:
        over.set()


def test_what_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    refused(f"http://127.0.0.1:{port}/", "cannot be fetched")
    refused("http://", "cannot be fetched")
    refused("http://[::1", "cannot be fetched")
    refused("http://a b/", "cannot be fetched")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
    ],
)
def test_private_and_local_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_local_addresses_are_refused_in_every_spelling(host: str, serve: Serve) -> None:
    asked: list[str] = []
    base = serve(lambda handler: asked.append(handler.path))
    port = base.rpartition(":")[2]
    refused(f"http://{host}:{port}/", "not a public address|cannot be fetched", public_only=True)
    assert not asked


class Resolver(asyncio.SelectorEventLoop):
    """An event loop with names of its own; what it says may change from call to call."""

    names: dict[str, list[list[str]]]

    async def getaddrinfo(self, host: Any, port: Any, **rest: Any) -> Any:
        answers = self.names.get(host)
        found = [host] if answers is None else answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Names and the addresses that they resolve to, one list for each time they are asked for."""
    names: dict[str, list[list[str]]] = {}
    monkeypatch.setattr(Resolver, "names", names, raising=False)

    def run(main: Any) -> Any:
        with asyncio.Runner(loop_factory=Resolver) as runner:
            return runner.run(main)

    monkeypatch.setattr(module.asyncio, "run", run)  # type: ignore[attr-defined]
    return names


def test_a_name_that_leads_to_a_local_address_is_refused(
    resolve: dict[str, list[list[str]]], serve: Serve
) -> None:
    resolve["rebind.example"] = [["93.184.216.34", "127.0.0.1"]]
    port = serve(lambda handler: send(handler, b"secret")).rpartition(":")[2]
    refused(f"http://rebind.example:{port}/", "not a public address", public_only=True)


def test_the_checked_address_is_the_one_connected_to_also_after_a_redirect(
    resolve: dict[str, list[list[str]]], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts: list[str] = []

    def answer(handler: Handler) -> None:
        hosts.append(handler.headers["Host"])
        if handler.path == "/":
            send(handler, b"", 302, Location=f"http://inside.example:{port}/secret")
        else:
            send(handler, b"secret")

    port = serve(answer).rpartition(":")[2]
    # The loopback stands in for the public web here, and a private address for what is inside.
    monkeypatch.setattr(module, "is_public", lambda address: address == "127.0.0.1")
    # A second look-up of the same name would fail: there is no second answer.
    resolve["public.example"] = [["127.0.0.1"]]
    resolve["inside.example"] = [["10.0.0.1"]]
    refused(f"http://public.example:{port}/", "inside.example is not a public", public_only=True)
    assert hosts == [f"public.example:{port}"]


def test_one_url_that_fails_leaves_the_others(serve: Serve, library: Library) -> None:
    base = serve(lambda handler: send(handler, PAGE.encode(), 200 if handler.path == "/a" else 500))
    report = library.index([f"{base}/b", f"{base}/a"])
    assert report.added == 1
    assert "answers 500" in str(report.failed[0])
    report = library.index([f"{base}/a"], reading=Reading(public_only=True))
    assert "not a public address" in str(report.failed[0])
