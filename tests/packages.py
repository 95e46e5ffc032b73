"""What a list of requirements brings with it, by the metadata of what is installed."""

from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

GPU = ("cuda-", "nvidia-", "triton")
"""Packages of the ordinary torch for Linux, which pins them itself; the CPU build has none."""


def requirements(lines: list[str]) -> Iterator[Requirement]:
    """Give each requirement that applies here, first the lines, then what they need in turn."""
    waiting = [(Requirement(line), {""}) for line in lines]
    followed: set[tuple[str, str]] = set()
    while waiting:
        requirement, extras = waiting.pop(0)
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras):
            continue
        if name.startswith(GPU):
            continue
        yield requirement
        wanted = {"", *requirement.extras}
        if not {(name, extra) for extra in wanted} <= followed:
            followed |= {(name, extra) for extra in wanted}
            waiting += [(Requirement(line), wanted) for line in metadata.requires(name) or []]


def names(lines: list[str]) -> set[str]:
    """Give the canonical names of everything that the lines bring."""
    return {canonicalize_name(requirement.name) for requirement in requirements(lines)}
