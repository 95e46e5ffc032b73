"""A library of articles: what is indexed, and how to add to it and search it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from index.article import ArticleSummary, ParsedArticle, canonical
from index.build import IndexReport, OnProgress, Progress, index_articles, index_sources, unwatched
from index.errors import (
    EmptyLibraryError,
    LibraryError,
    SourceError,
    UnknownArticleError,
)
from index.fingerprint import PIPELINE
from index.models.encode import Encoder
from index.models.loading import Models
from index.reading.frames import Item
from index.reading.intake import Intake
from index.reading.limits import Limits
from index.reading.originals import drop_original, keep_originals
from index.reading.read import AS_FOUND, Reading, Source
from index.search import Hit, search
from index.settings import Settings
from index.store import EVERYTHING, EncodedArticle, Feedback, Filter, LibraryInfo, Snapshot, Writer
from index.stores.choice import open_store
from index.transfer import Exported, read_export, write_export

_LISTED = "`articlebot articles` lists their ids"


class Library:
    """The articles of one data directory or database. Thread-safe."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Point to the library of the settings; nothing is loaded before it is needed."""
        self.settings = settings
        self.models = Models(settings, encoder)
        self._store, self.records = open_store(settings)

    @classmethod
    def open(cls, settings: Settings, *, encoder: Encoder | None = None) -> Self:
        return cls(settings, encoder)

    def index(
        self,
        sources: Sequence[Source],
        on_progress: OnProgress = unwatched,
        reading: Reading = AS_FOUND,
        *,
        prune: bool = False,
    ) -> IndexReport:
        """Add what sources hold; a changed source replaces what was read from it before.

        Args:
            sources: files, folders, URLs, and files that are at hand.
            on_progress: is told how far it has come.
            reading: how to read them.
            prune: remove what was read from the given folders before and is there no more.

        Raises:
            BusyError: another process writes to the same library, for too long.
            LibraryError: the data directory cannot be written, or holds another model's vectors.
            ModelError: the model cannot be loaded or exported.
        """
        encoder = self.models.encoder(on_progress)
        with self._writing(encoder, on_progress) as writer:
            intake = Intake(sources, reading, Limits.of(self.settings), writer.contents())
            report = index_sources(
                intake, writer, encoder, on_progress, prune=prune, before=self._published
            )
        if report.added or report.changed:
            keep_originals(self.records, sources)
        return report

    def read(self, source: Source, reading: Reading = AS_FOUND) -> list[Item]:
        """Read a source without adding what it holds; errors are among what is given."""
        return list(Intake([source], reading, Limits.of(self.settings)))

    def _writing(
        self, encoder: Encoder, on_progress: OnProgress = unwatched
    ) -> AbstractContextManager[Writer]:
        def tell() -> None:
            on_progress(Progress("wait", 0, 0, 0, self._store.place))

        return self._store.writing(encoder, self.settings.model, tell)

    def _published(self, article_id: str) -> EncodedArticle | None:
        with self._store.snapshot() as snapshot:
            return snapshot.encoded(article_id)

    def remove(self, article_ids: Sequence[str]) -> None:
        """Remove articles; raises as `index` does.

        Raises:
            UnknownArticleError: there is none of one of these ids; nothing is removed then.
        """
        with self._writing(self.models.encoder()) as writer:
            known = writer.contents()
            for article_id in article_ids:
                if article_id not in known:
                    raise unknown_article(article_id)
            with self._store.snapshot() as snapshot:
                gone = list(filter(None, map(snapshot.article, article_ids)))
            writer.publish(article_ids)
        for article in gone:
            drop_original(self.records, article)

    def add(
        self,
        articles: Sequence[Item],
        on_progress: OnProgress = unwatched,
    ) -> IndexReport:
        """Add articles that are at hand; each replaces what has its id. Raises as `index` does.

        An error among them, of what could not be read, is told in the report.
        """
        encoder = self.models.encoder(on_progress)
        with self._writing(encoder, on_progress) as writer:
            return index_articles(
                articles, len(articles), writer, encoder, on_progress, before=self._published
            )

    def export(self, path: Path) -> Exported:
        """Write everything to one file: articles with their vectors, and feedback.

        Raises:
            EmptyLibraryError: there is no article yet.
            SourceError: the file cannot be written.
        """
        with self.snapshot() as snapshot:
            try:
                return write_export(path, snapshot, self.records.feedback(), self.models.encoder())
            except OSError as error:
                raise SourceError(
                    f"{path} cannot be written ({error.strerror or error})", "name another file"
                ) from None

    def restore(
        self,
        path: Path,
        on_progress: OnProgress = unwatched,
    ) -> IndexReport:
        """Add what an exported file holds; an article replaces what has its id.

        Raises:
            SourceError: the file cannot be read or is no export; nothing is added then.
            BusyError, LibraryError, ModelError: as `index` does.
        """
        encoder = self.models.encoder(on_progress)
        with self._writing(encoder, on_progress) as writer:
            return read_export(path, writer, encoder, on_progress, self._add_feedback)

    def _add_feedback(self, feedback: Feedback) -> None:
        """Add feedback unless it is there already."""
        told = replace(feedback, given="")
        if told not in [replace(each, given="") for each in self.records.feedback()]:
            self.records.add_feedback(feedback)

    def articles(self) -> list[ArticleSummary]:
        """List the articles by title; none when nothing has been indexed yet."""
        try:
            with self._store.snapshot() as snapshot:
                return snapshot.articles()
        except EmptyLibraryError:
            return []

    def article(self, article_id: str) -> ParsedArticle:
        """Give one article, by its id or the beginning of it.

        Raises:
            UnknownArticleError: there is none of this id.
        """
        with self._store.snapshot() as snapshot:
            parsed = snapshot.parsed(canonical(article_id))
            parsed = parsed or snapshot.parsed(find_id(snapshot, article_id))
        assert parsed, "a snapshot holds the articles of its ids"
        return parsed

    def titles(self, article_ids: Collection[str]) -> dict[str, str]:
        """Give the titles, by id, of those of these articles that are there and have one."""
        if not article_ids:
            return {}
        try:
            with self._store.snapshot() as snapshot:
                found = filter(None, map(snapshot.article, article_ids))
                return {article.id: article.title for article in found if article.title}
        except EmptyLibraryError:
            return {}

    def info(self) -> LibraryInfo:
        """Tell how much there is; nothing when nothing has been indexed yet."""
        try:
            with self._store.snapshot() as snapshot:
                return snapshot.info()
        except EmptyLibraryError:
            return LibraryInfo("empty", 0, 0)

    def is_outdated(self) -> bool:
        """Tell whether articles were read by an earlier version of the program.

        They answer all the same; read again, they may answer better.
        """
        try:
            with self._store.snapshot() as snapshot:
                return snapshot.oldest_pipeline() < PIPELINE
        except EmptyLibraryError:
            return False

    def check(self) -> LibraryInfo:
        """Tell how much there is, after reading all that is searched where it lies in files.

        Raises:
            LibraryError: something is damaged.
        """
        from index.stores.local import LocalStore

        info = self.info()
        if info.articles and isinstance(self._store, LocalStore):
            self._store.check()
        return info

    def warm(self) -> None:
        """Load the model and open the index, so that the first question does not wait.

        Raises:
            EmptyLibraryError: there is no article yet.
            LibraryError, ModelError: something is missing or damaged.
        """
        self.models.question_encoder()
        self.models.reranker()
        with self.snapshot() as snapshot:
            snapshot.open()

    def close(self) -> None:
        self.records.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Hold one state of the library that can be searched with the settings' model.

        Raises:
            EmptyLibraryError: there is no article yet.
            LibraryError: it was indexed with another model, is damaged or cannot be read.
        """
        with self._store.snapshot() as snapshot:
            fingerprint, name = snapshot.model()
            if not snapshot.info().articles:
                raise EmptyLibraryError(
                    f"no articles in {self._store.place} yet",
                    "add some with `articlebot index PATH…`",
                )
            if fingerprint != self.models.question_encoder().fingerprint:
                raise LibraryError(
                    f"the articles in {self._store.place} are indexed with the model {name},"
                    f" not {self.settings.model}",
                    f"set ARTICLEBOT_MODEL back, or index into another {self._store.setting}",
                )
            yield snapshot

    def search(
        self, snapshot: Snapshot, question: str, k: int, only: Filter = EVERYTHING
    ) -> list[Hit]:
        """Give the k best sentences of a snapshot for a question, best first."""
        encoder, reranker = self.models.question_encoder(), self.models.reranker()
        return search(snapshot, encoder, question, k, only, reranker)


def find_id(snapshot: Snapshot, wanted: str) -> str:
    """Give the id that is meant: the whole id, or the beginning of just one.

    Raises:
        UnknownArticleError: none begins like this, or several do.
    """
    beginning = canonical(wanted)
    matching = snapshot.article_ids(beginning) if beginning else []
    if beginning in matching:
        return beginning
    if len(matching) > 1:
        raise UnknownArticleError(f"several articles have ids that begin with {wanted!r}", _LISTED)
    if not matching:
        raise unknown_article(wanted)
    return matching[0]


def unknown_article(article_id: str) -> UnknownArticleError:
    return UnknownArticleError(f"there is no article {article_id!r}", _LISTED)
