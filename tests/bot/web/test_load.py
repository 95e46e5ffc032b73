"""More than a server can do: it says so, and nothing else goes wrong."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from bot.web.app import create_app
from index.library import Library
from index.models.encode import Vectors
from index.settings import Settings
from tests.bot.serving import problem_of, serving
from tests.bot.web.conftest import ASKED, BRIDGE
from tests.fakes import FakeEncoder


class SlowEncoder(FakeEncoder):
    """Takes as long as a real question with its reading does."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.02)
        return super().encode(texts)


def test_under_overload_everybody_is_told_the_truth(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", request_seconds=1, requests_per_minute=0)
    question = {"question": ASKED}
    batch = {"questions": [question] * 100}
    with Library.open(settings, encoder=SlowEncoder()) as library:
        library.add([BRIDGE])
        with (
            serving(create_app(library, settings)) as client,
            httpx.Client(
                base_url=client.base_url, timeout=60, limits=httpx.Limits(max_connections=100)
            ) as many,
            ThreadPoolExecutor(76) as pool,
        ):
            batches = [pool.submit(many.post, "/v1/ask/batch", json=batch) for _ in range(12)]
            single = [pool.submit(many.post, "/v1/ask", json=question) for _ in range(64)]
            responses = [each.result() for each in (*batches, *single)]
            deadline = time.monotonic() + 20
            while client.post("/v1/ask", json=question).status_code != 200:
                assert time.monotonic() < deadline, "it does not recover"
    statuses = Counter(each.status_code for each in responses)
    assert set(statuses) <= {200, 503, 504}, statuses
    assert statuses[504] or statuses[503], "that was no overload"
    for response in responses:
        if response.status_code != 200:
            assert response.headers["retry-after"] == "1"
            assert problem_of(response).reference
    for done in batches:
        if done.result().status_code == 200:
            items = done.result().json()["answers"]
            assert len(items) == 100
            assert {each["status"] for each in items} <= {200, 504}
