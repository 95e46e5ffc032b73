"""Questions over HTTP from several clients at once, over real connections."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Load(NamedTuple):
    """What some clients met."""

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int


@contextmanager
def serving(environment: dict[str, str], ready: str = "/readyz") -> Iterator[tuple[int, int]]:
    """Run `articlebot serve` until it answers at `ready`; give its port and its process id."""
    command = [sys.executable, "-m", "bot.cli.main", "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                port = int(found[1])
                break
        else:
            raise SystemExit("the server did not start")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        _wait(port, ready)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, ready: str) -> None:
    """Wait until the server is ready: at /readyz, until the model and the index are open."""
    for _ in range(300):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", ready)
        if connection.getresponse().status == 200:
            return
        time.sleep(0.1)
    raise SystemExit("the server does not get ready")


def ask(port: int, clients: int, questions: Sequence[str]) -> Load:
    """Let clients ask the questions between them, each one after the other."""
    left, took, failures = iter(questions), [], []
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        # Head and body are sent apart: without this the body waits for the head's receipt.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            with lock:
                question = next(left, None)
            if question is None:
                return
            started = time.perf_counter()
            body = json.dumps({"question": question})
            connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            took.append(time.perf_counter() - started)
            if response.status != 200:
                failures.append(response.status)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    p50, p99 = np.percentile(np.array(took) * 1000, [50, 99])
    errors = len(questions) - len(took) + len(failures)
    return Load(len(took) / elapsed, float(p50), float(p99), errors)


def peak_mb(pid: int) -> float:
    """Give the most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def environment(data: Path, reranker: str) -> dict[str, str]:
    """Give the environment of a server that takes any number of requests."""
    ours = {
        "ARTICLEBOT_DATA": str(data),
        "ARTICLEBOT_RERANKER": reranker,
        "ARTICLEBOT_REQUESTS_PER_MINUTE": "0",
        "HF_HUB_OFFLINE": "1",
    }
    return {**os.environ, **ours}
