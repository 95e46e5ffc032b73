"""What is remembered besides articles: kept, bounded, expiring, private, apart."""

import itertools
import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.errors import LibraryError
from index.library import Library
from index.store import Cited, Feedback, Records, Turn
from index.stores import records as module
from index.stores.postgres.records import PostgresRecords
from index.stores.postgres.server import Server
from index.stores.records import FILE, LocalRecords

TURN = Turn("Why?", "Why did Anna resign?", True, (Cited("a-1", "She was “ill”."),))


class Clock:
    """A time that tests can move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> Iterator[LocalRecords]:
    opened = LocalRecords(tmp_path / "data", timedelta(hours=1), clock)
    yield opened
    opened.close()


@pytest.fixture(params=["local", "postgres"])
def either(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Records]:
    """Records in a file, and in a database."""
    if request.param == "local":
        yield request.getfixturevalue("records")
        return
    server = Server(request.getfixturevalue("database"))
    opened = PostgresRecords(server, timedelta(hours=1), clock)
    yield opened
    opened.close()


def test_reading_before_anything_was_remembered_makes_no_file(
    records: LocalRecords, tmp_path: Path
) -> None:
    assert records.turns("c") == []
    assert records.answer("a") is None
    assert records.feedback() == []
    assert not records.delete_conversation("c")
    assert not (tmp_path / "data").exists()


def test_turns_come_back_in_order_and_apart(either: Records) -> None:
    other = Turn("Who?", "Who?", False, ())
    either.add_turn("c", other)
    either.add_turn("d", other)
    either.add_turn("c", TURN)
    assert either.turns("c") == [other, TURN]
    assert either.turns("d") == [other]


def test_a_conversation_expires_after_its_last_turn_and_is_deleted(
    records: LocalRecords, clock: Clock, tmp_path: Path
) -> None:
    records.add_turn("c", TURN)
    clock.now += timedelta(minutes=50)
    records.add_turn("c", TURN)
    clock.now += timedelta(minutes=50)
    assert len(records.turns("c")) == 2
    clock.now += timedelta(minutes=11)
    assert records.turns("c") == []
    records.add_turn("d", Turn("x", "x", True, ()))
    records.close()
    assert b"resign" not in (tmp_path / "data" / FILE).read_bytes()


def test_a_conversation_can_be_deleted(either: Records) -> None:
    either.add_turn("c", TURN)
    either.add_turn("d", TURN)
    assert either.delete_conversation("c")
    assert not either.delete_conversation("c")
    assert either.turns("c") == []
    assert either.turns("d") == [TURN]


def test_only_the_last_turns_are_kept(either: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURNS_KEPT", 2)
    for name in "abc":
        either.add_turn("c", Turn(name, name, True, ()))
    assert [turn.question for turn in either.turns("c")] == ["b", "c"]


def test_answers_are_kept_as_given_until_they_expire(either: Records, clock: Clock) -> None:
    either.keep_answer("1", '{"a": 1}', "f")
    either.keep_answer("1", '{"a": 2}', "f")
    assert either.answer("1") == '{"a": 2}'
    assert either.answer("2") is None
    clock.now += module.ANSWER_LIFE + timedelta(seconds=1)
    assert either.answer("1") is None


def test_the_oldest_answers_make_room(either: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWERS_KEPT", 2)
    for name in ("z", "y", "x"):
        either.keep_answer(name, name, "f")
    assert [either.answer(name) for name in ("z", "y", "x")] == [None, "y", "x"]


def test_remembering_takes_no_longer_the_more_there_is(records: LocalRecords) -> None:
    """Counted in tens of steps of SQLite's machine, which do not vary."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    def remember(times: int) -> int:
        before = steps
        for _ in range(times):
            number = str(next(numbers))
            records.keep_answer(number, "said", "f")
            records.add_turn(number, TURN)
            records.put("kind", number, "", timedelta(days=1))
        return steps - before

    numbers = itertools.count()
    remember(1)
    records._connect().set_progress_handler(count, 10)
    few = remember(10)
    remember(2000)
    assert remember(10) <= 2 * few


def test_a_note_is_read_replaced_and_dropped(either: Records) -> None:
    assert either.get("k", "a") is None
    assert either.newest("k", "", 9) == []
    assert not either.drop("k", "a")
    either.put("k", "a", "1")
    either.put("other", "a", "2")
    assert (either.get("k", "a"), either.get("k", "b")) == ("1", None)
    either.put("k", "a", "3")
    assert either.get("k", "a") == "3"
    assert either.drop("k", "a")
    assert not either.drop("k", "a")
    assert (either.get("k", "a"), either.get("other", "a")) == (None, "2")


def test_the_newest_notes_come_first(either: Records) -> None:
    for key in ("u1/c", "u1/a", "u1/b", "u2/a", "U1/a", "u1%", "u1/\U0010ffff"):
        either.put("k", key, key)
    either.put("k", "u1/c", "again")
    found = either.newest("k", "u1/", 3)
    assert found == [("u1/c", "again"), ("u1/\U0010ffff", "u1/\U0010ffff"), ("u1/b", "u1/b")]
    assert len(either.newest("k", "", 99)) == 7


def test_a_note_lives_as_long_as_it_was_given(either: Records, clock: Clock) -> None:
    hour = timedelta(hours=1)
    assert either.put_new("k", "a", "1", hour)
    either.put("k", "b", "2")
    clock.now += hour - timedelta(seconds=1)
    assert not either.put_new("k", "a", "3", hour)
    assert either.get("k", "a") == "1"
    clock.now += timedelta(seconds=1)
    assert either.get("k", "a") is None
    assert either.newest("k", "", 9) == [("b", "2")]
    assert not either.drop("k", "a")
    assert either.put_new("k", "a", "4", hour)


def test_of_all_who_note_the_same_at_once_one_is_first(
    records: LocalRecords, tmp_path: Path, clock: Clock
) -> None:
    others = [LocalRecords(tmp_path / "data", now=clock) for _ in range(4)]
    wins: list[int] = []

    def try_all(number: int) -> None:
        wins.extend(n for n in range(20) if others[number].put_new("k", str(n), "", None))

    threads = [threading.Thread(target=try_all, args=(n,)) for n in range(len(others))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    assert sorted(wins) == list(range(20))


def test_records_of_the_format_before_are_taken_over(records: LocalRecords, tmp_path: Path) -> None:
    records.add_turn("c", TURN)
    records.close()
    connection = sqlite3.connect(tmp_path / "data" / FILE)
    connection.executescript("DROP TABLE note; PRAGMA user_version = 1;")
    connection.close()
    assert records.turns("c") == [TURN]
    assert records.put_new("k", "a", "1")


def test_feedback_comes_back_with_its_time(either: Records) -> None:
    given = Feedback("Who?", None, "bad", (("a-1", 3, 9),), "not he", "f")
    either.add_feedback(given)
    (found,) = either.feedback()
    assert found == Feedback(
        "Who?", None, "bad", (("a-1", 3, 9),), "not he", "f", "2026-01-01T00:00:00.000+00:00"
    )


def test_the_file_is_its_owner_s_alone(records: LocalRecords, tmp_path: Path) -> None:
    records.add_turn("c", TURN)
    for path in (tmp_path / "data").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_one_process_remembers_another_reads(
    records: LocalRecords, clock: Clock, tmp_path: Path
) -> None:
    other = LocalRecords(tmp_path / "data", now=clock)
    records.keep_answer("1", "x", "f")
    assert other.answer("1") == "x"
    other.close()


def test_many_threads(either: Records) -> None:
    threads = [
        threading.Thread(target=lambda n=n: either.add_turn(f"c{n % 2}", TURN)) for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(either.turns("c0")) + len(either.turns("c1")) == 16


def test_many_processes_may_be_the_first(tmp_path: Path) -> None:
    """SQLite refuses at once to make a file of another journal mode while another does."""

    def remember(folder: Path) -> None:
        records = LocalRecords(folder)
        start.wait()
        records.put("answer", "1", "an answer")
        records.close()

    start = threading.Barrier(8)
    for number in range(40):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(remember, [tmp_path / str(number)] * 8))


def test_a_damaged_file_is_one_sentence_and_takes_no_article_along(
    seed_library: Library,
) -> None:
    (seed_library.settings.data / FILE).write_bytes(b"not a database at all" * 300)
    with pytest.raises(LibraryError, match="no article is in it"):
        seed_library.records.turns("c")
    with pytest.raises(LibraryError):
        seed_library.records.add_turn("c", TURN)
    assert len(seed_library.articles()) == 1


def test_another_format_is_refused(records: LocalRecords, tmp_path: Path) -> None:
    records.add_turn("c", TURN)
    records.close()
    connection = sqlite3.connect(tmp_path / "data" / FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match="format 99"):
        records.turns("c")
