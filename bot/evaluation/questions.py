"""Questions with known answers, to measure by: SQuAD files and JSON lines of two forms of our own.

SQuAD 1.1 and 2.0: `.json` or `.json.gz`, with the articles in the file itself. JSON lines
(`.jsonl` or `.jsonl.gz`), one question a line:

    {"question": "Who came?", "article": "news/visit.txt", "quote": "The king came by train."}

`article` is a file, relative to the folder of the questions; in an index that is there already
also the id or the title of an article. `quote` is a part of the article's text, a list of several
that are all right, or null where the article has no answer.

Or one article a line, with its questions, their kinds, and the shortest words that answer:

    {"id": "visit", "title": "A visit", "paragraphs": ["The king came by train."], "questions":
     [{"q": "Who was it?", "kind": "who", "answers": [{"p": 0, "quote": "The king came by train.",
     "span": "The king"}]}]}

`p` counts paragraphs from 0. A question without answers has none in the article. A line without
paragraphs has further questions about an article of a line before it.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.article import Article, canonical
from index.errors import SourceError
from index.reading.read import read_article

Span = tuple[int, int]
"""Code point offsets into an article's text, half open."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question as its file states it."""

    question: str
    article: str
    """The article's name in the file."""
    quotes: tuple[str, ...]
    """What answers it; none where nothing does."""
    context: str = ""
    """The paragraph that the quotes stand in; empty: the whole article."""
    kind: str = ""
    """What is asked for, where the file says it."""
    spans: tuple[str, ...] = ()
    """The shortest words that answer, where the file marks them; each is right."""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """The entries of a file, and the articles that they are about by their names in it."""

    path: Path
    entries: tuple[Entry, ...]
    articles: Mapping[str, Article]


@dataclass(frozen=True, slots=True)
class Question:
    """A question about an article of a library."""

    text: str
    article_id: str
    places: tuple[Span, ...]
    """Where its answers stand in the article's text; none where it is unanswerable."""
    kind: str = ""
    spans: tuple[str, ...] = ()


def read_questions(path: Path, *, own_articles: bool = True) -> QuestionFile:
    """Read a file of questions.

    Args:
        path: the file.
        own_articles: read the articles too, which the file holds or names.

    Raises:
        SourceError: the file cannot be read, is in another format, or an article cannot be read.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        remedy = "give .json or .jsonl, with or without .gz"
        raise SourceError(f"{path} cannot be read ({reason})", remedy) from None
    lines = ".jsonl" in path.suffixes
    try:
        if not lines:
            entries, articles = _read_squad(path, text)
        elif '"questions"' in text.partition("\n")[0]:
            entries, articles = _read_articles(path, text)
        else:
            entries, articles = list(_read_lines(text)), {}
            if own_articles:
                articles = {e.article: read_article(path.parent / e.article) for e in entries}
    except _FormError as error:
        wanted = "JSON lines with question, article and quote" if lines else "SQuAD JSON"
        raise SourceError(f"{path} is no file of questions ({error})", f"give {wanted}") from None
    if not entries:
        raise SourceError(f"{path} holds no questions")
    return QuestionFile(path, tuple(entries), articles if own_articles else {})


def place(entry: Entry, article: Article) -> Question:
    """Find where the answers of an entry stand.

    Raises:
        SourceError: the article's text has none of them.
    """
    text, context = article.text, canonical(entry.context)
    start = text.find(context)
    if start >= 0:
        end = start + len(context) if context else len(text)
        spans = {
            span for quote in entry.quotes for span in _find(canonical(quote), text, start, end)
        }
        if spans or not entry.quotes:
            places = tuple(sorted(spans))
            return Question(entry.question, article.id, places, entry.kind, entry.spans)
    raise SourceError(
        f"the article {article.id} does not hold the answer to {entry.question!r}",
        "quote it word for word, no-break spaces included",
    )


def _find(quote: str, text: str, start: int, end: int) -> list[Span]:
    """Give every place of a quote as whole words, or else every place at all."""
    exact = re.escape(quote)
    for pattern in (rf"(?<!\w){exact}(?!\w)", exact):
        if spans := [m.span() for m in re.compile(pattern).finditer(text, start, end)]:
            return spans
    return []


class _FormError(Exception):
    """What is wrong with a file's form."""


def _read_rows(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                raise _FormError(f"line {number} is not JSON") from None


def _read_lines(text: str) -> Iterator[Entry]:
    for number, row in _read_rows(text):
        try:
            quotes = row["quote"]
            quotes = [] if quotes is None else [quotes] if isinstance(quotes, str) else quotes
            yield _entry(row["question"], row["article"], quotes)
        except (KeyError, TypeError, _FormError) as error:
            raise _FormError(f"line {number}: {_explain(error)}") from None


def _read_articles(path: Path, text: str) -> tuple[list[Entry], dict[str, Article]]:
    entries: list[Entry] = []
    articles: dict[str, Article] = {}
    for number, row in _read_rows(text):
        try:
            name = row["id"]
            if "paragraphs" in row:
                articles[name] = Article(
                    id=canonical(name),
                    title=canonical(row["title"]),
                    source=canonical(f"{path}#{name}"),
                    text=canonical("\n\n".join(row["paragraphs"])),
                )
            elif name not in articles:
                raise _FormError(f"there is no article {name!r} before it")
            for asked in row["questions"]:
                quotes = [answer["quote"] for answer in asked["answers"]]
                spans = [span for answer in asked["answers"] if (span := answer.get("span"))]
                entry = _entry(asked["q"], name, quotes)
                entries.append(replace(entry, kind=asked.get("kind", ""), spans=tuple(spans)))
        except (KeyError, TypeError, AttributeError, _FormError) as error:
            raise _FormError(f"line {number}: {_explain(error)}") from None
    return entries, articles


def _read_squad(path: Path, text: str) -> tuple[list[Entry], dict[str, Article]]:
    entries: list[Entry] = []
    articles: dict[str, Article] = {}
    try:
        for row in json.loads(text)["data"]:
            name = row["title"]
            if name in articles:
                raise _FormError(f"it holds two articles named {name!r}")
            contexts = [paragraph["context"] for paragraph in row["paragraphs"]]
            articles[name] = Article(
                id=canonical(name),
                title=canonical(name.replace("_", " ")),
                source=canonical(f"{path}#{name}"),
                text=canonical("\n\n".join(contexts)),
            )
            for context, paragraph in zip(contexts, row["paragraphs"], strict=True):
                entries += (_squad_entry(qa, name, context) for qa in paragraph["qas"])
    except ValueError:
        raise _FormError("it is not JSON") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise _FormError(_explain(error)) from None
    return entries, articles


def _squad_entry(qa: Mapping[str, Any], name: str, context: str) -> Entry:
    answers = [] if qa.get("is_impossible") else qa["answers"]
    entry = _entry(qa["question"], name, [answer["text"] for answer in answers], context)
    return replace(entry, spans=entry.quotes)


def _entry(question: Any, article: Any, quotes: Any, context: str = "") -> Entry:
    quotes = tuple(dict.fromkeys(quotes))
    if not all(isinstance(text, str) and text.strip() for text in (question, article, *quotes)):
        raise _FormError("question, article and quote have to be text")
    return Entry(question.strip(), article, quotes, context)


def _explain(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error) if isinstance(error, _FormError) else "it has another structure"
