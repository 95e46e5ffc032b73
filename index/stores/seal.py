"""The seal of a folder of search files: which articles they belong to, and what tells damage."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "seal.json"
ENDS = 4 * 1024 * 1024
"""Bytes at either end of a file that are compared whenever it is opened.

A smaller file is compared whole. FAISS and tantivy have headers, tables and footers at the ends;
damage between them is found by `is_whole` alone, as half a gigabyte for a million sentences is
more than a question can wait for. It cannot falsify what is quoted: that is the database's.
"""

_Marks = list[int]
"""Of a file: its size, the CRC32 of its ends, and the CRC32 of all of it."""


def write(folder: Path, fingerprint: str, before: Path | None = None) -> None:
    """Seal what lies in a folder; what it has in common with `before` is not read again."""
    known: dict[str, _Marks] = _read(before)["files"] if before else {}
    marks: dict[str, _Marks] = {}
    for name, path in _files(folder):
        if before and name in known and path.samefile(before / name):
            marks[name] = known[name]
        else:
            marks[name] = [path.stat().st_size, _ends(path), _all(path)]
    sealed = {"fingerprint": fingerprint, "files": marks}
    (folder / NAME).write_text(json.dumps(sealed), "utf-8")


def fits(folder: Path, fingerprint: str) -> bool:
    """Tell whether the files are those that were sealed, as far as can be told quickly.

    Raises:
        OSError, ValueError: there is no seal, or it cannot be read.
    """
    sealed = _read(folder)
    found = {name: [path.stat().st_size, _ends(path)] for name, path in _files(folder)}
    expected = {name: marks[:2] for name, marks in sealed["files"].items()}
    return bool(sealed["fingerprint"] == fingerprint and found == expected)


def is_whole(folder: Path, fingerprint: str) -> bool:
    """Tell whether every byte is as it was sealed; raises as `fits` does."""
    marks = _read(folder)["files"]
    return fits(folder, fingerprint) and all(
        _all(path) == marks[name][2] for name, path in _files(folder)
    )


def _read(folder: Path) -> dict[str, Any]:
    sealed = json.loads((folder / NAME).read_text("utf-8"))
    if not isinstance(sealed, dict) or not sealed.keys() >= {"fingerprint", "files"}:
        raise ValueError(f"{NAME} is of another version")
    return sealed


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the sealed files with their names; those that begin with a dot are locks and lists."""
    for path in sorted(folder.rglob("[!.]*")):
        if path.is_file() and path.name != NAME:
            yield path.relative_to(folder).as_posix(), path


def _ends(path: Path) -> int:
    with path.open("rb") as file:
        checksum = zlib.crc32(file.read(ENDS))
        file.seek(max(file.tell(), path.stat().st_size - ENDS))
        return zlib.crc32(file.read(ENDS), checksum)


def _all(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            checksum = zlib.crc32(part, checksum)
    return checksum
