"""Read sources into articles: files and folders of plain text."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from charset_normalizer import from_bytes

from index.article import Article, canonical
from index.errors import SourceError

SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
"""What a folder is searched for; a file that is named itself may have any suffix."""
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes. An article is far smaller; a disk image or a log is not an article."""

_HEADLINE = re.compile(r".{8,150}[^\s.!,;:…]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SLUG = re.compile(r"[^a-z0-9]+")


def find_files(paths: Sequence[Path]) -> Iterator[Path | SourceError]:
    """Give the files that the paths name, folders searched in depth, each file once.

    A path that leads to nothing is given as the error that says so, so that the others are
    read all the same.
    """
    seen: set[Path] = set()
    for path in paths:
        found = False
        for file in _walk(path):
            if isinstance(file, Path):
                if file.resolve() in seen:
                    found = True
                    continue
                seen.add(file.resolve())
            found = True
            yield file
        if not found:
            wanted = ", ".join(sorted(SUFFIXES))
            yield SourceError(f"no articles in {path}", f"put text files ({wanted}) into it")


def _walk(path: Path) -> Iterator[Path | SourceError]:
    try:
        if path.is_dir():
            next(path.iterdir(), None)  # raises where rglob would pass over
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
                if file.suffix.lower() in SUFFIXES and not hidden and file.is_file():
                    yield file
        elif path.exists():
            yield path
        else:
            yield SourceError(f"no such file or folder: {path}", "check the path")
    except OSError as error:
        yield _unreadable(path, error)


def read_article(path: Path) -> Article:
    """Read one file.

    Returns:
        The article with its canonical text; its id follows from the file's place, so that a
        changed file replaces what was read from it before.

    Raises:
        SourceError: the file is empty, binary, too large or cannot be read.
    """
    try:
        if not path.is_file():
            raise SourceError(f"{path} is not a file", "give text files, or a folder of them")
        if path.stat().st_size > LARGEST_FILE:
            raise SourceError(
                f"{path} is larger than {LARGEST_FILE // 2**20} MB", "split it into articles"
            )
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    text = canonical(_decode(path, data))
    if not text.strip():
        raise SourceError(f"{path} is empty", "nothing to index in it")
    title = _headline(text) or canonical(re.sub(r"[\s_-]+", " ", path.stem).strip() or path.name)
    # The path as it was given: it tells those who ask no more of the machine than need be.
    # A name that is not UTF-8 leads to its file, but can neither be stored nor sent.
    source = os.fsencode(path).decode("utf-8", "replace")
    place = os.fsencode(path.resolve()).decode("utf-8", "replace")
    return Article(id=_article_id(path), title=title, source=source, text=text, path=place)


def _decode(path: Path, data: bytes) -> str:
    """Decode as UTF-8, else by the character set that fits best."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" not in data:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            if best := from_bytes(data[:100_000]).best():
                return data.decode(best.encoding, "replace")
    raise SourceError(f"{path} is a binary file", "give it as plain text (UTF-8 is best)")


def _article_id(path: Path) -> str:
    """Give a name that people can type, made unique by a hash of the whole path."""
    slug = _SLUG.sub("-", path.stem.lower()).strip("-")[:40].rstrip("-") or "article"
    return f"{slug}-{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:6]}"


def _headline(text: str) -> str | None:
    """Give the first line where it is a heading: marked with `#`, or standing by itself."""
    first, *following = text.lstrip()[:1000].splitlines()[:2]
    heading = first.strip("# \t")
    if first.startswith("#"):
        return heading or None
    alone = len(following) == 1 and not following[0].strip()
    is_headline = _HEADLINE.fullmatch(heading) and len(_WORD.findall(heading)) >= 3
    return heading if alone and is_headline else None


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(
        f"{path} cannot be read ({error.strerror or error})", "check its permissions"
    )
