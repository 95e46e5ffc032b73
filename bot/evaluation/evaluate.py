"""Evaluation: ask questions with known answers as a user would, and note what comes of it."""

import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.answering.answer import ask
from bot.answering.calibration import built_in
from bot.answering.citation import exact
from bot.answering.confidence import measure_coverage
from bot.answering.query import Query
from bot.evaluation.figures import MRR_DEPTH, Outcome, find_rank
from bot.evaluation.questions import (
    Entry,
    Question,
    QuestionFile,
    Span,
    place,
    read_questions,
)
from bot.evaluation.spans import read_span
from index.article import Article, ParsedArticle
from index.build import OnProgress, unwatched
from index.errors import SourceError, UsageError
from index.library import Library
from index.models.rerank import PassageReader
from index.reading.read import read_article
from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Which questions of a file are asked, and of what."""

    in_index: bool = False
    """Ask the library of the settings, rather than a new one of the file's articles."""
    per_article: bool = False
    """Ask each question of its own article, rather than of all."""
    off_topic: bool = False
    """Ask each answerable question of one other article too, in place of unanswerable ones."""
    about: tuple[str, ...] = ()
    """Ask about these articles alone, by their names in the file; none: about all."""
    sample: int | None = None
    """How many entries of the file, drawn at random; None: all."""
    seed: int = 0
    calibrated: bool = True
    """Let the library's own calibration apply, where it has one."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told how far it has come."""

    on_index: OnProgress = unwatched
    on_question: Callable[[int, int], None] = lambda done, total: None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of the questions, and the articles that they and their answers are about."""

    outcomes: tuple[Outcome, ...]
    articles: Mapping[str, ParsedArticle]


def evaluate(
    path: Path,
    plan: Plan,
    settings: Settings,
    open_library: Callable[[Settings], Library] = Library.open,
    watch: Watch = Watch(),
) -> Evaluation:
    """Ask the questions of a file.

    1. read the file, and draw the sample;
    2. index its articles in a temporary data directory, or open the library of the settings;
    3. find where the answers stand in the stored texts;
    4. ask, each question through `bot.answering.answer.ask`;
    5. rank, slice every citation once more from the stored text, and mark the words that answer.

    Raises:
        SourceError: the file or one of its articles cannot be read, or does not hold an answer.
        UsageError: what is planned does not fit the file.
        ArticlebotError: as `ask` raises.
    """
    with open_questions(path, plan, settings, open_library, watch) as (library, questions):
        parsed = cache(library.article)
        outcomes = []
        for done, question in enumerate(questions):
            watch.on_question(done, len(questions))
            outcomes.append(_ask(library, question, plan, parsed))
        watch.on_question(len(questions), len(questions))
        return Evaluation(tuple(outcomes), {id_: parsed(id_) for id_ in _involved(outcomes)})


@contextmanager
def open_questions(
    path: Path,
    plan: Plan,
    settings: Settings,
    open_library: Callable[[Settings], Library] = Library.open,
    watch: Watch = Watch(),
) -> Iterator[tuple[Library, list[Question]]]:
    """Open a library that has the articles of a file, and give the questions about them.

    Raises:
        SourceError, UsageError: as `evaluate` does.
    """
    file = read_questions(path, own_articles=not plan.in_index)
    entries = _draw(file.entries, plan)
    with _open(file, plan, settings, open_library, watch) as library:
        library.warm()
        find = cache(lambda name: _find_article(library, file, name))
        questions = [place(entry, find(entry.article)) for entry in entries]
        yield library, _with_off_topic(questions) if plan.off_topic else questions


def _draw(entries: Sequence[Entry], plan: Plan) -> Sequence[Entry]:
    """Give the sample in the file's order, so that the same one is asked however it is asked."""
    if unknown := set(plan.about) - {entry.article for entry in entries}:
        raise UsageError(f"the file has no questions about {min(unknown)!r}", "check the name")
    if plan.about:
        entries = [entry for entry in entries if entry.article in plan.about]
    if plan.sample is None or plan.sample >= len(entries):
        return entries
    rows = random.Random(plan.seed).sample(range(len(entries)), plan.sample)  # noqa: S311
    return [entries[row] for row in sorted(rows)]


@contextmanager
def _open(
    file: QuestionFile,
    plan: Plan,
    settings: Settings,
    open_library: Callable[[Settings], Library],
    watch: Watch,
) -> Iterator[Library]:
    if plan.in_index:
        with open_library(settings) as library:
            yield library
        return
    with (
        tempfile.TemporaryDirectory(prefix="articlebot-eval-") as folder,
        open_library(settings.model_copy(update={"data": Path(folder)})) as library,
    ):
        for failure in library.add(list(file.articles.values()), watch.on_index).failed:
            raise failure
        yield library


def _find_article(library: Library, file: QuestionFile, name: str) -> Article:
    """Give the stored article that a file means: its own, or by file, id or title."""
    if own := file.articles.get(name):
        return library.article(own.id).article
    path = file.path.parent / name
    wanted_id = read_article(path).id if path.is_file() else name
    wanted_title = name.replace("_", " ")
    summaries = library.articles()
    by_id = [s.id for s in summaries if s.id == wanted_id]
    by_title = [s.id for s in summaries if s.title == wanted_title]
    for ids in (by_id, by_title):
        if len(ids) == 1:
            return library.article(ids[0]).article
    raise SourceError(
        f"the index does not hold the article {name!r} of {file.path}",
        "index it first: `articlebot articles` lists what there is",
    )


def _with_off_topic(questions: Iterable[Question]) -> list[Question]:
    answerable = [question for question in questions if question.places]
    ids = list(dict.fromkeys(question.article_id for question in answerable))
    if len(ids) < 2:
        raise UsageError("--off-topic needs questions about two articles or more")
    other = dict(zip(ids, [*ids[1:], ids[0]], strict=True))
    return answerable + [Question(q.text, other[q.article_id], ()) for q in answerable]


def _ask(
    library: Library, question: Question, plan: Plan, parsed: Callable[[str], ParsedArticle]
) -> Outcome:
    only = question.article_id if plan.per_article or plan.off_topic else None
    query = Query(question=question.text, top_k=MRR_DEPTH, article=only)
    answer = ask(library, query, None if plan.calibrated else built_in(library.settings))
    cited = [passage.citation for passage in answer.shown]
    elsewhere = (0, 0)  # holds nothing
    spans = [(c.start, c.end) if c.article_id == question.article_id else elsewhere for c in cited]
    outcome = Outcome(
        question=question,
        answer=answer,
        rank=find_rank(question.places, spans),
        citations=len(cited),
        exact=sum(
            exact(passage, article.text, article.text_sha256)
            for passage in answer.shown
            for article in [parsed(passage.citation.article_id).article]
        ),
        overlap=_measure_overlap(question, parsed(question.article_id)),
    )
    reader = library.models.reranker()
    if outcome.right and question.spans and isinstance(reader, PassageReader):
        article = parsed(question.article_id)
        return replace(outcome, span=read_span(reader, question.text, article, *spans[0]))
    return outcome


def _measure_overlap(question: Question, parsed: ParsedArticle) -> float:
    """Give the greatest share of the question's words in a sentence that answers, or in any."""
    sentences = [s for passage in parsed.passages for s in passage.sentences]
    if question.places:
        spans = [(s.start, s.end) for s in sentences]
        sentences = [s for s, span in zip(sentences, spans, strict=True) if _holds(question, span)]
    texts = [parsed.article.text[s.start : s.end] for s in sentences]
    return max((measure_coverage(question.text, text) for text in texts), default=0.0)


def _holds(question: Question, span: Span) -> bool:
    return find_rank(question.places, [span]) == 1


def _involved(outcomes: Iterable[Outcome]) -> set[str]:
    cited = {p.citation.article_id for o in outcomes for p in o.answer.shown}
    return cited | {outcome.question.article_id for outcome in outcomes}
