"""What every store promises, tried on each: the same answers, whole states, one of two."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date

import numpy as np
import pytest

from index.article import Article
from index.errors import LibraryError, UnknownArticleError
from index.library import Library
from index.store import EVERYTHING, Filter
from tests.fakes import FakeEncoder
from tests.index.stores.helpers import QUESTION, search

pytestmark = pytest.mark.usefixtures("either_store")


class OtherEncoder(FakeEncoder):
    """Another model."""

    fingerprint = "other-64"


def article(name: str, text: str, **more: object) -> Article:
    return Article(name, name, f"https://{name}.example/x", text, **more)  # type: ignore[arg-type]


def found(library: Library, question: str, only: Filter = EVERYTHING) -> set[str]:
    with library.snapshot() as snapshot:
        return {hit.sentence.article_id for hit in library.search(snapshot, question, 50, only)}


def test_an_article_is_replaced_as_a_whole(library: Library) -> None:
    library.add([article("a", "The king came. He was tired."), article("b", "Two went.")])
    before = library.info()
    library.add([article("a", "The queen stayed.")])
    assert library.info().articles == 2
    assert library.info().sentences == before.sentences - 1
    assert library.info().fingerprint != before.fingerprint
    assert library.article("a").article.text == "The queen stayed."
    with library.snapshot() as snapshot:
        hits = library.search(snapshot, "king tired", 50)
    assert all(hit.lexical == 0 for hit in hits), "no word of what was there before"
    library.add([article("a", "The king came. He was tired.")])
    assert library.info() == before


def test_what_is_removed_is_found_no_more(library: Library) -> None:
    library.add([article("a", "The king came."), article("b", "The king went.")])
    library.remove(["a"])
    assert found(library, "king") == {"b"}
    with pytest.raises(UnknownArticleError):
        library.remove(["b", "a"])
    assert library.info().articles == 1, "nothing is removed when one of them is not there"
    library.remove(["b"])
    assert library.articles() == []
    assert library.info().sentences == 0


def test_a_search_is_limited(library: Library) -> None:
    library.add(
        [
            article("a", "The king came.", published=date(2017, 3, 1)),
            article("b", "The king went.", published=date(2018, 3, 1)),
            article("ß-c", "The king slept."),
        ]
    )
    wanted = {
        Filter(articles=("a", "ß-c")): {"a", "ß-c"},
        Filter(articles=("a", "nothing\0")): {"a"},
        Filter(articles=()): set(),
        Filter(since=date(2017, 3, 1)): {"a", "b"},
        Filter(since=date(2017, 3, 2)): {"b"},
        Filter(until=date(2017, 3, 1)): {"a"},
        Filter(source="SS-C.Example"): {"ß-c"},
        Filter(source="%"): set(),
        Filter(source="example", until=date(2018, 3, 1)): {"a", "b"},
    }
    for only, ids in wanted.items():
        assert found(library, "king", only) == ids, only
        with library.snapshot() as snapshot:
            assert set(snapshot.matching_ids(only)) == ids


def test_scores_are_of_all_articles_also_where_few_are_searched(library: Library) -> None:
    library.add([article(name, f"The king came to {name}.") for name in "abcdef"])
    with library.snapshot() as snapshot:
        everywhere = {h.sentence.id: h for h in library.search(snapshot, "king", 50)}
        limited = library.search(snapshot, "king", 50, Filter(articles=("c",)))
    assert [everywhere[hit.sentence.id] for hit in limited] == limited


def test_ids_are_found_by_how_they_begin(library: Library) -> None:
    library.add([article(name, "One came.") for name in ("a%-1", "a_-2", "A-3", "été-4")])
    with library.snapshot() as snapshot:
        for beginning, ids in (("a", 2), ("a%", 1), ("été", 1), ("", 4), ("\0", 0), ("b", 0)):
            assert len(snapshot.article_ids(beginning)) == ids, beginning


def test_another_model_is_refused(library: Library) -> None:
    library.add([article("a", "One came.")])
    with Library.open(library.settings, encoder=OtherEncoder()) as other:
        with pytest.raises(LibraryError, match=r"indexed with the model bundled.*ARTICLEBOT_"):
            other.add([article("b", "Two came.")])
        with pytest.raises(LibraryError, match=r"indexed with the model bundled.*ARTICLEBOT_"):
            search(other)
    assert library.info().articles == 1


def test_a_snapshot_stays_what_it_was_while_articles_come_and_go(library: Library) -> None:
    library.add([article("a", "The king came."), article("b", "The king went.")])
    with library.snapshot() as early:
        expected = library.search(early, "king", 10)
        library.remove(["a"])
        library.add([article("c", "The king slept.")])
        assert library.search(early, "king", 10) == expected
        assert early.article("a") is not None
        assert early.article("c") is None
        assert [each.id for each in early.articles()] == ["a", "b"]
    assert found(library, "king") == {"b", "c"}


def test_snapshots_at_once(seed_library: Library) -> None:
    expected = search(seed_library)
    with ExitStack() as stack:
        snapshots = [stack.enter_context(seed_library.snapshot()) for _ in range(16)]
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda s: seed_library.search(s, QUESTION, 10), snapshots))
    assert results == [expected] * 16


def test_what_one_opens_another_finds_at_once(library: Library) -> None:
    with Library.open(library.settings, encoder=FakeEncoder()) as other:
        assert other.articles() == []
        library.add([article("a", "The king came.")])
        assert found(other, "king") == {"a"}
        other.add([article("b", "The king went.")])
        assert found(library, "king") == {"a", "b"}
        other.records.put("k", "a", "1")
        assert library.records.get("k", "a") == "1"


def test_of_all_who_note_the_same_at_once_one_is_first(library: Library) -> None:
    others = [Library.open(library.settings, encoder=FakeEncoder()) for _ in range(4)]
    start = threading.Barrier(8)

    def take(number: int) -> int:
        start.wait()
        records = others[number % 4].records
        return sum(records.put_new("event", str(event), str(number)) for event in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 20
    for other in others:
        other.close()


def test_an_odd_article_comes_back_as_it_was(library: Library) -> None:
    odd = Article(
        "odd",
        "a\0b «ü» \\ ' \" %s {x} $1",
        "x\0y\\N",
        "One\tcame, \\. “so”.\n\n🙂 Two\u2028went; NULL.\f\\N",
        None,
        "\0",
        "en",
    )
    library.add([odd])
    assert library.article("odd").article == odd
    with library.snapshot() as snapshot:
        encoded = snapshot.encoded("odd")
        hits = library.search(snapshot, "who came", 10)
    assert encoded is not None
    texts = [odd.text[s.start : s.end] for s in encoded.parsed.sentences]
    assert {odd.text[h.sentence.start : h.sentence.end] for h in hits} == set(texts)
    expected = FakeEncoder().encode([f"{odd.title}: {text}" for text in texts])
    assert np.array_equal(encoded.vectors, expected)
