"""The search files of a local store, FAISS's and tantivy's: derived from the database.

The files of a publication lie in a folder named by its number. They are complete before the
database commits that number, are never changed afterwards, and can be built again from the
database; so a reader that holds a database snapshot always finds search files that fit it.
What a publication leaves as it was, it has in common with the one before, by links.
"""

import contextlib
import logging
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LibraryError
from index.stores import analysis, database, reading, schema, seal
from index.stores.publication import Change
from index.stores.vectors import VectorIndex
from index.stores.words import WordIndex

log = logging.getLogger(__name__)

SMALL = 2_000
"""Sentences below which all is written anew: that is as quick, and leaves nothing behind."""

_WORDS = "words"
_SCRATCH = "new-"
"""Begins the names of folders that are being filled."""


@dataclass(frozen=True, slots=True)
class SearchFiles:
    """The search files of one publication, opened."""

    generation: int
    fingerprint: str
    """Of the articles: a database that was put back may count to the same number again."""
    vectors: VectorIndex
    words: WordIndex


class SearchFolder:
    """The folder of all search files. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: SearchFiles | None = None
        self._opening = threading.Lock()

    def open(self, connection: sqlite3.Connection) -> SearchFiles:
        """Give the search files that fit the connection's snapshot, built again when need be.

        Raises:
            LibraryError: they have to be built again and cannot be written.
        """
        wanted = (database.generation(connection), _fingerprint(connection))
        with self._opening:
            opened = self._opened
            if opened is None or (opened.generation, opened.fingerprint) != wanted:
                opened = self._opened = self._read(*wanted) or self._mend(connection)
            return opened

    def _read(self, wanted: int, fingerprint: str) -> SearchFiles | None:
        place = self.folder / str(wanted)
        try:
            if seal.fits(place, _label(fingerprint)):
                return _open(place, wanted, fingerprint)
            log.warning("the search files in %s are damaged; they are built again", place)
        except (RuntimeError, ValueError, OSError) as error:
            log.warning("the search files in %s are built again: %s", place, error)
        return None

    def _mend(self, connection: sqlite3.Connection) -> SearchFiles:
        """Build what is missing; who waited while another process did so takes what it built."""
        generation, fingerprint = database.generation(connection), _fingerprint(connection)
        lock = self._lock()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            lock.acquire()
            if files := self._read(generation, fingerprint):
                lock.release()
                return files
        try:
            return self._build(connection)
        finally:
            lock.release()

    def _lock(self) -> FileLock:
        """Give the lock without which nothing is written here."""
        self.folder.mkdir(exist_ok=True)
        return FileLock(self.folder / "build.lock")

    def sweep(self) -> None:
        """Remove what interrupted builds left, unless somebody builds right now."""
        if not self.folder.is_dir():
            return
        with contextlib.suppress(Timeout), self._lock().acquire(timeout=0):
            for scratch in self.folder.glob(f"{_SCRATCH}*"):
                shutil.rmtree(scratch, ignore_errors=True)

    def publish(self, connection: sqlite3.Connection, change: Change) -> None:
        """Write the search files for a change, from those before it where they are there.

        Raises:
            LibraryError: they cannot be written.
        """
        with self._lock():
            if before := self._before(change):
                self._extend(connection, change, before)
            else:
                self._build(connection)

    def _extend(self, connection: sqlite3.Connection, change: Change, before: SearchFiles) -> None:
        old = self.folder / str(before.generation)
        dimension = int(schema.get_meta(connection, "dimension") or 1)
        with self._written(connection, old) as scratch:
            parts = reading.iter_vectors(connection, dimension, change.keys)
            vectors = before.vectors.extend(old, scratch, parts, change.removed)
            rows = reading.iter_texts(connection, change.keys)
            WordIndex.extend(old / _WORDS, scratch / _WORDS, rows, change.articles)
            assert len(vectors) == database.read_info(connection).sentences, "every one is there"

    def _before(self, change: Change) -> SearchFiles | None:
        """Give the files before a change when they are whole, and worth being extended."""
        if change.before.sentences < SMALL:
            return None
        place = self.folder / str(change.generation)
        with contextlib.suppress(RuntimeError, ValueError, OSError):
            if seal.fits(place, _label(change.before.fingerprint)):
                files = _open(place, change.generation, change.before.fingerprint)
                gone = len(change.removed)
                words = WordIndex.can_extend(place / _WORDS, gone)
                if words and files.vectors.can_extend(change.added, gone):
                    return files
        return None

    def _build(self, connection: sqlite3.Connection) -> SearchFiles:
        """Write the search files for what the connection sees, and give them opened."""
        wanted = database.generation(connection)
        dimension = int(schema.get_meta(connection, "dimension") or 1)
        with self._written(connection) as scratch:
            vectors = VectorIndex.build(
                lambda every: reading.iter_vectors(connection, dimension, every=every),
                database.read_info(connection).sentences,
                dimension,
                scratch,
            )
            words = WordIndex.build(reading.iter_texts(connection), scratch / _WORDS)
        return SearchFiles(wanted, _fingerprint(connection), vectors, words)

    @contextlib.contextmanager
    def _written(
        self, connection: sqlite3.Connection, before: Path | None = None
    ) -> Iterator[Path]:
        """Give an empty folder, which becomes the connection's generation once it is filled."""
        place = self.folder / str(database.generation(connection))
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=self.folder))
        try:
            yield scratch
            seal.write(scratch, _label(_fingerprint(connection)), before)
            shutil.rmtree(place, ignore_errors=True)
            scratch.replace(place)
        except (RuntimeError, ValueError) as error:  # FAISS's and tantivy's, for a full disk too
            raise LibraryError(
                f"the search files in {self.folder} cannot be written ({_first_line(error)})",
                "free some space, or set ARTICLEBOT_DATA to another folder",
            ) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def damaged(self, connection: sqlite3.Connection) -> Path | None:
        """Read every byte of the search files; give their folder when they are damaged."""
        place = self.folder / str(database.generation(connection))
        with contextlib.suppress(OSError, ValueError):
            if seal.is_whole(place, _label(_fingerprint(connection))):
                return None
        return place if place.exists() else None

    def drop_all_but(self, *generations: int) -> None:
        """Remove the search files of other publications."""
        for folder in self.folder.iterdir():
            if folder.name.isdecimal() and int(folder.name) not in generations:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        self._opened = None


def _fingerprint(connection: sqlite3.Connection) -> str:
    return schema.get_meta(connection, "fingerprint") or ""


def _label(fingerprint: str) -> str:
    """Name the articles, and how their words were found: other words are other files."""
    return f"{fingerprint} {analysis.VERSION}"


def _open(place: Path, generation: int, fingerprint: str) -> SearchFiles:
    vectors = VectorIndex.read(place)
    return SearchFiles(generation, fingerprint, vectors, WordIndex.read(place / _WORDS))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
