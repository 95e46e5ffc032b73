"""A real server on the loopback for tests, stopped by the test that started it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp

from bot.web.problems import MEDIA_TYPE, Problem


@contextmanager
def serving(app: ASGIApp, config: uvicorn.Config | None = None) -> Iterator[httpx.Client]:
    """Run an application under uvicorn on a free port; give a client that talks to it."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = config or uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="server")
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


def wait_until_ready(client: httpx.Client) -> httpx.Response:
    deadline = time.monotonic() + 10
    while (response := client.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline, response.text
        time.sleep(0.02)
    return response


def problem_of(response: httpx.Response) -> Problem:
    """Read a response as a problem; everything that holds for each of them is checked."""
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.headers["cache-control"] == "no-store"
    problem = Problem.model_validate_json(response.content)
    assert problem.status == response.status_code
    assert (problem.reference is not None) == (problem.status >= 500)
    assert "Traceback" not in response.text
    return problem
