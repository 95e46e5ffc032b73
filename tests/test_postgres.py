"""The PostgreSQL servers that tests run leave nothing behind."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres
from tests.conftest import ROOT

_RUN = """
import time
from tests import postgres
with postgres.running_server() as cluster:
    print(cluster.home, cluster.port, flush=True)
    time.sleep(60)
"""


def test_a_server_ends_with_the_process_that_runs_it_however_it_ends() -> None:
    try:
        postgres.find_programs()
    except postgres.MissingError as error:
        pytest.skip(str(error))
    with subprocess.Popen(
        [sys.executable, "-c", _RUN], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        home, port = process.stdout.readline().split()
        socket.create_connection(("127.0.0.1", int(port))).close()
        process.kill()
    last = time.monotonic() + 20
    while Path(home).exists():
        assert time.monotonic() < last
        time.sleep(0.1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)))
