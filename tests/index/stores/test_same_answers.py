"""Both stores beside each other: the same sentences in the same order, with the same scores."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.library import Library
from index.reading.split import parse_article
from index.search import Hit
from index.settings import Settings
from index.store import EVERYTHING, Filter
from index.stores.postgres.words import LENGTHS, count_words, round_length
from index.stores.words import WordIndex
from tests.conftest import SEEDS
from tests.fakes import FakeEncoder

WORDS = st.sampled_from(
    ("king", "queen", "came", "went", "naïve", "cafés", "running", "runs", "the", "The", "of", "a")
)
ODD_WORDS = st.sampled_from(("2017", "über", "你好", "x-y", "O'Hara", "İstanbul", "a" * 70))
LINES = st.lists(WORDS | ODD_WORDS, min_size=1, max_size=60).map(" ".join)
SENTENCES = st.lists(LINES, min_size=1, max_size=6)
TEXTS = st.lists(SENTENCES.map(lambda lines: ". ".join(lines) + "."), min_size=1, max_size=5)
PRECISION = 1e-5
"""Of a score; tantivy computes in single precision."""


@pytest.fixture
def pair(tmp_path: Path, database: str) -> Iterator[tuple[Library, Library]]:
    """A library in a data directory, and one in a database."""
    local = Settings(data=tmp_path / "local", store=None)
    shared = Settings.model_validate({"data": tmp_path / "shared", "store": database})
    with (
        Library.open(local, encoder=FakeEncoder()) as first,
        Library.open(shared, encoder=FakeEncoder()) as second,
    ):
        yield first, second


def compare(
    pair: tuple[Library, Library], question: str, k: int = 1000, only: Filter = EVERYTHING
) -> None:
    """Check that both find the same with the same scores; what is equally good may be swapped."""
    found = []
    for library in pair:
        with library.snapshot() as snapshot:
            found.append(library.search(snapshot, question, k, only))
    first, second = ({place(hit): hit for hit in hits} for hits in found)
    assert first.keys() == second.keys()
    for key, hit in first.items():
        assert hit.dense == pytest.approx(second[key].dense, abs=PRECISION)
        assert hit.lexical == pytest.approx(second[key].lexical, rel=PRECISION, abs=PRECISION)
    for ours, theirs in zip(*found, strict=True):
        assert ours.fused == pytest.approx(theirs.fused, abs=PRECISION)


def place(hit: Hit) -> tuple[str, int, int]:
    return hit.sentence.article_id, hit.sentence.start, hit.sentence.end


def fill(pair: tuple[Library, Library], texts: Sequence[str]) -> None:
    """Let both hold these texts, and nothing of what they held."""
    articles = [Article(f"a{n}", f"Title {n}", f"s{n}", text) for n, text in enumerate(texts)]
    for library in pair:
        library.add(articles)
        library.remove([old.id for old in library.articles() if int(old.id[1:]) >= len(texts)])


def test_the_seed_article(pair: tuple[Library, Library]) -> None:
    for library in pair:
        library.index([SEEDS])
    for question in (
        "Who raised concerns about the missile deal?",
        "concerns concerns CONCERNS",
        "What did Kibaroglu say?",
        "xyzzy",
        "the of a",
        "?",
    ):
        compare(pair, question)
        compare(pair, question, 60, Filter(source="turkey"))
    infos = [library.info() for library in pair]
    assert infos[0] == infos[1]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(TEXTS, min_size=1, max_size=3), st.lists(WORDS | ODD_WORDS, min_size=1, max_size=5))
def test_generated_texts(
    pair: tuple[Library, Library], states: list[list[str]], words: list[str]
) -> None:
    """One state after the other in the same libraries: what is replaced leaves no trace."""
    for texts in states:
        fill(pair, texts)
    compare(pair, " ".join(words))
    compare(pair, " ".join(words), 1000, Filter(articles=("a0", "a3")))
    infos = [library.info() for library in pair]
    assert infos[0] == infos[1]


def test_lengths_are_rounded_as_tantivy_rounds_them(tmp_path: Path) -> None:
    """A long document scores as its rounded length says: equal within a step, then a jump."""
    assert len(set(LENGTHS)) == 256
    assert [round_length(n) for n in (0, 1, 40, 41, 42, 55, 56, 59, 60)] == [
        *(0, 1, 40, 40, 42, 54, 56, 56, 60)
    ]
    for length in (41, 43, 100, 1000, 4097):
        rows = [(1, "a", "rare " + "x " * (n - 1), "") for n in (length, round_length(length))]
        alone = [
            WordIndex.build([row, (2, "b", "y " * 50, "")], tmp_path / f"{length}-{n}")
            for n, row in enumerate(rows)
        ]
        score, rounded = (index.search("rare", 1)[1] for index in alone)
        # The average length differs by what the rounding drops, and nothing else does.
        assert score == pytest.approx(_bm25(length, (length + 50) / 2), rel=1e-5)
        assert rounded == pytest.approx(_bm25(rows[1][2].count(" "), None), rel=1e-5)


def _bm25(length: int, average: float | None) -> float:
    """Score a word that one of two documents has once, by the formula that the database uses."""
    import math

    average = average or (length + 50) / 2
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    return idf * 2.2 / (1 + 0.3 + 0.9 * round_length(length) / average)


def test_a_word_counts_for_each_sentence_of_its_passage() -> None:
    text = "One came. Two came.\n\nThree went."
    words = count_words(parse_article(Article("a", "The title", "s", text)))
    assert [part.length for part in words.sentences] == [2, 2, 2]
    assert sum(part.sentences for part in words.passages) == 3
    assert "titl" in words.all
