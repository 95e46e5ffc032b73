"""The search files of a local store, FAISS's and tantivy's: derived from the database.

The files of a publication lie in a folder named by its number. They are complete before the
database commits that number, are never changed afterwards, and can be built again from the
database; so a reader that holds a database snapshot always finds search files that fit it.
"""

import contextlib
import json
import logging
import shutil
import sqlite3
import tempfile
import threading
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from index.errors import LibraryError
from index.stores import database
from index.stores.vectors import VectorIndex
from index.stores.words import WordIndex

log = logging.getLogger(__name__)

_SEAL = "seal.json"
"""Which articles the files beside it belong to, and their checksums."""


@dataclass(frozen=True, slots=True)
class SearchFiles:
    """The search files of one publication, opened."""

    generation: int
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
        wanted = database.generation(connection)
        with self._opening:
            if self._opened is not None and self._opened.generation == wanted:
                return self._opened
            files = self._read(wanted, connection) or self.build(connection)
            if self._opened is None or self._opened.generation < wanted:
                self._opened = files
            return files

    def _read(self, wanted: int, connection: sqlite3.Connection) -> SearchFiles | None:
        place = self.folder / str(wanted)
        try:
            if json.loads((place / _SEAL).read_text("utf-8")) == _seal(place, connection):
                vectors = VectorIndex.read(place / "vectors.faiss")
                return SearchFiles(wanted, vectors, WordIndex.read(place / "words"))
            log.warning("the search files in %s are damaged; they are built again", place)
        except (RuntimeError, ValueError, OSError) as error:
            log.warning("the search files in %s are built again: %s", place, error)
        return None

    def build(self, connection: sqlite3.Connection) -> SearchFiles:
        """Write the search files for what the connection sees, and give them opened.

        Raises:
            LibraryError: they cannot be written.
        """
        wanted = database.generation(connection)
        dimension = int(database.get_meta(connection, "dimension") or 1)
        self.folder.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        try:
            vectors = VectorIndex.build(database.iter_vectors(connection, dimension), dimension)
            vectors.write(scratch / "vectors.faiss")
            words = WordIndex.build(database.iter_texts(connection), scratch / "words")
            (scratch / _SEAL).write_text(json.dumps(_seal(scratch, connection)), "utf-8")
            shutil.rmtree(self.folder / str(wanted), ignore_errors=True)
            with contextlib.suppress(OSError):  # another process was first: its files are as good
                scratch.replace(self.folder / str(wanted))
            return SearchFiles(wanted, vectors, words)
        except (RuntimeError, ValueError) as error:  # FAISS's and tantivy's, for a full disk too
            raise LibraryError(
                f"the search files in {self.folder} cannot be written ({_first_line(error)})",
                "free some space, or set ARTICLEBOT_DATA to another folder",
            ) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def drop_all_but(self, *generations: int) -> None:
        """Remove the search files of other publications, and what interrupted builds left.

        A folder that another process is building in right now is not an hour old.
        """
        for folder in self.folder.iterdir():
            with contextlib.suppress(OSError):  # its builder has just removed or renamed it
                hours = (time.time() - folder.stat().st_mtime) / 3600
                if folder.name not in map(str, generations) and (
                    folder.name.isdecimal() or hours > 1
                ):
                    shutil.rmtree(folder)

    def close(self) -> None:
        self._opened = None


def _seal(place: Path, connection: sqlite3.Connection) -> dict[str, str | dict[str, int]]:
    files = (place / "vectors.faiss", *sorted((place / "words").glob("[!.]*")))
    return {
        "fingerprint": database.get_meta(connection, "fingerprint") or "",
        "crc32": {file.name: _crc32(file) for file in files},
    }


def _crc32(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            checksum = zlib.crc32(part, checksum)
    return checksum


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
