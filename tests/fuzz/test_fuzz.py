"""Damaged files of every format: each is read or refused in a sentence, nothing else."""

import pytest

from index.article import Article
from index.reading.read import AS_FOUND, Blob, read_source
from tests.fuzz.campaign import run
from tests.fuzz.mutate import make_input
from tests.fuzz.samples import Format, all_formats
from tests.fuzz.trial import PATIENCE_SECONDS, try_input

SEED = 20190506
SECONDS = 3.5
"""For each format: half a minute for all of them."""
MOST = 400

FORMATS = pytest.mark.parametrize("format_", all_formats(), ids=lambda each: each.name)


@FORMATS
def test_the_samples_are_articles(format_: Format) -> None:
    for sample in format_.samples:
        found = list(read_source(Blob(f"a{format_.suffix}", sample), AS_FOUND))
        assert any(isinstance(each, Article) for each in found)


@FORMATS
def test_an_input_is_the_same_for_its_number(format_: Format) -> None:
    made = [make_input(format_, SEED, number) for number in range(20)]
    if format_.name != "docx":  # archives state when they were packed
        assert made == [make_input(format_, SEED, number) for number in range(20)]
    assert len(set(made)) > 10


@FORMATS
def test_damaged_files_are_read_or_refused(format_: Format) -> None:
    figures = run([format_], SEED, SECONDS, most=MOST)
    assert not figures.faults, figures.tell()
    assert figures.inputs.total() > 5
    assert figures.slowest[0] < PATIENCE_SECONDS


def test_a_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.fuzz.trial.parse_article", broken)
    assert "ZeroDivisionError at test_fuzz.py" in try_input("a.txt", b"One came.").fault
