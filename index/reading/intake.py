"""Sources read one by one, and what has gone from their folders since they were read before."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from index.article import Article
from index.errors import SourceError
from index.reading.find import UnreadableError
from index.reading.read import Reading, Source, find_sources, read_source


class Intake:
    """Iterating reads the sources; afterwards `gone` tells what they no longer hold."""

    def __init__(self, sources: Sequence[Source], reading: Reading) -> None:
        self._reading = reading
        self.passed_over: Counter[str] = Counter()
        """Files of folders that are not read; see `find_files`."""
        self._found = find_sources(sources, reading, self.passed_over)
        paths = (Path(s) for s in sources if isinstance(s, (str, Path)))
        self._folders = [_place(path) for path in paths if path.is_dir()]
        unreadable = (each for each in self._found if isinstance(each, UnreadableError))
        self._unreadable = [_place(error.path) for error in unreadable]
        self._ids: set[str] = set()
        self._whole: set[str] = set()

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Article | SourceError]:
        for source in self._found:
            if isinstance(source, SourceError):
                yield source
                continue
            whole = True
            for article in read_source(source, self._reading):
                if isinstance(article, Article):
                    self._ids.add(article.id)
                else:
                    whole = False
                yield article
            if whole and isinstance(source, Path):
                self._whole.add(_place(source))

    def gone(self, paths: Mapping[str, str]) -> list[str]:
        """Give the ids of articles that were read from the folders and are there no more.

        Their file does not exist, or was read without error and does not hold them. What only
        cannot be read at the moment, or lies in a folder that cannot, or is kept out by a glob,
        is not gone.

        Args:
            paths: article id to the file that it was read from.

        Raises:
            SourceError: a folder of theirs holds nothing readable: it may only be the wrong one.
        """
        gone = [
            article_id
            for article_id, path in paths.items()
            if article_id not in self._ids
            and any(PurePath(path).is_relative_to(folder) for folder in self._folders)
            and (path in self._whole or not _exists(path))
            and not any(PurePath(path).is_relative_to(place) for place in self._unreadable)
        ]
        for folder in self._folders:
            read = any(PurePath(path).is_relative_to(folder) for path in self._whole)
            if not read and any(PurePath(paths[id_]).is_relative_to(folder) for id_ in gone):
                what = f"nothing readable is in {folder}: not pruned"
                raise SourceError(what, "`articlebot remove` removes")
        return gone


def _place(path: Path) -> str:
    return os.fsencode(path.resolve()).decode("utf-8", "replace")


def _exists(path: str) -> bool:
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "\N{REPLACEMENT CHARACTER}" in path  # its true name is not known
    except OSError:
        return True
    return True
