"""More questions at once than a server can answer: what it says, by status."""

import json
import tempfile
import threading
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path

from index.library import Library
from index.settings import load_settings
from tests.benchmarks import load
from tests.benchmarks.cold_start import SEEDS
from tests.benchmarks.compare import Row

BATCHES, OF, SINGLE = 12, 100, 64
QUESTION = {"question": "Who raised concerns?"}


def rows() -> list[Row]:
    """Ask 12 batches of 100 and 64 questions at once, of which each has ten seconds."""
    statuses: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with Library.open(load_settings(data=data)) as library:
            library.index([SEEDS])
        patient = load.environment(data, "bundled") | {"ARTICLEBOT_REQUEST_SECONDS": "10"}
        with load.serving(patient) as (port, _):

            def post(path: str, body: object) -> None:
                connection = HTTPConnection("127.0.0.1", port, timeout=60)
                sent = json.dumps(body)
                connection.request("POST", path, sent, {"Content-Type": "application/json"})
                statuses[connection.getresponse().status] += 1

            batch = {"questions": [QUESTION] * OF}
            calls = [("/v1/ask/batch", batch)] * BATCHES + [("/v1/ask", QUESTION)] * SINGLE
            threads = [threading.Thread(target=post, args=call) for call in calls]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    figure = f"{BATCHES} batches of {OF} and {SINGLE} questions at once"
    return [Row(figure, told, "", None, "only 200, 503 and 504")]
