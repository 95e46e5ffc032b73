"""The Dockerfile without an engine: what it copies exists, and what it runs is understood."""

import fnmatch
import http.server
import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tests.commands import parse_articlebot
from tests.packages import names

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Instruction:
    stage: str
    name: str
    value: str


def read_instructions() -> list[Instruction]:
    source = (ROOT / "Dockerfile").read_text("utf-8")
    kept = [line for line in source.splitlines() if not line.lstrip().startswith("#")]
    stage, found = "", []
    for line in "\n".join(kept).replace("\\\n", "").splitlines():
        if not line.strip():
            continue
        name, _, value = line.strip().partition(" ")
        if name == "FROM":
            words = value.split()
            stage = words[2] if len(words) == 3 else "final"
        found.append(Instruction(stage, name, value.strip()))
    return found


INSTRUCTIONS = read_instructions()


def values(name: str, stage: str | None = None) -> list[str]:
    return [i.value for i in INSTRUCTIONS if i.name == name and stage in (None, i.stage)]


def environment() -> dict[str, str]:
    return dict(word.split("=", 1) for value in values("ENV", "final") for word in value.split())


def exec_form(value: str) -> list[str]:
    words = json.loads(value)
    assert all(isinstance(word, str) for word in words)
    return list(words)


def commands() -> list[list[str]]:
    return [shlex.split(command) for value in values("RUN") for command in value.split("&&")]


@pytest.mark.parametrize("value", [v for v in values("COPY") if not v.startswith("--from")])
def test_copies_what_exists_and_is_not_ignored(value: str) -> None:
    ignore = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    allowed = [line[1:] for line in ignore if line.startswith("!")]
    assert "*" in ignore
    *sources, _ = value.split()
    for source in sources:
        assert (ROOT / source).exists()
        assert any(fnmatch.fnmatch(source, pattern) for pattern in allowed)


def test_stages_are_named_before_they_are_used() -> None:
    named: list[str] = []
    for instruction in INSTRUCTIONS:
        if instruction.name == "FROM":
            base, *alias = instruction.value.replace(" AS ", " ").split()
            assert base in named or base == "${PYTHON}"
            named += alias
        elif instruction.value.startswith("--from="):
            assert instruction.value.split()[0].removeprefix("--from=") in named


@pytest.mark.parametrize("value", values("RUN"))
def test_the_shell_accepts_what_is_run(value: str) -> None:
    subprocess.run(["sh", "-n", "-c", value], check=True)


def test_what_pip_is_given_exists() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    installs = [words for words in commands() if words[:2] == ["pip", "install"]]
    assert installs
    for words in installs:
        for option, value in pairwise(words):
            assert option != "--group" or value in groups
            assert option != "--constraint" or (ROOT / value).is_file()


def test_the_modules_that_are_run_exist() -> None:
    modules = [words[words.index("-m") + 1] for words in commands() if "-m" in words]
    assert modules == ["index.models.export"]
    assert find_spec("index.models.export")


def test_the_default_command_serves_to_the_outside() -> None:
    (entry,), (command,) = values("ENTRYPOINT"), values("CMD")
    program, *arguments = [*exec_form(entry), *exec_form(command)]
    assert program == "articlebot"
    name, options = parse_articlebot(arguments)
    assert name == "serve"
    assert options == {"host": "0.0.0.0", "port": int(values("EXPOSE")[0])}


def test_serves_as_an_ordinary_user_with_the_data_in_a_volume() -> None:
    assert values("USER", "final") == ["articlebot"]
    assert values("VOLUME") == [environment()["ARTICLEBOT_DATA"]]
    exported = next(v for v in values("COPY", "final") if v.startswith("--from=model"))
    assert exported.split()[-1] == environment()["ARTICLEBOT_CACHE"]


def test_serving_needs_no_torch() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    brought = names(groups["serving"])
    assert "onnxruntime" in brought
    assert not brought & {"torch", "sentence-transformers", "transformers", "onnx"}


@contextmanager
def health_server(status: int) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (404, False), (503, False)])
def test_the_health_check_tells_the_server_s_state(status: int, healthy: bool) -> None:
    (check,) = values("HEALTHCHECK")
    python, flag, code = exec_form(check.split("CMD", 1)[1])
    assert (python, flag) == ("python", "-c")
    assert ":8000/" in code
    with health_server(status) as port:
        done = subprocess.run(
            [sys.executable, flag, code.replace(":8000/", f":{port}/")],
            capture_output=True,
            check=False,
            env={"http_proxy": "http://127.0.0.1:9"},  # a container may be given a proxy
        )
    assert (done.returncode == 0) is healthy


def test_images_are_built_on_digests() -> None:
    named = re.findall(
        r"^ARG PYTHON=(\S+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    named += [s["image"] for s in compose["services"].values() if "build" not in s]
    assert len(named) == 3
    for image in named:
        assert re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image
