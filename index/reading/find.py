"""Find the files that paths lead to."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import SourceError
from index.reading.formats.names import SUFFIXES

DANGLING = "link to nothing"
OUTSIDE = "link out of the folder"
NO_SUFFIX = "without a suffix"


class UnreadableError(SourceError):
    """The system does not let a file or folder be read."""

    def __init__(self, path: Path, error: OSError) -> None:
        reason = error.strerror or error
        super().__init__(f"{path} cannot be read ({reason})", "check its permissions")
        self.path = path


def find_files(
    paths: Sequence[Path],
    glob: str | None = None,
    passed_over: Counter[str] | None = None,
    *,
    follow_links: bool = False,
) -> Iterator[Path | SourceError]:
    """Give the files that the paths name, folders searched in depth, each file once.

    A path that leads to nothing, and a folder in a folder that cannot be read, is given as the
    error that says so, so that the others are read all the same.

    Args:
        paths: files and folders.
        glob: which files of folders, by name ("*.txt") or by the end of the path ("a/*.txt");
            None: those with the suffix of a format that can be read.
        passed_over: counts files of folders that are not given though no glob leaves them out:
            by their suffix, `NO_SUFFIX`, `DANGLING` or `OUTSIDE`.
        follow_links: give the files, too, that links in a folder lead to outside of it.
    """
    passed_over = Counter() if passed_over is None else passed_over
    seen: set[Path] = set()
    for path in paths:
        found = False
        for file in _walk(path, glob, passed_over, follow_links):
            if isinstance(file, Path):
                if file.resolve() in seen:
                    found = True
                    continue
                seen.add(file.resolve())
            found = True
            yield file
        if not found:
            wanted = f"files ({glob})" if glob else "files that `articlebot index --help` names"
            yield SourceError(f"no articles in {path}", f"put {wanted} into it")


def _walk(
    path: Path, glob: str | None, passed_over: Counter[str], follow_links: bool
) -> Iterator[Path | SourceError]:
    try:
        if path.is_dir():
            yield from _walk_folder(path, glob, passed_over, follow_links)
        elif path.exists():
            yield path
        else:
            yield SourceError(f"no such file or folder: {path}", "check the path")
    except OSError as error:
        yield UnreadableError(path, error)


def _walk_folder(
    folder: Path, glob: str | None, passed_over: Counter[str], follow_links: bool
) -> Iterator[Path | SourceError]:
    inside = folder.resolve()
    unlisted: list[OSError] = []
    files: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=unlisted.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(place, name) for name in names if not name.startswith(".")]
    for error in unlisted:
        yield UnreadableError(Path(error.filename or folder), error)
    for file in sorted(files):
        if glob and not file.relative_to(folder).match(glob):
            continue
        try:
            if file.is_symlink() and not file.exists():
                passed_over[DANGLING] += 1
            elif not follow_links and not file.resolve().is_relative_to(inside):
                passed_over[OUTSIDE] += 1
            elif file.is_file():
                if glob or file.suffix.lower() in SUFFIXES:
                    yield file
                else:
                    passed_over[file.suffix.lower() or NO_SUFFIX] += 1
        except OSError as error:
            yield UnreadableError(file, error)
