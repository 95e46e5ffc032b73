"""One input read as an upload is, and what has to be true of whatever comes of it."""

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from index.article import Article, ParsedArticle, canonical
from index.errors import SourceError
from index.reading import border
from index.reading.read import AS_FOUND, LONGEST_LABEL, LONGEST_SOURCE, Blob, read_source
from index.reading.split import parse_article

PATIENCE_SECONDS = 10
"""A small file that takes longer, of the process's own time, is a fault."""


class SlowError(BaseException):
    """Reading took too long; not to be caught by what catches every error."""


@dataclass(slots=True)
class Outcome:
    """What came of an input."""

    seconds: float = 0.0
    articles: int = 0
    refused: int = 0
    caught: list[str] = field(default_factory=list)
    """Errors that nobody foresaw and the border turned into the file's fault."""
    fault: str = ""
    """What must not be; empty: nothing."""


class _Caught(logging.Handler):
    """Notes what the border catches, by where it was raised."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(logging.DEBUG)
        self._outcome = outcome

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._outcome.caught.append(describe(error) if error else record.getMessage())


def try_input(name: str, data: bytes) -> Outcome:
    """Read an input, split what is in it, and check both."""
    outcome = Outcome()
    started = time.process_time()
    try:
        with _listening(outcome), _impatient():
            for article in read_source(Blob(name, data), AS_FOUND):
                if isinstance(article, SourceError):
                    outcome.refused += 1
                    check_error(article, name)
                else:
                    outcome.articles += 1
                    check_article(article)
                    check_structure(parse_article(article))
    except (Exception, SlowError) as error:  # noqa: BLE001 - that is what is looked for
        outcome.fault = describe(error)
    outcome.seconds = time.process_time() - started
    return outcome


def describe(error: BaseException) -> str:
    """Give the error and the last place of the program that it came through."""
    place, trace = "", error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if "site-packages" not in file:
            place = f"{file.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}: {str(error)[:80]!r}"


def check_error(error: SourceError, name: str) -> None:
    """Check that an error can be told: it names the file, is short, and says what to do."""
    assert name in error.what, "names the file"
    assert error.remedy, "says what to do"
    assert len(str(error)) < 1000, "is a sentence"


def check_article(article: Article) -> None:
    """Check that an article can be stored and shown."""
    assert article.text == canonical(article.text), "canonical"
    for value in (article.id, article.title, article.source, article.author, article.language):
        assert "\0" not in (value or ""), "no database takes it"
        (value or "").encode()
    assert "\0" not in article.text
    assert 0 < len(article.title) <= LONGEST_LABEL
    assert len(article.source) <= LONGEST_SOURCE
    assert max(len(article.author or ""), len(article.language or "")) <= LONGEST_LABEL


def check_structure(parsed: ParsedArticle) -> None:
    """Check that paragraphs, passages and sentences lie in the text, in their order."""
    text, end = parsed.article.text, 0
    for paragraph in parsed.paragraphs:
        assert end <= paragraph.start < paragraph.end <= len(text)
        end = paragraph.end
    by_number = {paragraph.number: paragraph for paragraph in parsed.paragraphs}
    end = 0
    for passage in parsed.passages:
        assert passage.sentences
        for sentence in passage.sentences:
            around = by_number[sentence.paragraph]
            assert around.start <= sentence.start < sentence.end <= around.end
            assert passage.start <= sentence.start < sentence.end <= passage.end
            assert end <= sentence.start, "in their order"
            end = sentence.end


@contextmanager
def _listening(outcome: Outcome) -> Iterator[None]:
    handler, level = _Caught(outcome), border.log.level
    border.log.addHandler(handler)
    border.log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        border.log.removeHandler(handler)
        border.log.setLevel(level)


@contextmanager
def _impatient() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise SlowError(f"more than {PATIENCE_SECONDS} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
