"""The rooms of the program: what may import what."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FRONT_ENDS = ("bot.cli", "bot.web", "bot.slack", "bot.mcp")


def read_modules() -> dict[str, Path]:
    """Give the file of each module of the program."""
    files = [file for room in ("bot", "index") for file in ROOT.joinpath(room).rglob("*.py")]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return {n.removesuffix(".__init__"): file for n, file in zip(names, files, strict=True)}


def read_imports(tree: ast.AST, modules: dict[str, Path]) -> Iterator[tuple[str, ast.stmt]]:
    """Give the modules of the program that are imported: anywhere, also within functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are written in full"
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                if inner in modules or node.module in modules:
                    yield inner if inner in modules else node.module, node
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name in modules:
                    yield name.name, node


MODULES = read_modules()
TREES = {name: ast.parse(file.read_text("utf-8")) for name, file in MODULES.items()}
IMPORTS = {name: {other for other, _ in read_imports(TREES[name], MODULES)} for name in MODULES}


def find_circle(imports: dict[str, set[str]]) -> list[str]:
    """Give the modules of a circle in their order; none where there is no circle."""
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        for other in sorted(imports[module] - {module}):
            if circle := visit(other, [*path, module]):
                return circle
        done.add(module)
        return []

    return next(filter(None, (visit(module, []) for module in sorted(imports))), [])


def front_end(module: str) -> str | None:
    return next((f for f in FRONT_ENDS if module == f or module.startswith(f"{f}.")), None)


def test_a_circle_is_found() -> None:
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert find_circle({"a": {"b", "c"}, "b": {"c"}, "c": {"c"}}) == []


def test_no_circle_of_imports() -> None:
    assert len(IMPORTS) > 100
    assert find_circle(IMPORTS) == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_what_a_module_may_import(module: str) -> None:
    if module.startswith("index"):
        assert not [other for other in IMPORTS[module] if other.startswith("bot")]
    own = front_end(module)
    others = {other for other in IMPORTS[module] if front_end(other) not in (None, own)}
    assert "bot.cli" not in map(front_end, others), "nothing imports the command line"
    if own == "bot.cli":
        # What it starts it may import, but only where it is started: others need not wait for it.
        at_once = {
            other
            for other, node in read_imports(TREES[module], MODULES)
            if node in TREES[module].body
        }
        assert not at_once & others
    else:
        assert not others
