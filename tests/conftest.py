"""Libraries to test with: quick ones with a fake encoder, and one with the real model."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.models.encode import Vectors
from index.settings import Settings
from index.stores.postgres.server import Server
from tests import postgres
from tests.fakes import FakeEncoder

# What these check for many tests shall tell as much as those when it fails.
pytest.register_assert_rewrite("tests.bot.passages", "tests.bot.serving")

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"

COMPARED_TEXTS = (
    "Who raised concerns?",
    "The possible deal has raised serious concerns among Turkey’s NATO allies.",
    "x",
    "",
    "Été à l’hôtel, naïve façade 🙂 — ½ €",
    "שלום עולם. مرحبا بالعالم؟ 你好世界。",
    "no full stop " * 400,
)
"""Texts whose vectors the original model has computed, for `reference_vectors`."""

_EXPORT = """
import json, sys
import numpy as np
from index.errors import ModelError
from index.models.export import export_model, find_bundled_model
from index.settings import load_settings
print(export_model(load_settings()).folder)
try:
    export_model(load_settings(model="/no/such/model"))
except ModelError as error:
    print(error)
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(find_bundled_model()), device="cpu")
texts = json.load(sys.stdin)
np.save(sys.argv[1], model.encode(texts, normalize_embeddings=True, show_progress_bar=False))
"""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a test from the settings and the data of the person who runs it."""
    for name in list(os.environ):
        if name.upper().startswith(("ARTICLEBOT_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ARTICLEBOT_RERANKER", "none")  # its tests, and those of answers, want it
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg-cache"))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library with the fake encoder."""
    settings = Settings(data=tmp_path / "data", cache=tmp_path / "cache")
    with Library.open(settings, encoder=FakeEncoder()) as opened:
        yield opened


@pytest.fixture(scope="session")
def seed_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the seed article by the fake encoder, to be copied."""
    settings = Settings(data=tmp_path_factory.mktemp("seed") / "data", cache=Path("/nowhere"))
    with Library.open(settings, encoder=FakeEncoder()) as opened:
        opened.index([SEEDS])
    return settings.data


@pytest.fixture
def seed_library(library: Library, seed_data: Path) -> Library:
    """The seed article with the fake encoder."""
    if library.settings.store:
        library.index([SEEDS])
    else:
        shutil.copytree(seed_data, library.settings.data)
    return library


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Cluster]:
    """A PostgreSQL server, with a database that is migrated, to be copied."""
    try:
        postgres.find_programs()
    except postgres.MissingError as error:
        pytest.skip(str(error))
    with postgres.running_server() as cluster:
        Server(postgres.create_database(cluster, "migrated")).migrate()
        yield cluster


def _lend_database(server: postgres.Cluster) -> Iterator[str]:
    name = postgres.database_name()
    yield postgres.create_database(server, name, "migrated")
    postgres.drop_database(server, name)


@pytest.fixture
def database(server: postgres.Cluster) -> Iterator[str]:
    """The address of a database with the tables of articlebot and nothing in them."""
    yield from _lend_database(server)


@pytest.fixture
def other_database(server: postgres.Cluster) -> Iterator[str]:
    """The address of a second one."""
    yield from _lend_database(server)


@pytest.fixture
def empty_database(server: postgres.Cluster) -> Iterator[str]:
    """The address of a database without any table."""
    name = postgres.database_name()
    yield postgres.create_database(server, name)
    postgres.drop_database(server, name)


@pytest.fixture(params=["local", "postgres"])
def either_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test twice: with a library in a data directory, and with one in a database."""
    if request.param == "postgres":
        monkeypatch.setenv("ARTICLEBOT_STORE", request.getfixturevalue("database"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file into a folder of sources, and give its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@dataclass(frozen=True)
class Exported:
    """What one process that loads torch did: once in a run, and not in the tests' process."""

    cache: Path
    """A cache directory in which the default model is exported."""
    vectors: Vectors
    """What sentence-transformers itself gives for `COMPARED_TEXTS`."""
    refusal: str
    """What was said about a model that is not there."""


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    cache, vectors = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("vectors") / "v.npy"
    done = subprocess.run(
        [sys.executable, "-c", _EXPORT, str(vectors)],
        input=json.dumps(COMPARED_TEXTS),
        cwd=ROOT,
        env={**os.environ, "ARTICLEBOT_CACHE": str(cache), "ARTICLEBOT_MODEL": "bundled"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    folder, refusal = done.stdout.splitlines()
    assert Path(folder).parent.parent == cache
    return Exported(cache, np.load(vectors).astype(np.float32), refusal)


@pytest.fixture(scope="session")
def real_settings(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a library that holds the seed article, indexed with the real model."""
    settings = Settings(
        data=tmp_path_factory.mktemp("real") / "data", cache=exported.cache, reranker="bundled"
    )
    with Library.open(settings) as opened:
        report = opened.index([SEEDS])
    assert (report.added, report.failed) == (1, ())
    return settings


@pytest.fixture
def real_library(real_settings: Settings) -> Iterator[Library]:
    """The seed article with the real model; for reading only."""
    with Library.open(real_settings) as opened:
        yield opened


@pytest.fixture
def unprivileged() -> Callable[..., str]:
    """Run a Python program that file permissions bind, as they do not bind root; give its output.

    It runs in the folder of the sources; what it prints is all that it may say.
    """
    command = [sys.executable, "-c"]
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("without setpriv, root cannot give up its rights")
        command[:0] = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

    def run(program: str, *arguments: object) -> str:
        done = subprocess.run(
            [*command, program, *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run
