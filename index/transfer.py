"""A library in one file, portable between stores: gzipped JSON Lines.

The first line tells the format, the pipeline and the model; each other one is an article with its
structure and its vectors, or what somebody thought of an answer.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from index.article import KINDS, Article, Paragraph, ParsedArticle, Passage, Sentence, canonical
from index.build import IndexReport, OnProgress, Progress, sentence_vectors
from index.content import content_sha256
from index.errors import SourceError
from index.fingerprint import PIPELINE
from index.models.encode import Encoder
from index.reading.border import describe
from index.reading.split import parse_article
from index.store import EncodedArticle, Feedback, Snapshot, Writer

FORMAT = 2
"""Raised with every change of what a line says; earlier ones are read, too."""
LONGEST_LINE = 512 * 1024 * 1024
"""Characters: an article with its vectors is far shorter."""
_REMEDY = "give a file that `articlebot export` has written"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    articles: int
    feedback: int


def write_export(
    path: Path, snapshot: Snapshot, feedback: Iterable[Feedback], encoder: Encoder
) -> Exported:
    """Write everything to a file, which is only there when all of it has been written.

    Raises:
        OSError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.part")
    articles = opinions = 0
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # articles and what people think of answers are private
        with gzip.open(partial, "wt", encoding="utf-8", newline="\n") as file:

            def write(**line: object) -> None:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

            write(articlebot=FORMAT, pipeline=PIPELINE, model=encoder.fingerprint)
            for summary in snapshot.articles():
                if encoded := snapshot.encoded(summary.id):
                    write(**_dump(encoded))
                    articles += 1
            for each in feedback:
                write(feedback=asdict(each))
                opinions += 1
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Exported(articles, opinions)


def read_export(
    path: Path,
    writer: Writer,
    encoder: Encoder,
    on_progress: OnProgress,
    add_feedback: Callable[[Feedback], None],
) -> IndexReport:
    """Add what a file holds; an article replaces what has its id. All is published at once.

    Where the file comes from another model or another version of the pipeline, its articles are
    split and encoded again.

    Raises:
        SourceError: the file cannot be read or is no export; nothing is added then.
    """
    known = writer.contents()
    outcome = {"added": 0, "changed": 0, "unchanged": 0}
    feedback: list[Feedback] = []
    staged: list[str] = []
    sentences = done = 0
    number = 1
    try:
        lines = _read_lines(path)
        header = _read_header(lines, path)
        same = (header.get("pipeline"), header.get("model")) == (PIPELINE, encoder.fingerprint)
        stated = header["articlebot"] >= 2  # before, all kinds had been found in the text
        for done, (number, line) in enumerate(lines):  # noqa: B007 - told
            if "feedback" in line:
                feedback.append(_load_feedback(line["feedback"]))
                continue
            article = _load_article(line["article"])
            on_progress(Progress("index", done, 0, sentences, article.source))
            content = content_sha256(article)
            if known.get(article.id) == content:
                outcome["unchanged"] += 1
                continue
            parsed = _load_structure(article, line) if stated else parse_article(article)
            if stated and not same:
                parsed = parse_article(replace(article, layout=parsed.paragraphs))
            vectors = (
                _load_vectors(line, parsed, encoder) if same else sentence_vectors(parsed, encoder)
            )
            writer.stage(EncodedArticle(parsed, content, vectors))
            staged.append(article.id)
            sentences += len(vectors)
            outcome["changed" if article.id in known else "added"] += 1
    except (OSError, EOFError, zlib.error) as error:
        _unstage(writer, staged)
        reason = getattr(error, "strerror", None) or describe(error)
        raise SourceError(f"{path} cannot be read ({reason})", _REMEDY) from None
    except _FAULTS as error:
        _unstage(writer, staged)
        what = f"line {number} of {path} is damaged ({describe(error)})"
        raise SourceError(what, _REMEDY) from None
    except BaseException:
        _unstage(writer, staged)
        raise
    if staged:
        on_progress(Progress("publish", done, done, sentences, ""))
        writer.publish()
    for each in feedback:
        add_feedback(each)
    return IndexReport(outcome["added"], outcome["changed"], outcome["unchanged"], sentences, ())


_FAULTS = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What is raised of a line that is none of an export."""


def _unstage(writer: Writer, article_ids: Iterable[str]) -> None:
    for article_id in article_ids:
        writer.unstage(article_id)


def _read_header(lines: Iterator[tuple[int, dict[str, Any]]], path: Path) -> dict[str, Any]:
    _, header = next(lines, (1, dict[str, Any]()))
    if header.get("articlebot") not in range(1, FORMAT + 1):
        raise SourceError(f"{path} is no export of this version", _REMEDY)
    return header


def _read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the lines with their numbers.

    Raises:
        SourceError: one is no JSON object.
    """
    number = 1
    with gzip.open(path, "rt", encoding="utf-8") as file:
        while line := file.readline(LONGEST_LINE):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                what = f"line {number} of {path} is not JSON ({describe(error)})"
                raise SourceError(what, _REMEDY) from None
            if not isinstance(row, dict):
                raise SourceError(f"line {number} of {path} is not an object", _REMEDY)
            yield number, row
            number += 1


def _dump(encoded: EncodedArticle) -> dict[str, object]:
    parsed = encoded.parsed
    vectors = encoded.vectors.astype("<f4", copy=False)
    return {
        "article": _dump_article(parsed.article),
        "paragraphs": [[p.number, p.start, p.end, p.kind, p.level] for p in parsed.paragraphs],
        "passages": [
            [p.start, p.end, [[s.start, s.end, s.paragraph] for s in p.sentences], p.section]
            for p in parsed.passages
        ],
        "vectors": base64.b64encode(vectors.tobytes()).decode("ascii"),
    }


def _dump_article(article: Article) -> dict[str, object]:
    row = asdict(article)
    del row["layout"], row["excerpt"]  # the one has become the paragraphs, the other been used
    return row | {"published": article.published.isoformat() if article.published else None}


def _load_article(row: Mapping[str, Any]) -> Article:
    published = row["published"]
    fields = {name: row.get(name) for name in ("id", "title", "source", "text", "path")}
    about = {name: row.get(name) for name in ("author", "language")}
    given = [value for value in about.values() if value is not None]
    for value in (*fields.values(), *given):
        if not isinstance(value, str):
            raise TypeError("an article's fields are not text")
        value.encode()
        if "\0" in value:
            raise ValueError("an article's fields hold a character that is none")
    if fields["text"] != canonical(row["text"]) or not row["id"]:
        raise ValueError("an article's text is not in the form in which it is stored")
    day = date.fromisoformat(published) if published else None
    told = tuple(map(str, row.get("warnings", ())))
    return Article(**fields, **about, published=day, warnings=told)  # type: ignore[arg-type]  # checked above


def _load_structure(article: Article, line: Mapping[str, Any]) -> ParsedArticle:
    paragraphs = tuple(Paragraph(*row) for row in line["paragraphs"])
    passages = tuple(
        Passage(start, end, tuple(Sentence(*row) for row in sentences), section)
        for start, end, sentences, section in line["passages"]
    )
    parsed = ParsedArticle(article, paragraphs, passages)
    numbers = [p.number for p in paragraphs]
    parts: list[Paragraph | Passage | Sentence] = [*paragraphs, *passages, *parsed.sentences]
    places = [place for part in parts for place in (part.start, part.end)]
    whole = [*places, *numbers, *(s.paragraph for s in parsed.sentences)]
    if (
        not parsed.sentences
        or not all(type(number) is int for number in whole)
        or not all(0 <= part.start < part.end <= len(article.text) for part in parts)
        or len(set(numbers)) < len(numbers)
        or not set(numbers).issuperset(s.paragraph for s in parsed.sentences)
        or not all(p.kind in KINDS and p.level >= 0 for p in paragraphs)
        or not all(isinstance(p.section, str) for p in passages)
    ):
        raise ValueError(f"the places in {article.id} do not fit its text")
    return parsed


def _load_vectors(line: Mapping[str, Any], parsed: ParsedArticle, encoder: Encoder) -> Any:
    raw = base64.b64decode(line["vectors"], validate=True)
    vectors = np.frombuffer(raw, "<f4").reshape(len(parsed.sentences), encoder.dimension)
    if not np.isfinite(vectors).all():
        raise ValueError(f"the vectors of {parsed.article.id} are no numbers")
    return vectors


def _load_feedback(row: Mapping[str, Any]) -> Feedback:
    spans = tuple((str(id_), int(start), int(end)) for id_, start, end in row["spans"])
    texts = {k: str(row[k]) for k in ("question", "verdict", "comment", "fingerprint")}
    answer_id = row.get("answer_id")
    return Feedback(**texts, answer_id=answer_id and str(answer_id), spans=spans)
