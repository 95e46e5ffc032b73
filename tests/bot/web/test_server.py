"""The server: ready once it is warm, many questions at a time, and an end without loss."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from bot.web.app import create_app
from bot.web.server import listen, serve
from bot.web.work import count_threads
from index.errors import SettingsError
from index.library import Library
from index.settings import Settings
from tests.bot.serving import problem_of, serving, wait_until_ready
from tests.bot.web.conftest import QUESTION
from tests.conftest import SEEDS
from tests.fakes import FakeEncoder, HeldEncoder


def indexed(data: Path, encoder: FakeEncoder) -> Library:
    """Make a library of the seeds; its questions go through `encoder`."""
    Library(Settings(data=data), FakeEncoder()).index([SEEDS])
    return Library(Settings(data=data), encoder)


class SlowLibrary(Library):
    """A library that warms up once `release` is set."""

    release: threading.Event

    def warm(self) -> None:
        assert self.release.wait(15)
        super().warm()


def test_ready_only_once_warm(tmp_path: Path) -> None:
    indexed(tmp_path, FakeEncoder())
    library = SlowLibrary(Settings(data=tmp_path), FakeEncoder())
    library.release = threading.Event()
    with serving(create_app(library, library.settings)) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        starting = client.get("/readyz")
        library.release.set()
        ready = wait_until_ready(client)
    assert starting.status_code == 503
    assert "being loaded" in problem_of(starting).detail
    assert ready.json()["index"]["articles"] == 1


def test_empty_library_is_not_ready(tmp_path: Path) -> None:
    library = Library(Settings(data=tmp_path / "data"), FakeEncoder())
    with serving(create_app(library, library.settings)) as client:
        time.sleep(0.1)
        ready = client.get("/readyz")
        asked = client.post("/v1/ask", json={"question": QUESTION})
        assert client.get("/v1/articles").json() == {"articles": []}
        assert client.get("/healthz").status_code == 200
    for response in ready, asked:
        assert response.status_code == 503
        problem = problem_of(response)
        assert problem.type == "urn:articlebot:problem:empty-library"
        assert "articlebot index" in (problem.remedy or "")
        assert str(tmp_path) not in response.text


def test_questions_are_answered_side_by_side(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    library = indexed(tmp_path, encoder)
    with (
        serving(create_app(library, library.settings)) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        wait_until_ready(client)
        asked = [
            pool.submit(client.post, "/v1/ask", json={"question": f"{QUESTION} {number}"})
            for number in range(8)
        ]
        try:
            # At work at the same time are as many as there are cores; the others come after them.
            for _ in range(min(8, count_threads(library.settings))):
                assert encoder.waiting.acquire(timeout=10)
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
        finally:
            encoder.release.set()
        answers = [each.result().json() for each in asked]
    assert [each["question"] for each in answers] == [f"{QUESTION} {n}" for n in range(8)]


SLOW_SERVER = """
import sys, time
from pathlib import Path
from bot.web.app import create_app
from bot.web.logs import set_up_logs
from bot.web.server import listen, run_app
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder

class SlowEncoder(FakeEncoder):
    def encode(self, texts):
        if "allies" in texts[0]:  # the question of the test
            print("encoding", flush=True)
            time.sleep(0.7)
        return super().encode(texts)

class TellingLibrary(Library):
    def close(self):
        super().close()
        print("closed", flush=True)

settings = Settings(data=Path(sys.argv[1]))
set_up_logs(settings.log_level, settings.log_format)
with (
    listen("127.0.0.1", 0) as listener,
    TellingLibrary.open(settings, encoder=SlowEncoder()) as library,
):
    run_app(create_app(library, settings), listener, settings)
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_requests_under_way_finish_before_the_server_stops(
    tmp_path: Path, stop: signal.Signals
) -> None:
    indexed(tmp_path, FakeEncoder())
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SERVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=SEEDS.parent,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        address = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
        assert address
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(
                httpx.post,
                f"{address[0]}/v1/ask",
                json={"question": QUESTION},
                timeout=20,
                trust_env=False,
            )
            assert process.stdout.readline() == "encoding\n"
            process.send_signal(stop)
            response = asked.result()
        output, log = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert response.status_code == 200
    assert response.json()["index"]["articles"] == 1
    assert output == "closed\n"
    assert process.returncode == 0
    assert "Traceback" not in log
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(address[1])))


def test_the_body_of_an_answer_does_not_wait_for_the_receipt_of_its_head() -> None:
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_address_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    make_app = partial(create_app, settings=settings)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"127\.0\.0\.1:{port}: .* choose another"):
            serve(settings, "127.0.0.1", port, make_app)
    with pytest.raises(SettingsError, match="choose another"):
        serve(settings, "127.0.0.1", 70_000, make_app)
