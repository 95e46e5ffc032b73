"""Jobs of several servers on one database: seen by all, and done by another if one is killed."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from bot.web import shared
from bot.web.app import create_app
from index.library import Library
from index.settings import Settings
from index.stores.postgres.server import Server
from index.stores.postgres.tasks import Tasks
from tests import postgres
from tests.bot.serving import problem_of, serving
from tests.fakes import FakeEncoder, Hanging, HeldEncoder
from tests.index.stores.test_postgres import check_counts, rows

SLOW = {"title": "Slow", "text": "It went slowly. It came back."}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr("bot.web.articles.PATIENCE_SECONDS", 0.3)


def serve_hanging(settings: Settings, port: int, told: Path) -> None:
    """Be a server that hangs at what `Hanging` does."""
    with Library.open(settings, encoder=Hanging(told)) as library:
        uvicorn.run(create_app(library, settings), port=port, log_config=None)


@contextmanager
def replica(
    database: str, data: Path, encoder: FakeEncoder | None = None
) -> Iterator[httpx.Client]:
    settings = settings_of(database, data)
    with (
        Library.open(settings, encoder=encoder or FakeEncoder()) as library,
        serving(create_app(library, settings)) as client,
    ):
        yield client


def settings_of(database: str, data: Path) -> Settings:
    return Settings.model_validate({"store": database, "data": data, "requests_per_minute": 0})


@contextmanager
def hanging_replica(database: str, folder: Path) -> Iterator[tuple[httpx.Client, BaseProcess]]:
    """Run a server as a process of its own, which hangs at what is slow."""
    port, settings = postgres.free_port(), settings_of(database, folder / "hanging")
    arguments = (settings, port, folder / "told")
    process = multiprocessing.get_context("spawn").Process(target=serve_hanging, args=arguments)
    process.start()
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
            wait_until(lambda: answers(client))
            yield client, process
    finally:
        process.kill()
        process.join()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def wait_until(reached: Callable[[], object], seconds: float = 20.0) -> None:
    last = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < last
        time.sleep(0.05)


def ended(client: httpx.Client, place: str) -> dict[str, Any]:
    """Wait for the end of a job."""
    wait_until(lambda: client.get(place).json()["state"] in {"done", "failed"})
    job: dict[str, Any] = client.get(place).json()
    return job


def test_a_killed_server_s_job_is_done_by_another(database: str, tmp_path: Path) -> None:
    with hanging_replica(database, tmp_path) as (first, process):
        sent = first.post("/v1/articles", json=SLOW)
        assert sent.status_code == 202
        place = sent.headers["location"]
        waiting = first.post("/v1/articles", files={"file": ("b.txt", "Another came.")})
        wait_until((tmp_path / "told").exists)
        with replica(database, tmp_path / "second") as second:
            assert second.get(place).json()["state"] == "running"
            assert ended(second, waiting.headers["location"])["state"] == "done", "it was free"
            titles = [each["title"] for each in second.get("/v1/articles").json()["articles"]]
            assert titles == ["b"], "nothing of the other is seen"
            assert process.pid
            os.kill(process.pid, signal.SIGKILL)
            job = ended(second, place)
            assert (job["state"], job["result"]["added"]) == ("done", 1)
            assert (job["stage"], job["done"], job["total"]) == ("publish", 1, 1)
            [article_id] = job["result"]["articles"]
            assert second.get(f"/v1/articles/{article_id}").json()["text"] == SLOW["text"]
            assert len(second.get("/v1/articles").json()["articles"]) == 2
    check_counts(database)
    assert rows(database, "SELECT count(*) FROM task WHERE what <> ''") == [(0,)]


def test_a_job_that_is_stopped_is_gone_on_with_after_a_restart(
    database: str, tmp_path: Path
) -> None:
    encoder = HeldEncoder()
    with replica(database, tmp_path / "first", encoder) as client:
        place = client.post("/v1/articles", json=SLOW).headers["location"]
    encoder.release.set()
    wait_until(lambda: rows(database, "SELECT run, attempts FROM task") == [(None, 0)])
    with replica(database, tmp_path / "again") as client:
        assert ended(client, place)["result"]["added"] == 1
    check_counts(database)


def test_what_ends_every_server_is_given_up(database: str, tmp_path: Path) -> None:
    with hanging_replica(database, tmp_path) as (first, _):
        place = first.post("/v1/articles", json=SLOW).headers["location"]
        wait_until((tmp_path / "told").exists)
        with psycopg.connect(database) as connection:
            connection.execute("UPDATE articlebot.task SET attempts = 3")
    with replica(database, tmp_path / "second") as second:
        job = ended(second, place)
    assert job["state"] == "failed"
    assert job["problem"]["detail"] == "it ended each server that read it"


def test_an_error_is_the_same_wherever_the_job_is_done(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server that is asked does no jobs: the other one does."""
    monkeypatch.setattr("bot.web.articles.PATIENCE_SECONDS", 10.0)
    with replica(database, tmp_path / "second") as second:
        assert second.get("/healthz").status_code == 200, "it has started to do jobs"
        monkeypatch.setattr(shared.SharedJobs, "start", lambda _: None)
        with replica(database, tmp_path / "first") as first:
            gone = first.delete("/v1/articles/none")
            empty = first.post("/v1/articles", json={"text": " "})
            added = first.post("/v1/articles", json={"text": "Another came."})
    assert (gone.status_code, empty.status_code, added.status_code) == (404, 422, 201)
    assert problem_of(gone).type == "urn:articlebot:problem:unknown-article"
    assert "empty" in problem_of(empty).detail


def test_what_others_add_meanwhile_is_not_told_as_one_s_own(database: str, tmp_path: Path) -> None:
    encoder = HeldEncoder()
    with replica(database, tmp_path / "first", encoder) as first:
        place = first.post("/v1/articles", json=SLOW).headers["location"]
        wait_until(lambda: first.get(place).json()["stage"] == "index")
        with replica(database, tmp_path / "second") as second:
            sent = second.post("/v1/articles", json={"title": "Quick", "text": "Another came."})
            [quick] = ended(second, f"/v1/jobs/{sent.json()['id']}")["result"]["articles"]
            encoder.release.set()
            [slow] = ended(second, place)["result"]["articles"]
    assert (quick[:5], slow[:4]) == ("quick", "slow")


def test_too_many_jobs_are_refused_by_every_server(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "WAITING", 1)
    encoder = HeldEncoder()
    with (
        replica(database, tmp_path / "first", encoder) as first,
        replica(database, tmp_path / "second", encoder) as second,
    ):
        place = first.post("/v1/articles", json=SLOW).headers["location"]
        refused = second.post("/v1/articles", json=SLOW)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
        encoder.release.set()
        assert ended(second, place)["state"] == "done"
        again = second.post("/v1/articles", json=SLOW).json()
        assert ended(second, f"/v1/jobs/{again['id']}")["result"]["unchanged"] == 1


def test_a_job_outlasts_a_restart_of_the_database(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    with postgres.running_server() as cluster:
        address = postgres.create_database(cluster, "own")
        Server(address).migrate()
        with replica(address, tmp_path / "data", encoder) as client:
            place = client.post("/v1/articles", json=SLOW).headers["location"]
            cluster.stop("immediate")
            encoder.release.set()
            assert client.get(place).status_code == 503
            cluster.start()
            assert ended(client, place)["result"] is not None
            assert len(client.get("/v1/articles").json()["articles"]) == 1
        check_counts(address)


def test_no_two_take_the_same_task(database: str) -> None:
    tasks = Tasks(Server(database), "test")
    for number in range(20):
        assert tasks.add(f"t{number}", b"what", b"state", 20)
    assert not tasks.add("t20", b"what", b"state", 20)
    taken: list[str] = []

    def take() -> None:
        own = Tasks(Server(database), "test")
        while True:
            with own.taking() as task:
                if task is None:
                    break
                taken.append(task.id)
                task.finish(b"done")
        own.close()

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"t{number}" for number in range(20))
    assert tasks.state("t7") == b"done"
    assert tasks.state("none") is None
    tasks.close()
