"""The local store: one data directory with SQLite as the truth, FAISS and tantivy beside it.

The search files of a publication lie in a folder named by its number. They are complete before
the database commits that number, are never changed afterwards, and can be built again from the
database; so a reader that holds a database snapshot always finds search files that fit it.
"""

import contextlib
import hashlib
import logging
import queue
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.article import Article, ArticleSummary, ParsedArticle
from index.encode import Encoder, Vectors
from index.errors import BusyError, EmptyLibraryError, LibraryError
from index.store import Candidate, EncodedArticle, LibraryInfo, StoredSentence
from index.stores import database
from index.stores.vectors import VectorIndex
from index.stores.words import WordIndex

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _SearchFiles:
    """The search files of one publication, opened."""

    generation: int
    vectors: VectorIndex
    words: WordIndex


class LocalStore:
    """A `Store` in one data directory."""

    def __init__(self, folder: Path) -> None:
        """Point to a data directory; nothing is opened or made before it is needed."""
        self.folder = folder
        self._database = folder / "articles.sqlite3"
        self._search_folder = folder / "search"
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._opened: _SearchFiles | None = None
        self._opening = threading.Lock()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator["LocalSnapshot"]:
        """Hold one state of the articles.

        Raises:
            EmptyLibraryError: nothing has been indexed here.
            LibraryError: the database is damaged or of another format.
        """
        if not self._database.is_file():
            raise EmptyLibraryError(
                f"no articles in {self.folder} yet", "add some with `articlebot index PATH…`"
            )
        with self._told(), self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield LocalSnapshot(self, connection)
            finally:
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self, encoder: Encoder, model: str) -> Iterator["LocalWriter"]:
        """Become the one writer, with the model whose vectors are going to be stored.

        Raises:
            BusyError: another process is writing.
            LibraryError: the directory cannot be written, or holds another model's vectors.
        """
        with self._told():
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "writer.lock", timeout=0)
            try:
                lock.acquire()
            except Timeout:
                raise BusyError(
                    f"another process is indexing into {self.folder}", "wait until it is done"
                ) from None
            try:
                with contextlib.closing(database.connect(self._database, create=True)) as opened:
                    yield LocalWriter(self, opened, encoder, model)
            finally:
                lock.release()

    def close(self) -> None:
        """Close what is open. The store can be used again afterwards."""
        self._opened = None
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the file system and SQLite say into one sentence with the remedy."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _explain(error, self._database) from error
        except OSError as error:
            raise LibraryError(
                f"the data directory {self.folder} cannot be used ({error.strerror or error})",
                "make it writable, free some space, or set ARTICLEBOT_DATA to another folder",
            ) from error

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = database.connect(self._database)
        try:
            yield connection
        except sqlite3.DatabaseError:
            connection.close()
            raise
        except BaseException:
            self._idle.put(connection)
            raise
        else:
            self._idle.put(connection)

    def open_search(self, connection: sqlite3.Connection) -> _SearchFiles:
        """Give the search files that fit the connection's snapshot, built again when need be."""
        wanted = database.generation(connection)
        with self._opening:
            if self._opened is None or self._opened.generation != wanted:
                self._opened = self._read_search(wanted, connection)
            return self._opened

    def _read_search(self, wanted: int, connection: sqlite3.Connection) -> _SearchFiles:
        folder = self._search_folder / str(wanted)
        sentences = database.read_info(connection).sentences
        try:
            vectors = VectorIndex.read(folder / "vectors.faiss")
            words = WordIndex.read(folder / "words")
            if len(vectors) == len(words) == sentences:
                return _SearchFiles(wanted, vectors, words)
            log.warning("the search files in %s are incomplete; they are built again", folder)
        except (RuntimeError, ValueError, OSError) as error:
            log.warning("the search files in %s are built again: %s", folder, error)
        return self.build_search(wanted, connection)

    def build_search(self, wanted: int, connection: sqlite3.Connection) -> _SearchFiles:
        """Write search files for what the connection sees, and give them opened."""
        dimension = int(database.get_meta(connection, "dimension") or 1)
        self._search_folder.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="new-", dir=self._search_folder))
        try:
            vectors = VectorIndex.build(database.iter_vectors(connection, dimension), dimension)
            vectors.write(scratch / "vectors.faiss")
            WordIndex.build(database.iter_texts(connection), scratch / "words")
            place = self._search_folder / str(wanted)
            shutil.rmtree(place, ignore_errors=True)
            with contextlib.suppress(OSError):  # another process was first: its files are as good
                scratch.replace(place)
            return _SearchFiles(wanted, vectors, WordIndex.read(place / "words"))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def drop_search_before(self, current: int) -> None:
        """Remove the search files of past publications, and what interrupted builds left."""
        for folder in self._search_folder.iterdir():
            if folder.name != str(current):
                shutil.rmtree(folder, ignore_errors=True)


class LocalSnapshot:
    """A `Snapshot` of a local store: a read transaction and the search files that fit it."""

    def __init__(self, store: LocalStore, connection: sqlite3.Connection) -> None:
        self._store = store
        self._connection = connection

    def info(self) -> LibraryInfo:
        return database.read_info(self._connection)

    def model(self) -> tuple[str, str]:
        """Give the fingerprint and the name of the model that made the vectors."""
        return (
            database.get_meta(self._connection, "model_fingerprint") or "",
            database.get_meta(self._connection, "model_name") or "",
        )

    def articles(self) -> list[ArticleSummary]:
        return database.read_summaries(self._connection)

    def article_ids(self, beginning: str) -> list[str]:
        return database.read_ids(self._connection, beginning)

    def article(self, article_id: str) -> Article | None:
        found = database.read_article(self._connection, article_id)
        return None if found is None else found[1]

    def parsed(self, article_id: str) -> ParsedArticle | None:
        return database.read_parsed(self._connection, article_id)

    def open(self) -> None:
        """Open the search files now rather than with the first question."""
        self._store.open_search(self._connection)

    def search(
        self, vector: Vectors, question: str, depth: int, article_id: str | None = None
    ) -> list[Candidate]:
        files = self._store.open_search(self._connection)
        among = None if article_id is None else database.sentence_ids(self._connection, article_id)
        near = files.vectors.search(vector, depth, among)
        lexical = files.words.search(question, depth, article_id)
        ids = list(dict.fromkeys([*near, *lexical]))
        lexical |= files.words.scores(question, [id_ for id_ in near if id_ not in lexical])
        dense = files.vectors.scores(vector, ids)
        return [
            Candidate(id_, score, lexical.get(id_, 0.0))
            for id_, score in zip(ids, dense, strict=True)
        ]

    def sentences(self, ids: Sequence[int]) -> Mapping[int, StoredSentence]:
        return database.read_sentences(self._connection, ids)


class LocalWriter:
    """The one `Writer` of a local store."""

    def __init__(
        self, store: LocalStore, connection: sqlite3.Connection, encoder: Encoder, model: str
    ) -> None:
        self._store = store
        self._connection = connection
        self._encoder = encoder
        self._model = model
        made_by = database.get_meta(connection, "model_fingerprint")
        if made_by not in (None, encoder.fingerprint):
            name = database.get_meta(connection, "model_name")
            raise LibraryError(
                f"the articles in {store.folder} are indexed with the model {name}, not {model}",
                "set ARTICLEBOT_MODEL back, or index into another ARTICLEBOT_DATA",
            )

    def contents(self) -> Mapping[str, str]:
        return database.contents(self._connection, live=True)

    def staged(self) -> Mapping[str, str]:
        return database.contents(self._connection, live=False)

    def stage(self, article: EncodedArticle) -> None:
        with self._transaction():
            database.put_meta(
                self._connection,
                model_fingerprint=self._encoder.fingerprint,
                model_name=self._model,
                dimension=str(self._encoder.dimension),
            )
            database.insert_article(self._connection, article)

    def publish(self, removed: Iterable[str] = ()) -> None:
        with self._transaction():
            database.publish_staged(self._connection, removed)
            number = database.generation(self._connection) + 1
            database.put_meta(
                self._connection, generation=str(number), fingerprint=self._fingerprint()
            )
            database.count(self._connection)
            self._store.build_search(number, self._connection)
        self._store.drop_search_before(number)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(self._encoder.fingerprint.encode())
        for article_id, content in sorted(database.contents(self._connection, live=True).items()):
            digest.update(f"\n{article_id} {content}".encode())
        return digest.hexdigest()[:16]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise


def _explain(error: sqlite3.DatabaseError, path: Path) -> LibraryError:
    """SQLite tells damage, locks and full disks by one class and its message."""
    reason = str(error)
    if "locked" in reason or "busy" in reason:
        return BusyError(f"another process is writing to {path.parent}", "try again in a moment")
    if any(word in reason for word in ("readonly", "unable to open", "full", "I/O")):
        return LibraryError(
            f"the data directory {path.parent} cannot be used ({reason})",
            "make it writable, free some space, or set ARTICLEBOT_DATA to another folder",
        )
    return LibraryError(
        f"the database {path} is damaged ({reason}); nothing was changed",
        "restore a copy of it, or move it away and run `articlebot index PATH…` again",
    )
