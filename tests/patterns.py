"""Every regular expression of the program: found in its source, and texts that are hard on it."""

import ast
import importlib
import re
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, get_args

from index.patterns import AtMost

ROOT = Path(__file__).parent.parent
NOT_SERVING = ("index/training/",)
"""Reads the texts that its user trains with, once, and nobody else's."""
CALLS = frozenset(
    ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
)
USES = CALLS - {"compile"}
STAND_IN = "Xyz"
"""For a part of a pattern that is known only where it runs, and escaped there."""


@dataclass(frozen=True)
class Found:
    """A pattern, how it is used, and how long the texts are that it meets."""

    place: str
    pattern: re.Pattern[Any]
    uses: frozenset[str]
    bound: int | None = None


@cache
def find_patterns() -> tuple[Found, ...]:
    """Give the patterns of all modules, by name or where they stand inline."""
    files = [
        file
        for room in ("bot", "index")
        for file in sorted(ROOT.joinpath(room).rglob("*.py"))
        if not str(file.relative_to(ROOT)).startswith(NOT_SERVING)
    ]
    trees = {file: ast.parse(file.read_text("utf-8")) for file in files}
    uses = _find_uses(trees.values())
    return tuple(found for file, tree in trees.items() for found in _patterns_of(file, tree, uses))


def _find_uses(trees: Any) -> dict[str, set[str]]:
    """Give the methods that are taken of each name: `_WORD.search`, `module.WORD.match`."""
    uses: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in USES:
                owner = node.value
                name = getattr(owner, "id", None) or getattr(owner, "attr", None)
                if name and name != "re":
                    uses.setdefault(name, set()).add(node.attr)
    return uses


def _patterns_of(file: Path, tree: ast.AST, uses: dict[str, set[str]]) -> Iterator[Found]:
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    names = {id(value): name for name, value in _assigned(tree)}
    imported: ModuleType | None = None
    for node in ast.walk(tree):
        call = _call_of_re(node)
        if not isinstance(node, ast.Call) or not call:
            continue
        imported = imported or importlib.import_module(module)
        scope = vars(imported)
        pattern = re.compile(_text_of(node.args[0], scope), _flags_of(node, call, scope))
        name = names.get(id(node), "")
        place = f"{module}:{name or node.lineno}"
        # Of one that is in a tuple, say, it is not known: the hardest is supposed.
        used = uses.get(name, {"finditer"}) if call == "compile" else {call}
        yield Found(place, pattern, frozenset(used), _bound_of(imported, name))


def _assigned(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def _call_of_re(node: ast.AST) -> str | None:
    function = node.func if isinstance(node, ast.Call) else None
    if not isinstance(function, ast.Attribute) or function.attr not in CALLS:
        return None
    return function.attr if getattr(function.value, "id", None) == "re" else None


def _text_of(node: ast.expr, scope: dict[str, Any]) -> Any:
    """Give what an expression is where the module is imported, stand-ins for what is not known."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(_text_of(part, scope)) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text_of(node.value, scope)
    if isinstance(node, ast.BinOp):
        return _text_of(node.left, scope) + _text_of(node.right, scope)
    try:
        return eval(compile(ast.Expression(node), "pattern", "eval"), dict(scope))
    except NameError:
        return STAND_IN


def _flags_of(node: ast.Call, call: str, scope: dict[str, Any]) -> int:
    at = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(call, 2)
    given = [*node.args[at : at + 1], *(k.value for k in node.keywords if k.arg == "flags")]
    return int(_text_of(given[0], scope)) if given else 0


def _bound_of(module: ModuleType, name: str) -> int | None:
    marks = get_args(vars(module).get("__annotations__", {}).get(name))
    return next((mark.characters for mark in marks if isinstance(mark, AtMost)), None)


class Text(NamedTuple):
    """A text of any length: a unit again and again between a lead and an end."""

    lead: str
    unit: str
    end: str

    def make(self, length: int) -> str:
        """Give it at a length."""
        room = max(length - len(self.lead) - len(self.end), 0)
        return self.lead + (self.unit * (room // len(self.unit) + 1))[:room] + self.end


def hard_texts(pattern: re.Pattern[Any]) -> list[Text]:
    """Give texts that make a pattern try as much as it can.

    Runs of what its repetitions take, and of its own beginnings, alone and mixed, then something
    that it does not take.
    """
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    tree = parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(source, bytes) else 0)
    beginnings = list(dict.fromkeys(_beginnings(tree)))[:24]
    taken = list(dict.fromkeys([*_repeated(tree), *COMMON]))[:70]
    return list(dict.fromkeys(_mixed(beginnings, taken)))


COMMON = (
    *(" ", "\n", "\t", "0", "a", "A", "é", ".", "-", "[", "]", "(", "<", ">", '"', "'", "“", "/"),
    *("[1]", " [1]", "a ", "A ", "Aa ", "Aa", "a.", "a,", "1 ", "1,", "a-", "“a” ", "<a", "\\a"),
    *("“", "the ", "of ", "said ", "\r\n", "| ", "- ", "x: ", "ab cd ", "A. ", "http://a "),
)
ENDS = ("", "\0", " x")


def _mixed(beginnings: Sequence[str], taken: Sequence[str]) -> Iterator[Text]:
    for unit, end in product([*taken, *beginnings], ENDS):
        yield Text("", unit, end)
    for lead, unit in product(beginnings[:9], taken[:9]):
        for end in ENDS:
            yield Text(lead, unit, end)
        yield Text("", lead + unit, "\0")
    for one, other in pairwise(taken[:12]):
        yield Text("", one + other, "\0")


def _sample(nodes: Any) -> str:
    """Give a short text that a part of a pattern takes."""
    return "".join(_sample_of(kind, value) for kind, value in nodes)


def _sample_of(kind: Any, value: Any) -> str:
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return "a" if value != ord("a") else "b"
        case "ANY":
            return "a"
        case "IN":
            return _member(value)
        case "BRANCH":
            return _sample(value[1][0])
        case "SUBPATTERN":
            return _sample(value[3])
        case "ATOMIC_GROUP":
            return _sample(value)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _sample(value[2]) * int(max(value[0], min(value[1], 1)))
        case _:
            return ""  # places and what is looked at without being taken


_CATEGORIES = {
    "CATEGORY_DIGIT": "0",
    "CATEGORY_SPACE": " ",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_SPACE": "a",
    "CATEGORY_NOT_WORD": ".",
}


def _member(items: Any) -> str:
    if str(items[0][0]) == "NEGATE":
        excluded = set(_excluded(items[1:]))
        return next((c for c in "a 0.A[<é“" if c not in excluded), "a")
    kind, value = items[0]
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(value[0])
        case _:
            return str(_CATEGORIES.get(str(value), "a"))


def _excluded(items: Any) -> Iterator[str]:
    for kind, value in items:
        match str(kind):
            case "LITERAL":
                yield chr(value)
            case "RANGE":
                yield from map(chr, range(value[0], min(value[1] + 1, value[0] + 200)))
            case _:
                yield from {"CATEGORY_SPACE": " \n", "CATEGORY_WORD": "a0Aé_"}.get(str(value), "0")


def _parts(kind: Any, value: Any) -> list[Any]:
    """Give the patterns within a part of one."""
    match str(kind):
        case "BRANCH":
            return list(value[1])
        case "SUBPATTERN":
            return [value[3]]
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return [value[2]]
        case "ASSERT" | "ASSERT_NOT":
            return [value[1]]
        case "ATOMIC_GROUP":
            return [value]
        case _:
            return []


def _beginnings(nodes: Any, lead: str = "") -> Iterator[str]:
    """Give what each part of a pattern comes after."""
    for kind, value in nodes:
        for part in _parts(kind, value):
            yield from _beginnings(part, lead)
        lead += _sample_of(kind, value)
        if lead:
            yield lead[-200:]


def _repeated(nodes: Any) -> Iterator[str]:
    """Give what the repetitions of a pattern take once."""
    for kind, value in nodes:
        if str(kind) in ("MAX_REPEAT", "MIN_REPEAT") and value[1] > 1:
            once = _sample(value[2])
            yield from filter(None, (once, once.upper()))
            if len(value[2]) == 1 and str(value[2][0][0]) == "IN":
                yield from (_member([item]) for item in value[2][0][1][:6])
        for part in _parts(kind, value):
            yield from _repeated(part)
