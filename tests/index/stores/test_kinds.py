"""Kinds and sections are kept by stores and exports; what was indexed before still answers."""

import gzip
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.article import Article
from index.fingerprint import PIPELINE
from index.library import Library
from index.reading.assemble import assemble
from index.reading.formats.document import Block
from index.settings import Settings
from index.stores import schema
from tests.fakes import FakeEncoder

TEXT, LAYOUT = assemble(
    [
        Block("Returns", "heading", 1),
        Block("How long do refunds take?", "question", 2),
        Block("They take a week."),
        Block("A parcel on the quay.", "caption"),
        Block("Share this", "furniture"),
    ]
)
ARTICLE = Article("a-1", "The shop", "a.html", TEXT, layout=LAYOUT)
SECTION = "Returns › How long do refunds take?"


def found(library: Library) -> list[tuple[str, str, str]]:
    with library.snapshot() as snapshot:
        hits = library.search(snapshot, "How long do refunds take?", 10)
        article = snapshot.article("a-1")
        assert article
        sentences = [hit.sentence for hit in hits if hit.sentence.article_id == "a-1"]
        return sorted((article.text[s.start : s.end], s.kind, s.section) for s in sentences)


FOUND = [
    ("A parcel on the quay.", "caption", SECTION),
    ("They take a week.", "body", SECTION),
]


@pytest.mark.usefixtures("either_store")
def test_kinds_are_stored_and_exported(library: Library, tmp_path: Path) -> None:
    library.add([ARTICLE])
    assert library.article("a-1").paragraphs == LAYOUT
    assert found(library) == FOUND
    assert not library.is_outdated()
    file = tmp_path / "all.jsonl.gz"
    library.export(file)
    with Library.open(
        Settings(data=tmp_path / "other", store=None), encoder=FakeEncoder()
    ) as other:
        assert other.restore(file).added == 1
        assert other.article("a-1") == library.article("a-1")
        assert found(other) == FOUND


def test_an_article_indexed_before_is_not_encoded_again(library: Library) -> None:
    library.add([ARTICLE])
    assert library.add([ARTICLE]).unchanged == 1
    with library.snapshot() as snapshot:
        encoded = snapshot.encoded("a-1")
    assert encoded
    assert encoded.pipeline == PIPELINE


def rewrite(file: Path, **header: object) -> None:
    """Make an export one of an earlier version."""
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        first, *rows = map(json.loads, opened)
    for row in rows:
        if header["articlebot"] == 1:
            row["paragraphs"] = [each[:4] for each in row["paragraphs"]]
            row["passages"] = [each[:3] for each in row["passages"]]
    with gzip.open(file, "wt", encoding="utf-8") as opened:
        opened.writelines(json.dumps(row) + "\n" for row in (first | header, *rows))


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        pytest.param({"articlebot": 1, "pipeline": "3"}, False, id="without kinds"),
        pytest.param({"articlebot": 2, "pipeline": 0}, True, id="of another pipeline"),
    ],
)
def test_an_earlier_export_is_read(
    library: Library, tmp_path: Path, header: dict[str, Any], kept: bool
) -> None:
    library.add([ARTICLE])
    file = tmp_path / "all.jsonl.gz"
    library.export(file)
    rewrite(file, **header)
    with Library.open(
        Settings(data=tmp_path / "other", store=None), encoder=FakeEncoder()
    ) as other:
        assert other.restore(file).added == 1
        assert (other.article("a-1") == library.article("a-1")) == kept
        assert not other.is_outdated()


def make_old(data: Path) -> None:
    """Put a database into the format before."""
    connection = sqlite3.connect(data / "articles.sqlite3")
    connection.executescript(f"""
        DROP VIEW stored_sentence; DROP INDEX article_pipeline;
        ALTER TABLE article DROP COLUMN pipeline; ALTER TABLE article DROP COLUMN warnings;
        ALTER TABLE paragraph DROP COLUMN level;
        ALTER TABLE passage DROP COLUMN section;
        CREATE {schema._SENTENCES.replace(", g.kind, p.section", "")};
        UPDATE meta SET value = '{schema.BEFORE}' WHERE key = 'format';
    """)
    connection.close()


def test_a_library_of_the_format_before_answers_and_is_brought_up_to_date(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path / "data")
    plain = replace(ARTICLE, text="They take a week.\n\nShare this", layout=())
    with Library.open(settings, encoder=FakeEncoder()) as library:
        library.add([plain])
    make_old(settings.data)
    old = [("They take a week.", "body", "")]
    with Library.open(settings, encoder=FakeEncoder()) as library:
        for _ in range(2):  # with the same connection
            assert found(library) == old
            assert [p.level for p in library.article("a-1").paragraphs] == [0, 0]
            assert library.is_outdated()
        with Library.open(settings, encoder=FakeEncoder()) as writing:
            writing.add([replace(plain, id="b-2")])
            assert found(writing) == old
        assert found(library) == old, "with a connection from before"
        assert library.is_outdated(), "the other one is as it was"
        library.add([ARTICLE])
        assert not library.is_outdated()
        assert found(library)[0] == FOUND[0]


def test_search_files_are_built_for_the_format_before(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with Library.open(settings, encoder=FakeEncoder()) as library:
        library.add([replace(ARTICLE, text="They take a week.", layout=())])
    make_old(settings.data)
    for file in sorted((settings.data / "search").rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    with Library.open(settings, encoder=FakeEncoder()) as library:
        assert found(library) == [("They take a week.", "body", "")]
