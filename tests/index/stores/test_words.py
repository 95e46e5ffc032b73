"""tantivy beside BM25 written out: the same sentences with the same scores."""

import math
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.stores import words
from index.stores.words import PASSAGE_WEIGHT, WordIndex
from tests.index.stores.helpers import put_in_place

K1, B = 1.2, 0.75

ROWS = [
    (11, "a", "The deal worried the allies.", "Deal\nThe deal worried the allies. They met."),
    (12, "a", "They met.", "Deal\nThe deal worried the allies. They met."),
    (
        13,
        "a",
        "A general spoke of the deal and the deal alone.",
        "Deal\nA general spoke of the deal.",
    ),
    (21, "b", "Cats sleep in the sun all day.", "Cats\nCats sleep in the sun all day."),
    (22, "b", "Dogs do not.", "Cats\nDogs do not."),
    (23, "b", "🙂 12:30!", "Cats\n🙂 12:30!"),
]
"""Words that the stemmer leaves alone, or that are asked for in the same form, keep this short."""


def terms(text: str) -> list[str]:
    stems = {"worried": "worri", "allies": "alli", "cats": "cat", "dogs": "dog", "they": "they"}
    return [stems.get(word, word) for word in re.findall(r"\w+", text.lower())]


def bm25(question: str) -> dict[int, float]:
    """BM25 of the sentence and, by its weight, of the passage; without those that score 0."""
    scores = dict.fromkeys((row[0] for row in ROWS), 0.0)
    for column, weight in ((2, 1.0), (3, PASSAGE_WEIGHT)):
        documents = {int(row[0]): Counter(terms(str(row[column]))) for row in ROWS}
        average = sum(c.total() for c in documents.values()) / len(documents)
        for word in set(terms(question)):
            holding = sum(word in counts for counts in documents.values())
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            for id_, counts in documents.items():
                norm = K1 * (1 - B + B * counts.total() / average)
                scores[id_] += weight * idf * counts[word] * (K1 + 1) / (counts[word] + norm)
    return {id_: score for id_, score in scores.items() if score}


@pytest.fixture(scope="module", params=["built", "read again"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> WordIndex:
    folder = tmp_path_factory.mktemp("words") / "words"
    built = WordIndex.build(ROWS, folder)
    return built if request.param == "built" else WordIndex.read(folder)


QUESTIONS = [
    "deal",
    "the deal",
    "The deal, the DEAL, the deal?",
    "allies worried",
    "they sleep in the sun",
    "dogs cats",
    "12 30",
    "nothing matches here except cats",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_search_gives_the_ids_and_scores_of_bm25(index: WordIndex, question: str) -> None:
    expected = bm25(question)
    found = index.search(question, len(ROWS))
    assert found == pytest.approx(expected, rel=1e-5)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    best = index.search(question, 2)
    assert list(best.items()) == list(found.items())[:2]


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_the_search(index: WordIndex, question: str) -> None:
    expected = bm25(question)
    assert index.search(question, 0, also=[11, 21, 23, 999]) == pytest.approx(
        {id_: expected[id_] for id_ in (11, 21, 23) if id_ in expected}, rel=1e-5
    )
    of_b = {id_: score for id_, score in expected.items() if id_ > 20}
    assert index.search(question, 10, articles=["b"]) == pytest.approx(of_b, rel=1e-5)


@pytest.mark.parametrize("question", ["", "?!", "🙂", "zebra", "x" * 500])
def test_no_word_finds_nothing(index: WordIndex, question: str) -> None:
    assert index.search(question, 5) == {}
    assert index.search(question, 0, also=[11, 12]) == {}


@pytest.mark.parametrize(
    "question",
    ['"deal" AND NOT cats', "sentence:deal", "deal~2 ^5 (", "deal*", "\\", "deal'"],
)
def test_a_question_is_words_and_no_query_language(index: WordIndex, question: str) -> None:
    plain = " ".join(re.findall(r"\w+", question))
    assert index.search(question, 10) == index.search(plain, 10)


def test_stems_accents_and_case_are_one_word(tmp_path: Path) -> None:
    index = WordIndex.build(
        [(1, "a", "Cafés RAISED concerns.", "x"), (2, "a", "Nothing.", "x")], tmp_path / "words"
    )
    for question in ("cafe", "CAFÉ", "cafés", "raise", "raising", "concern", "concerned"):
        assert list(index.search(question, 5)) == [1]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    WordIndex.build([], tmp_path / "words")
    index = WordIndex.read(tmp_path / "words")
    assert len(index) == 0
    assert index.search("deal", 5) == {}
    assert index.search("deal", 0, also=[1]) == {}
    assert index.search("deal", 0) == {}


def test_threads_share_an_index(index: WordIndex) -> None:
    alone = [index.search(question, 10) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda question: index.search(question, 10), QUESTIONS * 20))
    assert found == alone * 20


@pytest.mark.parametrize("name", ["meta.json", "*.term", "*.idx"])
def test_a_damaged_folder_raises_what_the_store_repairs(tmp_path: Path, name: str) -> None:
    WordIndex.build(ROWS, tmp_path / "words")
    (file,) = (tmp_path / "words").glob(name)
    put_in_place(file, b"")
    with pytest.raises(ValueError, match=r"."):
        WordIndex.read(tmp_path / "words")
    with pytest.raises(ValueError, match=r"."):
        WordIndex.read(tmp_path / "nowhere")


def test_a_change_gives_what_writing_anew_gives(tmp_path: Path) -> None:
    WordIndex.build(ROWS, tmp_path / "1")
    changed_row = (31, "b", "Cats and a deal.", "Cats\nCats and a deal.")
    new_row = (41, "c", "The allies sleep.", "Sleep\nThe allies sleep.")
    WordIndex.extend(tmp_path / "1", tmp_path / "2", [changed_row, new_row], ["b"])
    changed = WordIndex.read(tmp_path / "2")
    anew = WordIndex.build([*ROWS[:3], changed_row, new_row], tmp_path / "3")
    assert len(changed) == len(anew) == 5
    assert len(WordIndex.read(tmp_path / "1")) == len(ROWS)
    for question in QUESTIONS:
        # What a word weighs counts the removed sentences too, until tantivy merges its files.
        assert changed.search(question, 9).keys() == anew.search(question, 9).keys()
        assert changed.search(question, 0, also=[21, 22, 23]) == {}


def test_a_change_links_to_what_it_leaves(tmp_path: Path) -> None:
    WordIndex.build(ROWS, tmp_path / "1")
    WordIndex.extend(tmp_path / "1", tmp_path / "2", [], ["b"])
    files = [file for file in (tmp_path / "1").iterdir() if not file.name.startswith((".", "meta"))]
    assert len(files) > 3
    assert all((tmp_path / "2" / file.name).samefile(file) for file in files)


def test_a_folder_of_which_much_has_gone_is_not_to_be_extended(tmp_path: Path) -> None:
    rows = [(n, f"a{n % 8}", "They met.", "x") for n in range(80)]
    WordIndex.build(rows, tmp_path / "1")
    WordIndex.extend(tmp_path / "1", tmp_path / "2", [], ["a0"])
    assert WordIndex.can_extend(tmp_path / "2", 9)
    assert not WordIndex.can_extend(tmp_path / "2", 11)


@pytest.mark.parametrize("question", QUESTIONS)
def test_rare_words_choose_in_a_large_index_and_all_words_score(
    index: WordIndex, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "LARGE", 1)
    monkeypatch.setattr(words, "COMMON", 0.45)  # "deal", "they", "allies"
    expected = bm25(question)
    found = index.search(question, len(ROWS))
    assert found == pytest.approx({id_: expected[id_] for id_ in found}, rel=1e-5)
    assert next(iter(found), None) == max(expected, key=lambda id_: expected[id_], default=None)
    assert index.search(question, len(ROWS), also=[11, 22]) == pytest.approx(
        {id_: expected[id_] for id_ in {*found, 11, 22} if id_ in expected}, rel=1e-5
    )


def test_words_that_stand_everywhere_are_left_out_of_a_large_index_s_scores(
    index: WordIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "LARGE", 1)
    monkeypatch.setattr(words, "EVERYWHERE", 0.45)  # "deal" and "the"
    found = index.search("the deal worried dogs", len(ROWS), also=[11, 12, 13])
    assert found == pytest.approx(bm25("worried dogs"), rel=1e-5)
    assert index.search("the deal", len(ROWS)) == pytest.approx(bm25("the deal"), rel=1e-5)
