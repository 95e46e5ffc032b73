"""The pipeline from files to a published state: what is added, changed, skipped and reported."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.article import Article
from index.build import Progress, sentence_vectors
from index.errors import EmptyLibraryError
from index.library import Library
from index.models.encode import Vectors
from index.reading.split import parse_article
from tests.conftest import SEEDS
from tests.fakes import FakeEncoder

pytestmark = pytest.mark.usefixtures("either_store")

Write = Callable[[str, str | bytes], Path]


class CountingEncoder(FakeEncoder):
    """Counts the texts that it encodes, and breaks off at one that says so."""

    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        if any("POWER CUT" in text for text in texts):
            raise KeyboardInterrupt
        self.texts += len(texts)
        return super().encode(texts)


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def counted(library: Library, counting: CountingEncoder) -> Library:
    return Library.open(library.settings, encoder=counting)


def test_articles_are_added_skipped_and_replaced(
    counted: Library, counting: CountingEncoder, write: Write, tmp_path: Path
) -> None:
    write("a.txt", "One came. Two went.")
    path = write("b.txt", "Three stayed.")
    report = counted.index([tmp_path / "sources"])
    assert (report.added, report.changed, report.unchanged, report.sentences) == (2, 0, 0, 3)
    encoded, fingerprint = counting.texts, counted.info().fingerprint

    report = counted.index([tmp_path / "sources"])
    assert (report.added, report.changed, report.unchanged, report.sentences) == (0, 0, 2, 0)
    assert counting.texts == encoded
    assert counted.info().fingerprint == fingerprint

    path.write_text("Four stayed. Five too.")
    report = counted.index([tmp_path / "sources"])
    assert (report.added, report.changed, report.unchanged, report.sentences) == (0, 1, 1, 2)
    assert counting.texts > encoded
    assert counted.info().fingerprint != fingerprint
    assert (counted.info().articles, counted.info().sentences) == (2, 4)

    path.write_text("Three stayed.")
    counted.index([path])
    assert counted.info().fingerprint == fingerprint


def test_what_cannot_be_read_is_reported_and_the_rest_is_indexed(
    library: Library, write: Write, tmp_path: Path
) -> None:
    paths = [
        write("empty.txt", ""),
        write("binary.txt", b"\0\1\2"),
        write("marks.txt", "... !!!"),
        tmp_path / "missing.txt",
        write("good.txt", "All is well."),
    ]
    report = library.index(paths)
    assert report.added == 1
    assert [str(error) for error in report.failed] == [
        f"{paths[0]} is empty: nothing to index in it",
        f"{paths[1]} is a binary file: give it as plain text (UTF-8 is best)",
        f"{paths[2]} has no words: nothing to index",
        f"no such file or folder: {paths[3]}: check the path",
    ]
    assert [summary.title for summary in library.articles()] == ["good"]


def test_a_file_that_became_unreadable_keeps_its_last_state(library: Library, write: Write) -> None:
    path = write("a.txt", "One came.")
    library.index([path])
    for content in (b"", b"\0\0", b"!!!"):
        path.write_bytes(content)
        report = library.index([path])
        assert (len(report.failed), report.added, report.changed) == (1, 0, 0)
    (summary,) = library.articles()
    assert library.article(summary.id).article.text == "One came."


def test_nothing_to_index_leaves_an_empty_library(library: Library, tmp_path: Path) -> None:
    report = library.index([tmp_path / "nowhere"])
    assert (report.added, len(report.failed)) == (0, 1)
    assert library.articles() == []
    with pytest.raises(EmptyLibraryError), library.snapshot():
        pass


def test_an_interrupted_run_is_continued(
    counted: Library, counting: CountingEncoder, write: Write
) -> None:
    first = write("a.txt", "One came.")
    last = write("z.txt", "POWER CUT.")
    with pytest.raises(KeyboardInterrupt):
        counted.index([first, last])
    assert counted.articles() == []  # readers see no half of it
    with pytest.raises(EmptyLibraryError):
        counted.warm()
    encoded = counting.texts
    last.write_text("Light again.")
    report = counted.index([first, last])
    assert (report.added, report.failed) == (2, ())
    assert counting.texts == encoded + 1  # the second article's sentence
    assert counted.info().articles == 2


def test_a_change_that_was_interrupted_and_taken_back_is_not_published(
    counted: Library, write: Write
) -> None:
    path, other = write("a.txt", "One came."), write("z.txt", "All is well.")
    counted.index([path, other])
    path.write_text("Lies were told.")
    other.write_text("POWER CUT.")
    with pytest.raises(KeyboardInterrupt):
        counted.index([path, other])
    path.write_text("One came.")
    other.write_text("All is well again.")
    report = counted.index([path, other])
    assert (report.unchanged, report.changed) == (1, 1)
    texts = {counted.article(summary.id).article.text for summary in counted.articles()}
    assert texts == {"One came.", "All is well again."}


def test_progress_goes_forward_to_its_end(library: Library) -> None:
    steps: list[Progress] = []
    library.index([SEEDS, SEEDS / "nowhere.txt"], steps.append)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert {step.total for step in steps} == {2}
    assert (steps[-1].stage, steps[-1].done) == ("publish", 2)
    assert steps[-1].sentences == library.info().sentences


def test_articles_at_hand_are_added_and_replaced(library: Library) -> None:
    library.add(
        [Article("a", "A", "https://example.com/a", "One came."), Article("b", "B", "/b", "Two.")]
    )
    report = library.add([Article("a", "A", "/a", "One went.")])
    assert (report.added, report.changed) == (0, 1)
    assert library.article("a").article.text == "One went."
    assert library.info().articles == 2


def test_a_sentence_is_encoded_after_its_title() -> None:
    text = "One came. Two went.\n\n" + "Three stayed. " * 40
    parsed = parse_article(Article("a", "Title", "a.txt", text))
    encoder = FakeEncoder()
    vectors = sentence_vectors(parsed, encoder)
    expected = encoder.encode([f"Title: {text[s.start : s.end]}" for s in parsed.sentences])
    assert vectors.dtype == np.float32
    assert len(vectors) == len(parsed.sentences) == 42
    np.testing.assert_array_equal(vectors, expected)


def test_only_the_changed_sentences_of_an_article_are_encoded(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[str] = []
    encode = FakeEncoder.encode

    def noting(self: FakeEncoder, texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(FakeEncoder, "encode", noting)
    path = write("a.txt", "One came. One came. Two went.")
    library.index([path])
    assert encoded == ["a: One came.", "a: Two went."]  # equal ones together
    encoded.clear()
    path.write_text("Two went. Three stayed. One came.")
    assert library.index([path]).changed == 1
    assert encoded == ["a: Three stayed."]
    (article,) = library.articles()
    with library.snapshot() as snapshot:
        stored = snapshot.encoded(article.id)
    assert stored is not None
    np.testing.assert_array_equal(stored.vectors, sentence_vectors(stored.parsed, FakeEncoder()))


def test_what_another_version_has_encoded_is_encoded_again(
    library: Library,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write("a.txt", "One came. Two went.")
    library.index([path])
    monkeypatch.setattr("index.content.PIPELINE", "next")
    asked: list[int] = []
    encode = FakeEncoder.encode

    def noting(self: FakeEncoder, texts: Sequence[str]) -> Vectors:
        asked.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(FakeEncoder, "encode", noting)
    assert library.index([path]).changed == 1
    assert asked == [2]
