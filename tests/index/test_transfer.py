"""Everything in one file: what is exported comes back the same, and nothing of a broken file."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.article import Article
from index.errors import EmptyLibraryError, SourceError
from index.library import Library
from index.settings import Settings
from index.store import Feedback
from tests.fakes import FakeEncoder

ARTICLES = [
    Article(
        "é-1", "Été", "https://a.example/x", "One came “by sea”.\n\n🙂 Two went.", date(2019, 5, 6)
    ),
    Article("b-2", "Sea", "b.txt", "Three stayed.\fFour slept.", None, "Jo", "en", "/b.txt"),
]
FEEDBACK = Feedback("Who?", "1", "down", (("b-2", 0, 5),), "not he", "f")


class OtherEncoder(FakeEncoder):
    """Another model."""

    fingerprint = "other-64"


EITHER = pytest.mark.usefixtures("either_store")


@pytest.fixture
def full(library: Library) -> Library:
    library.add(ARTICLES)
    library.records.add_feedback(FEEDBACK)
    return library


@pytest.fixture(params=["to local", "to postgres"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Where another library is, in a store of either kind."""
    address = request.getfixturevalue("other_database") if "postgres" in request.param else None
    return Settings(data=tmp_path / "other", store=address)


@pytest.fixture
def other(elsewhere: Settings) -> Iterator[Library]:
    with Library.open(elsewhere, encoder=FakeEncoder()) as opened:
        yield opened


def contents(library: Library) -> list[Any]:
    with library.snapshot() as snapshot:
        encoded = [snapshot.encoded(a.id) for a in snapshot.articles()]
        return [(e.parsed, e.content_sha256, e.vectors.tolist()) for e in encoded if e]


@EITHER
def test_everything_comes_back_the_same(full: Library, other: Library, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl.gz"
    exported = full.export(file)
    assert (exported.articles, exported.feedback) == (2, 1)
    report = other.restore(file)
    assert (report.added, report.sentences) == (2, 4)
    assert contents(other) == contents(full)
    assert other.info() == full.info(), "with the same fingerprint"
    (feedback,) = other.records.feedback()
    assert feedback.spans == FEEDBACK.spans
    again = other.restore(file)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert len(other.records.feedback()) == 1
    assert other.add(ARTICLES).unchanged == 2


@EITHER
def test_another_model_encodes_again(full: Library, elsewhere: Settings, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl.gz"
    full.export(file)
    with Library.open(elsewhere, encoder=OtherEncoder()) as third:
        assert third.restore(file).added == 2
        with third.snapshot() as snapshot:
            assert third.search(snapshot, "Three stayed", 1)[0].sentence.article_id == "b-2"


@EITHER
def test_nothing_to_export(library: Library, tmp_path: Path) -> None:
    with pytest.raises(EmptyLibraryError):
        library.export(tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_where_it_cannot_be_written(full: Library, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        full.export(tmp_path / "no" / "x")


Damage = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda row: row["article"].pop("text"), id="no text"),
        pytest.param(lambda row: row["article"].update(text="Shorter."), id="another text"),
        pytest.param(lambda row: row["article"].update(text="e\u0301" * 40), id="not composed"),
        pytest.param(lambda row: row["article"].update(published="May"), id="no date"),
        pytest.param(lambda row: row["article"].update(title=7), id="a title of another type"),
        pytest.param(lambda row: row.update(vectors="AAAA"), id="vectors missing"),
        pytest.param(lambda row: row.update(vectors="!"), id="no base64"),
        pytest.param(
            lambda row: row.update(
                vectors=__import__("base64").b64encode(np.full((2, 64), np.nan, "<f4")).decode()
            ),
            id="not a number",
        ),
        pytest.param(lambda row: row["passages"].clear(), id="no sentences"),
        pytest.param(lambda row: row["passages"][0].pop(), id="a passage cut"),
        pytest.param(lambda row: row["paragraphs"][0].__setitem__(3, "other"), id="a kind"),
        pytest.param(lambda row: row.clear(), id="nothing"),
        pytest.param(lambda row: row["article"].update(author={}), id="an author of another type"),
        pytest.param(lambda row: row["article"].update(language=7), id="a language, too"),
        pytest.param(lambda row: row["article"].update(title="a\0b"), id="no character"),
        pytest.param(lambda row: row["article"].update(title="\ud800"), id="half a character"),
        pytest.param(lambda row: row.update(article=[]), id="an article of another type"),
        pytest.param(lambda row: row["paragraphs"][0].__setitem__(1, 0.5), id="half a place"),
        pytest.param(lambda row: row["paragraphs"].append(row["paragraphs"][0]), id="twice"),
        pytest.param(lambda row: row["passages"][0][2].append(5), id="a sentence that is none"),
        pytest.param(lambda row: row.update(feedback=5), id="an opinion that is none"),
    ],
)
def test_a_broken_file_adds_nothing(
    damage: Damage, full: Library, other: Library, tmp_path: Path
) -> None:
    file = tmp_path / "all.jsonl.gz"
    full.export(file)
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    row = json.loads(lines[2])
    damage(row)
    file.write_bytes(gzip.compress("\n".join([*lines[:2], json.dumps(row), *lines[3:]]).encode()))
    with pytest.raises(SourceError, match=r"line 3 of .*articlebot export"):
        other.restore(file)
    assert other.articles() == []
    assert other.records.feedback() == []
    other.add([])
    assert other.articles() == [], "nothing waits to be published either"


@pytest.mark.parametrize(
    "data",
    [b"", b"x", gzip.compress(b""), gzip.compress(b"[]"), gzip.compress(b'{"articlebot": 99}')],
)
def test_what_is_no_export(data: bytes, other: Library, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(SourceError, match="articlebot export"):
        other.restore(tmp_path / "x")


def test_a_file_that_is_cut_off_or_missing(full: Library, other: Library, tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl.gz"
    full.export(file)
    file.write_bytes(file.read_bytes()[:-20])
    for path in (file, tmp_path / "missing"):
        with pytest.raises(SourceError, match="cannot be read"):
            other.restore(path)
    assert other.articles() == []


def test_an_export_can_be_read_by_its_owner_alone(full: Library, tmp_path: Path) -> None:
    full.export(tmp_path / "all.jsonl.gz")
    assert (tmp_path / "all.jsonl.gz").stat().st_mode & 0o777 == 0o600
