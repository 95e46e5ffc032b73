"""Sources read one by one, and what has gone from their folders since they were read before.

They are read by a process of its own, see `reader.py`.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from index.article import ParsedArticle
from index.errors import SourceError
from index.reading.border import blame
from index.reading.find import UnreadableError
from index.reading.follow import MOST_FOLLOWED, find_link, known_of, take_page
from index.reading.formats.document import Metadata
from index.reading.frames import Item, Task
from index.reading.lending import lend
from index.reading.limits import DEFAULT, Limits
from index.reading.read import Reading, Source, find_sources, load, name_of
from index.reading.reader import Reader, read_ahead


class Intake:
    """Iterating reads the sources; afterwards `gone` tells what they no longer hold."""

    def __init__(
        self,
        sources: Sequence[Source],
        reading: Reading,
        limits: Limits = DEFAULT,
        known: Mapping[str, str] | None = None,
    ) -> None:
        """Find the files of folders.

        Args:
            sources: what is read.
            reading: how.
            limits: of each file.
            known: `content_sha256` by the ids of articles; what has not changed is not split.
        """
        self._reading = reading
        self._limits = limits
        self._known = known or {}
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

    def __iter__(self) -> Iterator[Item]:
        teasers: list[tuple[str, Item]] = []
        with lend(self._limits) as reader:
            for item in self._read(reader):
                link = find_link(item) if self._reading.follow else ""
                if link and len(teasers) < MOST_FOLLOWED:
                    teasers.append((link, item))
                else:
                    yield self._note(item)
            for link, teaser in teasers:
                page = list(self._read_page(reader, link, known_of(teaser)))
                yield self._note(take_page(teaser, page))

    def _read(self, reader: Reader) -> Iterator[Item]:
        whole = True
        for task, item in read_ahead(reader, self._tasks()):
            if item is None:
                if task and whole and task.file.origin.path:
                    self._whole.add(task.file.origin.path)
                whole = True
                continue
            if isinstance(item, SourceError):
                whole = whole and task is None
            yield item

    def _read_page(self, reader: Reader, link: str, known: Metadata) -> Iterator[Item]:
        try:
            task = Task(load(link, self._reading), self._reading.about.over(known))
        except SourceError as error:
            yield error
            return
        yield from (item for _, item in read_ahead(reader, [task]) if item is not None)

    def _note(self, item: Item) -> Item:
        if not isinstance(item, SourceError):
            self._ids.add(item.article.id if isinstance(item, ParsedArticle) else item.id)
        return item

    def _tasks(self) -> Iterator[Task | SourceError]:
        """Give the bytes of one source after the other, or why they cannot be had."""
        for source in self._found:
            if isinstance(source, SourceError):
                yield source
                continue
            try:
                file = load(source, self._reading)
            except SourceError as error:
                yield error
                continue
            except Exception as error:  # noqa: BLE001 - one source costs no other
                yield blame(name_of(source), error)
                continue
            only = file.origin.article_id
            content = self._known.get(only)
            yield Task(file, self._reading.about, {only: content} if content else {})

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
