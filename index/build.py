"""Index articles: the pipeline from sources to a published state of the store."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from index.article import ParsedArticle, head
from index.compatible import make_compatible
from index.content import content_sha256
from index.errors import SourceError
from index.models.encode import Encoder, Vectors
from index.reading.border import blame
from index.reading.frames import Item
from index.reading.intake import Intake
from index.reading.split import parse_article
from index.store import EncodedArticle, Writer


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come."""

    stage: Literal["export", "wait", "index", "publish"]
    done: int
    total: int
    """Articles; 0 where it is not known."""
    sentences: int
    detail: str
    """What is being worked on."""


OnProgress = Callable[[Progress], None]


def unwatched(_: Progress) -> None:
    """Tell nobody how far it has come."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What indexing did."""

    added: int
    changed: int
    unchanged: int
    sentences: int
    """Sentences of the added and changed articles."""
    failed: tuple[SourceError, ...]
    removed: int = 0
    """Articles that have gone from their folder."""
    passed_over: tuple[tuple[str, int], ...] = ()
    """Kinds of files in the folders that are no articles, and how many; see `find_files`."""
    warnings: tuple[tuple[str, str], ...] = ()
    """Of the added and changed articles: the source, and what was left out or looks wrong."""


Before = Callable[[str], EncodedArticle | None]
"""Gives an article as it is published, by its id."""


def _nothing(_: str) -> None:
    """Know no article."""


def index_sources(
    intake: Intake,
    writer: Writer,
    encoder: Encoder,
    on_progress: OnProgress,
    *,
    prune: bool,
    before: Before = _nothing,
) -> IndexReport:
    """Index what the sources hold; with `prune`, remove what has gone from their folders."""

    def gone() -> list[str]:
        return intake.gone(writer.paths()) if prune else []

    report = index_articles(intake, len(intake), writer, encoder, on_progress, gone, before)
    return replace(report, passed_over=tuple(intake.passed_over.most_common()))


def index_articles(
    articles: Iterable[Item],
    total: int,
    writer: Writer,
    encoder: Encoder,
    on_progress: OnProgress,
    gone: Callable[[], Sequence[str]] = list,
    before: Before = _nothing,
) -> IndexReport:
    """Index articles, read one by one as they are needed; errors among them are reported.

    1. take an article, and skip it when its content is known;
    2. clean and split it, where that has not been done as it was read;
    3. encode its sentences, but for those that it had `before`, where that is known;
    4. stage it, so that an interrupted run goes on here;
    5. publish everything at once, and remove what `gone` names when all has been read; where it
       refuses to, nothing changes.
    """
    known, staged = writer.contents(), writer.staged()
    failed: list[SourceError] = []
    new: list[str] = []
    warnings: list[tuple[str, str]] = []
    added = changed = unchanged = 0
    sentences = 0
    for done, item in enumerate(articles):
        if isinstance(item, SourceError):
            on_progress(Progress("index", done, max(total, done), sentences, item.what))
            failed.append(item)
            continue
        article = item.article if isinstance(item, ParsedArticle) else item
        on_progress(Progress("index", done, max(total, done), sentences, article.source))
        content = content_sha256(article)
        if known.get(article.id) == content:
            if article.id in staged:  # changed, interrupted, and changed back
                writer.unstage(article.id)
            unchanged += 1
            continue
        if staged.get(article.id) != content:
            try:
                parsed = item if isinstance(item, ParsedArticle) else parse_article(item)
            except Exception as error:  # noqa: BLE001 - splitting it is a part of reading it
                failed.append(blame(article.source, error))
                continue
            if not parsed.sentences:
                failed.append(SourceError(f"{article.source} has no words", "nothing to index"))
                continue
            old = before(article.id) if article.id in known else None
            encoded = EncodedArticle(parsed, content, sentence_vectors(parsed, encoder, old))
            writer.stage(encoded)
            new.append(article.id)
            sentences += len(encoded.vectors)
        warnings += ((article.source, warning) for warning in article.warnings)
        if article.id in known:
            changed += 1
        else:
            added += 1
    with _changing_nothing_if_refused(writer, new):
        removed = gone()
    if writer.staged() or removed:
        on_progress(Progress("publish", total, total, sentences, ""))
        writer.publish(removed)
    on_progress(Progress("publish", total, total, sentences, ""))
    return IndexReport(
        *(added, changed, unchanged, sentences, tuple(failed), len(removed)),
        warnings=tuple(warnings),
    )


@contextmanager
def _changing_nothing_if_refused(writer: Writer, staged: Iterable[str]) -> Iterator[None]:
    """Leave nothing of what has been staged to be published with what comes next."""
    try:
        yield
    except SourceError:
        for article_id in staged:
            writer.unstage(article_id)
        raise


def sentence_vectors(
    parsed: ParsedArticle, encoder: Encoder, before: EncodedArticle | None = None
) -> Vectors:
    """Encode every sentence after the article's title and the headings that it stands under.

    They say what it is about.

    More views than this one do not find more: `tests/quality/README.md` has the figures.

    Args:
        parsed: the article.
        encoder: of its library.
        before: the article as it was; what it has in common with it is not encoded again.

    Returns:
        Float32, shape (sentences, dimension).
    """
    known: dict[str, Vectors] = {}
    if before and before.content_sha256 == content_sha256(before.parsed.article):  # of PIPELINE
        known = dict(zip(_encoded_texts(before.parsed), before.vectors, strict=True))
    texts = _encoded_texts(parsed)
    new = list(dict.fromkeys(text for text in texts if text not in known))
    if new:
        known |= zip(new, encoder.encode(new), strict=True)
    return np.array([known[text] for text in texts], np.float32).reshape(-1, encoder.dimension)


def _encoded_texts(parsed: ParsedArticle) -> list[str]:
    text, title = parsed.article.text, parsed.article.title
    return [
        make_compatible(f"{head(title, passage.section)}: {text[s.start : s.end]}")
        for passage in parsed.passages
        for s in passage.sentences
    ]
