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
import typer.main
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.cli.main import app
from index.article import canonical
from index.settings import Settings
from tests.commands import parse_articlebot
from tests.packages import names, requirements
from tests.pages import PAGES, README, ROOT, anchors, blocks, commands, label, links, read

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
    "CONTRIBUTING.md",
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


LINES = [(page, words) for page in PAGES for words in commands(page, "make")]
CALLS = [(page, words) for page in PAGES for words in commands(page, "articlebot")]
RUNS = [words for page in PAGES for words in commands(page, "python") if words[:1] == ["-m"]]
HELP = [
    shown
    for page in PAGES
    for block in blocks(page, "text")
    for shown in re.findall(r"\A\$ articlebot((?: [a-z]+)*) --help\n(.*)", block, re.DOTALL)
]


def title(value: Path | list[str]) -> str:
    """Name a page, or a command, in the name of a test."""
    return label(value) if isinstance(value, Path) else shlex.join(value)


@pytest.mark.parametrize(("page", "arguments"), LINES, ids=title)
def test_the_targets_of_a_page_exist(page: Path, arguments: list[str]) -> None:
    targets = [word for word in arguments if "=" not in word]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize(("page", "arguments"), CALLS, ids=title)
def test_the_commands_of_a_page_are_understood(page: Path, arguments: list[str]) -> None:
    parse_articlebot(arguments)


@pytest.mark.parametrize("arguments", RUNS, ids=shlex.join)
def test_the_programs_of_a_page_exist(arguments: list[str]) -> None:
    module = ROOT.joinpath(*arguments[1].split("."))
    assert module.with_suffix(".py").is_file() or (module / "__main__.py").is_file()


def test_the_readme_is_short_and_begins_with_the_two_commands() -> None:
    lines = read(README).splitlines()
    assert len(lines) <= 200
    assert commands(README, "make")[:2] == [["ask", "Q=Who raised concerns?"], ["test"]]
    assert lines.index("make test") < 40


@pytest.mark.parametrize(("command", "shown"), HELP)
def test_the_help_that_a_page_shows_is_the_program_s(command: str, shown: str) -> None:
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


def test_the_help_of_the_program_and_of_asking_is_shown() -> None:
    assert {command.strip() for command, _ in HELP} >= {"", "ask"}


def test_every_command_is_on_a_page() -> None:
    """Shown in full in the program's help, and called somewhere, as people would."""
    commands_there = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert {words[0] for _, words in CALLS if words} >= commands_there


def test_every_setting_is_in_one_table() -> None:
    rows = [row for p in PAGES for row in re.findall(r"^\| `([A-Z_]+)` \|", read(p), re.MULTILINE)]
    expected = [
        field_name.upper() if field.validation_alias else f"ARTICLEBOT_{field_name.upper()}"
        for field_name, field in Settings.model_fields.items()
    ]
    assert sorted(rows) == sorted(expected)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        assert path.exists(), path
        assert not anchor or anchor in anchors(path), f"{path}#{anchor}"


def test_the_readme_leads_to_every_page() -> None:
    reached, unread = {README}, [README]
    while unread:
        found = {path / "README.md" if path.is_dir() else path for path, _ in links(unread.pop())}
        new = {path for path in found if path.suffix == ".md" and path.exists()} - reached
        reached |= new
        unread += new
    assert reached == set(PAGES)


def test_the_answers_that_pages_show_stand_in_the_seed() -> None:
    text = canonical((ROOT / "seeds" / "turkey-s400.txt").read_text("utf-8"))
    shown = re.findall(r"»(.+?)«.*?characters (\d+)-(\d+)", "".join(map(read, PAGES)), re.DOTALL)
    assert shown
    for quote, start, end in shown:
        assert text[int(start) : int(end)].split() == quote.split()
