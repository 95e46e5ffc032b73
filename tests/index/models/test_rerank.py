"""The reranker: what it reads, how it scores, and what it does to the ranking."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.compatible import make_readable
from index.errors import ModelError
from index.library import Library
from index.models.rerank import (
    LONGEST_SPAN,
    MODELS,
    PassageReader,
    PassageText,
    Reading,
    Span,
    _best_span,
    _whole_words,
)
from index.search import CERTAIN, READ, UNREAD, search
from tests.conftest import SEEDS
from tests.fakes import FakeEncoder


class WordReranker:
    """Prefers sentences with a word, and keeps what it was given to read."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.given: list[PassageText] = []

    def read(self, question: str, passages: Sequence[PassageText]) -> list[list[Reading]]:
        self.given = list(passages)
        return [[self._read(p.text, *sentence) for sentence in p.sentences] for p in passages]

    def _read(self, text: str, start: int, end: int) -> Reading:
        at = text.find(self.word, start, end)
        if at < 0:
            return Reading(-4.0, None)
        return Reading(5.0, Span(at, at + len(self.word), 0.0))


def logits(
    reader: PassageReader, question: str, passages: Sequence[PassageText]
) -> list[list[float]]:
    return [[each.logit for each in part] for part in reader.read(question, passages)]


@pytest.fixture(scope="module")
def reader() -> PassageReader:
    return PassageReader()


def reading(*sentences: str, title: str = "A title") -> PassageText:
    text, spans = "", []
    for sentence in sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + " "
    return PassageText(title, text, tuple(spans))


TALKS = reading(
    "The talks began in March 2016.",
    "Ibrahim Kalin, a spokesman, said they were nearly over.",
    "He spoke to a news agency on Friday.",
)
RADAR = reading("The system has a radar and launchers.", "It tracks aircraft.", title="Radar")


def test_the_ranking_follows_the_reranker(seed_library: Library) -> None:
    reranker = WordReranker("Chemezov")
    with seed_library.snapshot() as snapshot:
        article = snapshot.article(snapshot.article_ids("")[0])
        assert article is not None
        first = search(snapshot, FakeEncoder(), "Who raised concerns?", 21)
        hits = search(snapshot, FakeEncoder(), "Who raised concerns?", 21, reranker=reranker)
    quotes = [article.text[hit.sentence.start : hit.sentence.end] for hit in hits]
    assert "Chemezov" in quotes[0]
    assert "Chemezov" in quotes[1]
    assert {hit.sentence.id for hit in hits} == {hit.sentence.id for hit in first}
    spans = {text for r in reranker.given for text in (r.text[a:b] for a, b in r.sentences)}
    seen = [make_readable(quote, ())[0] for quote in quotes]
    read = [hit for hit, quote in zip(hits, seen, strict=True) if quote in spans]
    assert hits[: len(read)] == read
    assert [hit.rank_score for hit in read] == sorted((h.rank_score for h in read), reverse=True)
    assert all(hit.relevance == UNREAD for hit in hits[len(read) :])
    # Whether anything answers is the same of all, and at least as likely as that one sentence does.
    (total,) = {hit.total for hit in hits}
    assert total is not None
    assert 5.0 < total < 5.0 + np.log(len(hits))
    # What was read are whole passages of the article, each once, with all their sentences.
    assert len(reranker.given) == len({(r.title, r.text) for r in reranker.given})
    for passage in reranker.given:
        assert passage.text in make_readable(article.text, ())[0]
        assert all(passage.text[start:end] in seen for start, end in passage.sentences)


def test_only_the_best_are_read(library: Library, tmp_path: Path) -> None:
    for number in range(READ + 15):
        (tmp_path / f"{number}.txt").write_text(f"The mayor of town {number} raised concerns.")
    library.index([tmp_path])
    reranker = WordReranker("nothing")
    with library.snapshot() as snapshot:
        hits = search(snapshot, FakeEncoder(), "Who raised concerns?", 12, reranker=reranker)
    assert len(reranker.given) == READ
    assert [hit.relevance for hit in hits] == [-4.0] * READ + [UNREAD] * (12 - READ)
    assert [hit.fused for hit in hits[READ:]] == sorted(
        (h.fused for h in hits[READ:]), reverse=True
    )


def test_what_is_far_behind_the_best_is_not_read(library: Library, tmp_path: Path) -> None:
    (tmp_path / "near.txt").write_text("The mayor of Riga raised concerns about the ferry.")
    (tmp_path / "far.txt").write_text("Bakers knead dough for ten minutes, the mayor said.")
    library.index([tmp_path])
    reranker = WordReranker("nothing")
    question = "What concerns did the mayor of Riga raise about the ferry?"
    with library.snapshot() as snapshot:
        near, far = search(snapshot, FakeEncoder(), question, 5, reranker=reranker)
    assert near.fused - far.fused > CERTAIN
    assert (near.relevance, far.relevance) == (-4.0, UNREAD)
    assert [passage.title for passage in reranker.given] == ["near"]


def test_the_sentence_that_answers_scores_best(reader: PassageReader) -> None:
    talks, radar = logits(reader, "When did the talks begin?", [TALKS, RADAR])
    assert np.argmax(talks) == 0
    assert talks[0] > max(radar)
    talks, radar = logits(reader, "Who said that the talks were nearly over?", [TALKS, RADAR])
    assert np.argmax(talks) == 1


def test_none_of_these_is_below_an_answer(reader: PassageReader) -> None:
    answered = max(logits(reader, "When did the talks begin?", [TALKS])[0])
    other = max(logits(reader, "What is the capital of France?", [TALKS])[0])
    assert answered > 0 > other


def test_a_passage_scores_the_same_in_any_company(reader: PassageReader) -> None:
    question = "When did the talks begin?"
    alone = logits(reader, question, [TALKS])[0]
    for passages in ([RADAR, TALKS], [TALKS, RADAR], [TALKS] * 9):
        assert logits(reader, question, passages)[passages.index(TALKS)] == alone


def test_a_long_passage_is_read_in_windows(reader: PassageReader) -> None:
    filler = [f"Nothing of note happened in district {n} of the city." for n in range(120)]
    long = reading(*filler[:70], "The talks began in March 2016.", *filler[70:])
    found = logits(reader, "When did the talks begin?", [long])[0]
    assert len(found) == 121
    assert np.isfinite(found).all()
    assert np.argmax(found) == 70


@given(
    st.text(max_size=60),
    st.lists(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=4), max_size=3),
)
def test_any_text_gets_a_score_for_each_sentence(
    reader: PassageReader, question: str, passages: list[list[str]]
) -> None:
    question = question.encode("utf-8", "replace").decode()
    readings = [
        reading(*(s.encode("utf-8", "replace").decode() for s in sentences))
        for sentences in passages
    ]
    found = logits(reader, question, readings)
    assert [len(part) for part in found] == [len(part) for part in passages]
    assert not np.isnan([value for part in found for value in part]).any()


def test_reading_points_at_the_words(reader: PassageReader) -> None:
    span = reader.read("When did the talks begin?", [TALKS, RADAR])[0][0].span
    assert span is not None
    assert "March 2016" in TALKS.text[span.start : span.end]
    assert span.end - span.start < len("The talks began in March 2016")
    assert span.score <= 0


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=400), min_size=1, max_size=3))
def test_a_span_is_whole_words_of_its_sentence(
    reader: PassageReader, question: str, sentences: list[str]
) -> None:
    question, *sentences = (s.encode("utf-8", "replace").decode() for s in (question, *sentences))
    passage = reading(*sentences)
    for (start, end), read in zip(
        passage.sentences, reader.read(question, [passage])[0], strict=True
    ):
        if (span := read.span) is not None:
            assert start <= span.start < span.end <= end
            assert len(passage.text[span.start : span.end].split()) <= LONGEST_SPAN + 1
            for edge in (span.start, span.end):
                if start < edge < end:
                    assert not (passage.text[edge - 1].isalnum() and passage.text[edge].isalnum())


def test_the_best_span_does_not_end_before_it_starts() -> None:
    scores = np.zeros((50, 4), np.float32)
    scores[40, 2] = scores[5, 3] = 9.0  # start and end, the wrong way round
    start, end, score = _best_span(scores, np.arange(50))
    assert start <= end < start + LONGEST_SPAN
    scores[44, 3] = 8.0
    assert _best_span(scores, np.arange(50))[:2] == (40, 44)
    assert _best_span(scores, np.arange(50))[2] > score


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("It cost 1,500 euros.", "1,5", "1,500"),
        ("The unbelievable king came.", "belie", "unbelievable"),
        ("He came, late, by train.", "came,", "came"),
        ("They met in Riga.", "Riga.", "Riga"),
        ("Mr. Low of the U.S. left.", "U.S.", "U.S."),
    ],
)
def test_a_span_is_widened_to_whole_words(text: str, found: str, whole: str) -> None:
    start = text.index(found)
    left, right = _whole_words(text, start, start + len(found))
    assert text[left:right] == whole


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"missing or damaged: reinstall articlebot, or set"):
        PassageReader(tmp_path)


def test_the_seed_is_only_read_with_the_setting(seed_library: Library) -> None:
    assert seed_library.settings.reranker == "none"
    assert seed_library.models.reranker() is None
    assert SEEDS.is_dir()


def test_the_model_is_the_one_that_its_card_describes() -> None:
    with (MODELS / "reranker.onnx").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    assert digest in (MODELS / "MODEL_CARD.md").read_text("utf-8")
    assert (MODELS / "reranker.onnx").stat().st_size <= 25_000_000
