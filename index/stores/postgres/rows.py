"""Articles to rows and back. JSON carries what PostgreSQL's text cannot: the character NUL."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from index.article import Article, Paragraph, ParsedArticle, Passage, Sentence
from index.models.encode import Vectors
from index.store import EncodedArticle

_OLD_PIPELINE = 3
"""Of what was staged before the version was kept."""
_ABOUT = ("title", "source", "author", "language", "path", "warnings")


def fold(source: str) -> str:
    """Give the form of a source that parts of it are looked for in."""
    return source.casefold().replace("\0", " ")


def dump_about(article: Article) -> str:
    row = asdict(article)
    return json.dumps({name: row[name] for name in _ABOUT}, ensure_ascii=False)


def load_article(
    article_id: str, about: Mapping[str, Any], published: date | None, text: bytes
) -> Article:
    told = {"warnings": tuple(about.get("warnings", ()))}
    given = {"id": article_id, "published": published, "text": bytes(text).decode()}
    return Article(**{**about, **given, **told})


def dump_structure(parsed: ParsedArticle) -> str:
    return json.dumps(
        {
            "paragraphs": [[p.number, p.start, p.end, p.kind, p.level] for p in parsed.paragraphs],
            "passages": [
                [p.start, p.end, [[s.start, s.end, s.paragraph] for s in p.sentences], p.section]
                for p in parsed.passages
            ],
        }
    )


def load_structure(article: Article, structure: Mapping[str, Any]) -> ParsedArticle:
    """Give an article with its structure; an earlier version's has no levels and no sections."""
    return ParsedArticle(
        article,
        tuple(Paragraph(*row) for row in structure["paragraphs"]),
        tuple(
            Passage(start, end, tuple(Sentence(*row) for row in sentences), *section)
            for start, end, sentences, *section in structure["passages"]
        ),
    )


def dump_staged(encoded: EncodedArticle, added: str) -> tuple[str, str, bytes]:
    """Give an article, its structure and its vectors, as they wait to be published."""
    article = encoded.parsed.article
    row = asdict(article) | {
        "published": article.published and article.published.isoformat(),
        "added": added,
        "pipeline": encoded.pipeline,
    }
    del row["layout"], row["excerpt"]  # the one has become the structure, the other been used
    vectors = encoded.vectors.astype("<f4", copy=False).tobytes()
    return json.dumps(row, ensure_ascii=False), dump_structure(encoded.parsed), vectors


def load_staged(
    row: dict[str, Any], structure: Mapping[str, Any], vectors: bytes
) -> tuple[ParsedArticle, Vectors, str, int]:
    """Give an article, its vectors (float32, (sentences, dimension)), when it was added, by what.

    The last is the version of the pipeline.
    """
    added, pipeline = str(row.pop("added")), int(row.pop("pipeline", _OLD_PIPELINE))
    day = row.pop("published")
    row["warnings"] = tuple(row.get("warnings", ()))
    article = Article(**row, published=date.fromisoformat(day) if day else None)
    parsed = load_structure(article, structure)
    loaded = np.frombuffer(vectors, "<f4").reshape(len(parsed.sentences), -1)
    return parsed, loaded, added, pipeline
