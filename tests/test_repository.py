"""The repository as a whole: what it declares, and that its documents say what is so."""

import ast
import hashlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from index.article import canonical
from index.settings import Settings
from tests.commands import parse_articlebot
from tests.packages import names, requirements

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
TOP_LEVEL = {
    ".ci",
    ".dockerignore",
    ".gitignore",
    "CHANGELOG.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "bot",
    "compose.yaml",
    "constraints.txt",
    "index",
    "pyproject.toml",
    "seeds",
    "tests",
}


def shell_lines() -> list[str]:
    """Give the commands of the README's shell blocks, continued lines joined."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
    lines = "".join(blocks).replace("\\\n", "").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def commands(program: str) -> list[list[str]]:
    """Give the arguments of each call of a program in the README."""
    found = []
    for line in shell_lines():
        for part in line.split(" | "):
            words = shlex.split(part, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words.pop(0)
            if words and words[0] == program:
                found.append(words[1:])
    return found


def test_the_top_level_holds_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} <= TOP_LEVEL


def test_the_seed_is_the_article_byte_for_byte() -> None:
    seed = (ROOT / "seeds" / "turkey-s400.txt").read_bytes()
    assert (
        hashlib.sha256(seed).hexdigest()
        == "8e06b6d263e757fa76d2ec384fd0a7f1fe9e678db96a53785204e60aac4c78c3"
    )


def test_the_dependencies_are_the_two_groups() -> None:
    groups = PROJECT["dependency-groups"]
    assert PROJECT["project"]["dependencies"] == groups["serving"] + groups["exporting"]


def test_everything_that_is_installed_is_pinned_and_every_pin_is_used() -> None:
    project = PROJECT["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["dev"]
    pins = {canonicalize_name(name): version for name, version in PINS.items()}
    for requirement in requirements(lines):
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(pins[name]), f"{requirement} excludes the pin"
    assert set(pins) == names(lines)


def test_what_is_imported_is_declared() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    dependencies = PROJECT["project"]["dependencies"] + extras["mcp"] + extras["postgres"]
    declared = {canonicalize_name(Requirement(line).name) for line in dependencies}
    distributions = metadata.packages_distributions()
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("index/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            for module in {name.split(".")[0] for name in imported}:
                if module in sys.stdlib_module_names or module in {"bot", "index"}:
                    continue
                owners = {canonicalize_name(name) for name in distributions[module]}
                assert owners & declared, f"{path} imports {module}"


def test_the_engine_knows_nothing_of_the_interfaces() -> None:
    for path in ROOT.glob("index/**/*.py"):
        assert not re.search(r"^\s*(from|import) bot\b", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("arguments", commands("make"), ids=shlex.join)
def test_the_readme_s_targets_exist(arguments: list[str]) -> None:
    targets = [word for word in arguments if "=" not in word]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("arguments", commands("articlebot"), ids=shlex.join)
def test_the_readme_s_commands_are_understood(arguments: list[str]) -> None:
    parse_articlebot(arguments)


def test_the_readme_begins_with_the_two_commands() -> None:
    assert commands("make")[:2] == [["ask", "Q=Who raised concerns?"], ["test"]]
    assert README.index("make test") < 1500


HELP = re.findall(
    r"^```text\n\$ articlebot((?: [a-z]+)?) --help\n(.*?)^```", README, re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize(("command", "shown"), HELP)
def test_the_readme_shows_the_program_s_help(command: str, shown: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", *command.split(), "--help"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    lines = [line.rstrip() for line in done.stdout.strip("\n").splitlines()]
    assert shown.rstrip("\n").splitlines() == "\n".join(lines).strip("\n").splitlines()


def test_the_readme_shows_the_help_of_the_program_and_of_asking() -> None:
    assert {command.strip() for command, _ in HELP} == {"", "ask"}


def test_the_readme_lists_every_setting() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))
    expected = {
        name.upper() if field.validation_alias else f"ARTICLEBOT_{name.upper()}"
        for name, field in Settings.model_fields.items()
    }
    assert rows == expected


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_the_readme_s_links_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_answers_that_the_readme_shows_stand_in_the_seed() -> None:
    text = canonical((ROOT / "seeds" / "turkey-s400.txt").read_text("utf-8"))
    shown = re.findall(r"»(.+?)«.*?characters (\d+)-(\d+)", README, re.DOTALL)
    assert shown
    for quote, start, end in shown:
        assert text[int(start) : int(end)].split() == quote.split()
