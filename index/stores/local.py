"""The local store: one data directory with SQLite as the truth, FAISS and tantivy beside it."""

import contextlib
import queue
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from filelock import Timeout

from index.article import Article, ArticleSummary, ParsedArticle
from index.errors import BusyError, LibraryError
from index.models.encode import Encoder, Vectors
from index.store import (
    EVERYTHING,
    Candidate,
    EncodedArticle,
    Filter,
    LibraryInfo,
    OnWait,
    StoredSentence,
    wait_quietly,
)
from index.stores import database, publication, reading, schema, selection
from index.stores.search_files import SearchFolder
from index.stores.writer_queue import take_turn


class LocalStore:
    """A `Store` in one data directory. There is one writer at a time."""

    setting = "ARTICLEBOT_DATA"

    def __init__(self, folder: Path, wait_seconds: float = 60) -> None:
        """Point to a data directory; nothing is opened or made before it is needed.

        Args:
            folder: the data directory.
            wait_seconds: how long a writer waits for those before it.
        """
        self.folder = folder
        self._wait_seconds = wait_seconds
        self.place = str(folder)
        self._database = folder / "articles.sqlite3"
        self.search = SearchFolder(folder / "search")
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._file: tuple[int, int] | None = None

    @contextlib.contextmanager
    def snapshot(self) -> Iterator["LocalSnapshot"]:
        """Hold one state of the articles.

        Raises:
            EmptyLibraryError: nothing has been indexed here.
            LibraryError: the database is damaged or of another format.
        """
        with self._told():
            if not self._database.is_file():
                raise database.no_articles(self._database)
            with self._connection() as connection:
                connection.execute("BEGIN")
                try:
                    yield LocalSnapshot(self, connection)
                finally:
                    _roll_back(connection)

    @contextlib.contextmanager
    def writing(
        self, encoder: Encoder, model: str, on_wait: OnWait = wait_quietly
    ) -> Iterator["LocalWriter"]:
        """Become the one writer, with the model whose vectors are going to be stored.

        Who comes while another writes waits for its turn; `on_wait` is told.

        Raises:
            BusyError: the turn did not come in time.
            LibraryError: the directory cannot be written, or holds another model's vectors.
        """
        with self._told(), self._turn(on_wait):
            self.search.sweep()
            with contextlib.closing(database.connect(self._database, create=True)) as opened:
                yield LocalWriter(self, opened, encoder, model)

    @contextlib.contextmanager
    def _turn(self, on_wait: OnWait) -> Iterator[None]:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(take_turn(self.folder, self._wait_seconds, on_wait))
            except Timeout:
                raise BusyError(
                    f"another process is indexing into {self.folder},"
                    f" for more than {self._wait_seconds:g} s",
                    "wait until it is done, or set ARTICLEBOT_WAIT_SECONDS to wait longer",
                ) from None
            yield

    def check(self) -> None:
        """Read all search files through, which opening them does not.

        Raises:
            LibraryError: something is damaged.
        """
        with self._told(), self._connection() as connection:
            if folder := self.search.damaged(connection):
                raise LibraryError(
                    f"the search files in {folder} are damaged",
                    "delete that folder; it is built again with the next question",
                )

    def close(self) -> None:
        """Close what is open. The store can be used again afterwards."""
        self.search.close()
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
        except BrokenPipeError:
            raise  # who reads what is printed has gone; the data directory is well
        except OSError as error:
            raise LibraryError(
                f"the data directory {self.folder} cannot be used ({error.strerror or error})",
                "make it writable, free some space, or set ARTICLEBOT_DATA to another folder",
            ) from error

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        found = self._database.stat()
        file = (found.st_dev, found.st_ino)
        if self._file != file:  # another database was put in its place, a copy say
            self.close()
            self._file = file
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = database.connect(self._database)
        usable = True
        try:
            yield connection
        except sqlite3.DatabaseError:
            usable = False
            raise
        finally:
            if usable and self._file == file:
                self._idle.put(connection)
            else:
                connection.close()


class LocalSnapshot:
    """A `Snapshot` of a local store: a read transaction and the search files that fit it."""

    def __init__(self, store: LocalStore, connection: sqlite3.Connection) -> None:
        self._store = store
        self._connection = connection
        self._meta = database.read_meta(connection)
        schema.adapt(connection, self._meta)

    def info(self) -> LibraryInfo:
        return database.info(self._meta)

    def model(self) -> tuple[str, str]:
        """Give the fingerprint and the name of the model that made the vectors."""
        return self._meta.get("model_fingerprint", ""), self._meta.get("model_name", "")

    def oldest_pipeline(self) -> int:
        return schema.oldest_pipeline(self._connection, self._meta)

    def articles(self) -> list[ArticleSummary]:
        return reading.read_summaries(self._connection)

    def article_ids(self, beginning: str) -> list[str]:
        return selection.read_ids(self._connection, beginning)

    def matching_ids(self, only: Filter) -> list[str]:
        return selection.matching_ids(self._connection, only)

    def article(self, article_id: str) -> Article | None:
        found = reading.read_article(self._connection, article_id)
        return None if found is None else found[1]

    def text_sha256(self, article_id: str) -> str:
        return reading.read_text_sha256(self._connection, article_id)

    def parsed(self, article_id: str) -> ParsedArticle | None:
        return reading.read_parsed(self._connection, article_id)

    def encoded(self, article_id: str) -> EncodedArticle | None:
        return reading.read_encoded(self._connection, article_id)

    def open(self) -> None:
        """Open the search files now rather than with the first question."""
        self._store.search.open(self._connection)

    def search(
        self, vector: Vectors, question: str, depth: int, only: Filter = EVERYTHING
    ) -> list[Candidate]:
        files = self._store.search.open(self._connection)
        articles = self.matching_ids(only) if only else None
        among = None if articles is None else selection.sentence_ids(self._connection, articles)
        near = files.vectors.search(vector, depth, among)
        lexical = files.words.search(question, depth, articles, list(near))
        if files.vectors.exact:
            dense = near | files.vectors.scores(vector, [id_ for id_ in lexical if id_ not in near])
        else:
            stored, vectors = reading.read_vectors(self._connection, [*{**near, **lexical}])
            matrix = np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(stored), len(vector))
            dense = dict(zip(stored, (matrix @ vector).tolist(), strict=True))
        return [Candidate(id_, dense[id_], lexical.get(id_, 0.0)) for id_ in sorted(dense)]

    def sentences(self, ids: Sequence[int]) -> Mapping[int, StoredSentence]:
        return reading.read_sentences(self._connection, ids)

    def passages(self, ids: Sequence[int]) -> list[list[StoredSentence]]:
        return reading.read_passages(self._connection, ids)


class LocalWriter:
    """The one `Writer` of a local store."""

    def __init__(
        self, store: LocalStore, connection: sqlite3.Connection, encoder: Encoder, model: str
    ) -> None:
        self._store = store
        self._connection = connection
        self._encoder = encoder
        self._model = model
        made_by = schema.get_meta(connection, "model_fingerprint")
        if made_by not in (None, encoder.fingerprint):
            name = schema.get_meta(connection, "model_name")
            raise LibraryError(
                f"the articles in {store.folder} are indexed with the model {name}, not {model}",
                "set ARTICLEBOT_MODEL back, or index into another ARTICLEBOT_DATA",
            )

    def contents(self) -> Mapping[str, str]:
        return database.contents(self._connection, live=True)

    def staged(self) -> Mapping[str, str]:
        return database.contents(self._connection, live=False)

    def paths(self) -> Mapping[str, str]:
        return selection.paths(self._connection)

    def stage(self, article: EncodedArticle) -> None:
        with self._transaction():
            schema.put_meta(
                self._connection,
                model_fingerprint=self._encoder.fingerprint,
                model_name=self._model,
                dimension=str(self._encoder.dimension),
            )
            database.insert_article(self._connection, article)

    def unstage(self, article_id: str) -> None:
        with self._transaction():
            database.delete_staged(self._connection, article_id)

    def publish(self, removed: Iterable[str] = ()) -> None:
        with self._transaction():
            change = publication.publish(self._connection, removed, self._encoder.fingerprint)
            self._store.search.publish(self._connection, change)
        # Questions that are being answered still search the state before this one.
        self._store.search.drop_all_but(change.generation + 1, change.generation)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            _roll_back(self._connection)
            raise


def _roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction, which SQLite may have ended itself on an error that is worth telling."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


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
