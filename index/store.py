"""What every store of articles can do; `index/stores/` holds the stores themselves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from index.article import Article, ArticleSummary, Kind, ParsedArticle
from index.fingerprint import PIPELINE
from index.models.encode import Encoder, Vectors

OnWait = Callable[[], None]
"""Called when another's turn to write has to be waited for."""


def wait_quietly() -> None:
    """Tell nobody that another's turn is waited for."""


@dataclass(frozen=True, slots=True)
class EncodedArticle:
    """An article ready to be stored."""

    parsed: ParsedArticle
    content_sha256: str
    """Of everything that a change of would make the article worth indexing again."""
    vectors: Vectors
    """One vector a sentence, float32, shape (sentences, dimension), in text order."""
    pipeline: int = PIPELINE
    """The version of reading and splitting that it has come from."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that the first stage found. Both scores: higher is better."""

    sentence_id: int
    dense: float
    """Inner product of the question's vector with the sentence's vector, -1 to 1."""
    lexical: float
    """BM25 of the sentence plus a part of its passage's, 0 or more."""


class StoredSentence(NamedTuple):
    """A sentence with its place; offsets into the text of `article_id`."""

    id: int
    article_id: str
    paragraph: int
    start: int
    end: int
    paragraph_start: int
    paragraph_end: int
    passage_start: int
    passage_end: int
    kind: Kind = "body"
    """Of its paragraph."""
    section: str = ""
    """The headings that its passage stands under, "Returns › Refunds"."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles are searched: those to which everything applies that is given."""

    articles: tuple[str, ...] | None = None
    """Ids."""
    since: date | None = None
    """First day of publication; an article without a date is in no range of days."""
    until: date | None = None
    """Last day of publication."""
    source: str | None = None
    """A part of the source, such as a site's name; upper and lower case are the same."""

    def __bool__(self) -> bool:
        """Tell whether anything is limited."""
        return self != EVERYTHING


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """What a library holds."""

    fingerprint: str
    """Changes with the articles and with the model."""
    articles: int
    sentences: int


class Snapshot(Protocol):
    """One state of the store: whatever is written meanwhile, all its answers fit together."""

    def info(self) -> LibraryInfo: ...

    def model(self) -> tuple[str, str]:
        """Give the fingerprint and the name of the model that made the vectors."""
        ...

    def oldest_pipeline(self) -> int:
        """Give the earliest version of reading and splitting that an article has come from."""
        ...

    def open(self) -> None:
        """Open now what searching needs, rather than with the first question."""
        ...

    def articles(self) -> list[ArticleSummary]: ...

    def article_ids(self, beginning: str) -> list[str]:
        """Give the ids that begin like this."""
        ...

    def matching_ids(self, only: Filter) -> list[str]:
        """Give the ids of the articles to which a filter applies."""
        ...

    def article(self, article_id: str) -> Article | None: ...

    def text_sha256(self, article_id: str) -> str:
        """Give the sha256 that the article's text had when it was indexed."""
        ...

    def parsed(self, article_id: str) -> ParsedArticle | None: ...

    def encoded(self, article_id: str) -> "EncodedArticle | None":
        """Give all that is stored of an article."""
        ...

    def search(
        self, vector: Vectors, question: str, depth: int, only: Filter = EVERYTHING
    ) -> list[Candidate]:
        """Find the sentences nearest in meaning and the best by words.

        Args:
            vector: the question's unit vector, float32, shape (dimension,).
            question: its words.
            depth: how many to take from each side; all found get both scores.
            only: search these articles alone.
        """
        ...

    def sentences(self, ids: Sequence[int]) -> Mapping[int, StoredSentence]: ...

    def passages(self, ids: Sequence[int]) -> list[list[StoredSentence]]:
        """Give all sentences of each passage that holds one of these sentences."""
        ...


class Store(Protocol):
    """Articles on disk. Any number of readers, in any number of processes.

    Writing takes two steps, so that no reader sees half of it and an interrupted run is
    continued: articles are staged one by one, then all that is staged is published at once.
    """

    @property
    def place(self) -> str:
        """Where the articles are, for messages; without anything secret."""
        ...

    @property
    def setting(self) -> str:
        """Name of the setting by which another place is chosen."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]: ...

    def writing(
        self, encoder: Encoder, model: str, on_wait: OnWait = wait_quietly
    ) -> AbstractContextManager["Writer"]:
        """Become a writer, with the model whose vectors are going to be stored.

        Where there can only be one, the turn is waited for; `on_wait` is told.

        Raises:
            BusyError: the turn did not come in time.
            LibraryError: the library holds another model's vectors.
        """
        ...

    def close(self) -> None: ...


class Writer(Protocol):
    """Who adds articles to a store."""

    def contents(self) -> Mapping[str, str]:
        """Give `content_sha256` by article id, of all that is published."""
        ...

    def staged(self) -> Mapping[str, str]:
        """Give `content_sha256` by article id, of all that waits to be published."""
        ...

    def paths(self) -> Mapping[str, str]:
        """Give the path of the file it was read from by article id, of all read from files."""
        ...

    def stage(self, article: EncodedArticle) -> None: ...

    def unstage(self, article_id: str) -> None:
        """Forget what waits to be published under this id."""
        ...

    def publish(self, removed: Iterable[str] = ()) -> None:
        """Replace what has been staged again, remove `removed`, in one transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Cited:
    """A quote that an answer gave."""

    article_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and what was answered."""

    question: str
    """As it was asked."""
    resolved_question: str
    """As it was searched: in full, with the names that a follow-up leaves out."""
    found: bool
    cited: tuple[Cited, ...]
    """Best first; where nothing was found, what came nearest."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of an answer."""

    question: str
    answer_id: str | None
    verdict: str
    """A short word that the interface chose, such as "good" or "bad"."""
    spans: tuple[tuple[str, int, int], ...]
    """(article id, start, end) of what the verdict is about: offsets into the article's text."""
    comment: str
    fingerprint: str
    """Of the index that the answer came from."""
    given: str = ""
    """When, ISO 8601 in UTC; set by the store."""


class Records(Protocol):
    """What is remembered besides articles: conversations, answers as given, feedback, notes.

    A note is a value under a kind and a key, such as a kind of events and the id of one. Of
    processes that work with the same records, all meet the same notes at once.

    Thread-safe, and apart from the articles: a publication of articles holds nothing up here.
    All methods raise LibraryError where the records cannot be read or written.
    """

    def add_turn(self, conversation: str, turn: Turn) -> None:
        """Add a turn to a conversation; its first turn makes it."""
        ...

    def turns(self, conversation: str) -> list[Turn]:
        """Give the last turns, oldest first; none when it has expired or never was."""
        ...

    def delete_conversation(self, conversation: str) -> bool:
        """Forget a conversation; False when there is none."""
        ...

    def keep_answer(self, answer_id: str, answer: str, fingerprint: str) -> None:
        """Keep an answer (JSON) as it was given. The oldest make room for new ones."""
        ...

    def answer(self, answer_id: str) -> str | None:
        """Give an answer (JSON) as it was given; None when it is not kept (any more)."""
        ...

    def add_feedback(self, feedback: Feedback) -> None: ...

    def feedback(self) -> list[Feedback]:
        """Give all feedback, oldest first."""
        ...

    def put(self, kind: str, key: str, value: str, life: timedelta | None = None) -> None:
        """Note a value for as long as `life`, or until it is dropped; it replaces the last one."""
        ...

    def put_new(self, kind: str, key: str, value: str, life: timedelta | None = None) -> bool:
        """Note a value where there is none; False, and nothing noted, where there is one.

        Of any number that try the same at once, in any number of processes, one gets True.
        """
        ...

    def get(self, kind: str, key: str) -> str | None:
        """Give a value; None when there is none, or its life is over."""
        ...

    def newest(self, kind: str, beginning: str, count: int) -> list[tuple[str, str]]:
        """Give the keys that begin like this with their values, last noted first.

        Args:
            kind: of the notes.
            beginning: of their keys, character for character.
            count: how many to give at most.
        """
        ...

    def drop(self, kind: str, key: str) -> bool:
        """Forget a value; False when there is none. Of several that try at once, one gets True."""
        ...

    def close(self) -> None: ...
