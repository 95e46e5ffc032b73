"""The pages of documentation, found wherever they lie, and what stands in them."""

import re
import shlex
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(page for room in ("bot", "index", "tests") for page in ROOT.joinpath(room).rglob("*.md")),
    ]
)


def label(page: Path) -> str:
    """Give a page's path from the root, as an id of a test."""
    return page.relative_to(ROOT).as_posix()


@cache
def read(page: Path) -> str:
    return page.read_text("utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Give a page's blocks of code in a language; those in a list are indented."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", read(page), re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def commands(page: Path, program: str) -> list[list[str]]:
    """Give the arguments of each call of a program in a page's shell blocks."""
    found = []
    lines = "".join(blocks(page, "sh")).replace("\\\n", "").splitlines()
    for line in lines:
        for part in line.split(" | "):
            words = shlex.split(part, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words.pop(0)
            if words and words[0] == program:
                found.append(words[1:])
    return found


def links(page: Path) -> list[tuple[Path, str]]:
    """Give where a page's links within the repository lead: a path, and a heading's anchor."""
    prose = re.sub(r"^ *```.*?^ *```$", "", read(page), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)\s]+)\)", prose)
    inner = [target for target in targets if not re.match(r"[a-z]+:", target)]
    parts = [target.partition("#") for target in inner]
    return [((page.parent / path if path else page).resolve(), anchor) for path, _, anchor in parts]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as code hosts make them."""
    prose = re.sub(r"^ *```.*?^ *```$", "", read(page), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
