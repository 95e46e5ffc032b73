"""The process that reads: it gives what reading here would give, and is no danger to anybody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.article import Article, ParsedArticle
from index.content import content_sha256
from index.errors import SourceError
from index.reading import child, frames, lending
from index.reading.formats.document import Metadata
from index.reading.frames import Item, Task
from index.reading.intake import Intake
from index.reading.limits import DEFAULT, Limits
from index.reading.read import AS_FOUND, Blob, File, Origin, Reading, load
from index.reading.reader import Reader, read_ahead
from index.reading.spawn import clean
from tests import hostile
from tests.conftest import ROOT, SEEDS
from tests.index.reading.formats import files

Write = Callable[[str, str | bytes], Path]
SLOW = hostile.page_of(paragraphs=55_000)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what only Linux tells, or limits")


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(DEFAULT)
    yield made
    made.close()


def task(text: str | bytes, name: str = "a.txt", **known: str) -> Task:
    data = text if isinstance(text, bytes) else text.encode()
    file = load(Blob(name, data), AS_FOUND)
    return Task(file, known=known)


def read(reader: Reader, *tasks: Task) -> list[Item]:
    return [item for _, item in read_ahead(reader, tasks) if item is not None]


def told(item: Item) -> str:
    assert isinstance(item, SourceError), item
    return str(item)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("seed.txt", (SEEDS / "turkey-s400.txt").read_bytes()),
        ("page.html", files.PAGE.encode()),
        ("a.docx", files.word(*files.BODY, heading="Town keeps its tram")),
        ("a.pdf", files.pdf("\n\n".join(files.BODY), "One came.")),
        ("feed.rss", files.RSS.encode()),
        ("feed.atom", files.ATOM.encode()),
        (
            "a.jsonl",
            b'{"title": "A", "text": "One came."}\n{"title": "B"}\n\n{"text": "Two went."}',
        ),
        ("empty.txt", b""),
        ("emoji.txt", "🙂 Zoë came. 日本語です。\n\nShare this".encode()),
        ("\udce9.txt", b"One came."),
    ],
)
def test_it_gives_what_reading_here_gives(reader: Reader, name: str, data: bytes) -> None:
    about = Metadata(author="Ada Brandt", published=date(2019, 5, 6))
    given = Task(load(Blob(name, data), AS_FOUND), about)
    here = list(child.read_task(given))
    there = read(reader, given)
    assert list(map(repr, there)) == list(map(repr, here))
    assert there
    assert [i for i in there if isinstance(i, Article | ParsedArticle)] == [
        i for i in here if isinstance(i, Article | ParsedArticle)
    ]


def test_an_article_that_has_not_changed_is_not_split(write: Write) -> None:
    path = write("a.txt", "One came. Two went.")
    (first,) = Intake([path], AS_FOUND)
    assert isinstance(first, ParsedArticle)
    known = {first.article.id: content_sha256(first.article)}
    assert list(Intake([path], AS_FOUND, known=known)) == [first.article]
    path.write_text("One came. Three went.")
    (changed,) = Intake([path], AS_FOUND, known=known)
    assert isinstance(changed, ParsedArticle)


def test_what_is_told_of_a_file_comes_with_its_article(reader: Reader) -> None:
    (found,) = read(reader, task("---\ntitle: A\ndate: 5/4/2017\n---\nOne came."))
    assert isinstance(found, ParsedArticle)
    (told,) = found.article.warnings
    assert "5/4/2017" in told


def test_kinds_levels_and_sections_come_with_an_article(reader: Reader) -> None:
    (found,) = read(reader, task("# Returns\n\n## Refunds\n\nThey take a week.\n", "a.md"))
    assert isinstance(found, ParsedArticle)
    assert [(p.kind, p.level) for p in found.paragraphs] == [
        *(("heading", 1), ("heading", 2), ("body", 0))
    ]
    assert [p.section for p in found.passages] == ["Refunds"]


def test_one_process_reads_all_files_of_a_run_and_of_the_next(write: Write) -> None:
    lending.end_idle()
    folder = write("0.txt", "One came.").parent
    for number in range(40):
        write(f"{number}.txt", f"Number {number} came. " * (1 + number * 40))
    assert len(list(Intake([folder], AS_FOUND))) == 40
    with lending.lend(DEFAULT) as first:
        pid = first.pid
        assert pid
        with lending.lend(DEFAULT) as second:
            assert second is not first
    list(Intake([folder], AS_FOUND))
    with lending.lend(DEFAULT) as again:
        assert again.pid == pid
    with lending.lend(Limits(seconds=7)) as other:
        assert other.limits.seconds == 7
        assert other.pid is None


def test_a_file_that_takes_too_long_is_told_and_the_others_are_read() -> None:
    limited = Reader(Limits(seconds=1))
    tasks = [task(f"Number {n} came.", f"{n}.txt") for n in range(4)]
    tasks.insert(2, task(SLOW, "slow.html"))
    started = time.monotonic()
    try:
        found = read(limited, *tasks)
    finally:
        limited.close()
    assert time.monotonic() - started < 15
    assert [i.article.text[7] for i in found if isinstance(i, ParsedArticle)] == list("0123")
    assert told(found[2]) == (
        "slow.html takes more than 1 seconds to read:"
        " give its text alone, or raise ARTICLEBOT_READ_SECONDS"
    )


def test_a_large_file_may_take_longer() -> None:
    assert Limits(seconds=30).seconds_for(1) == 30
    assert Limits(seconds=30).seconds_for(20 * 2**20) == 60


@LINUX
def test_a_file_that_takes_too_much_memory_is_told_and_the_others_are_read() -> None:
    limited = Reader(Limits(mb=100))
    large = hostile.with_part("word/document.xml", b"<a>" + b"<b/>" * 4_000_000 + b"</a>")
    try:
        found = read(limited, task(large, "large.docx"), task("One came.", "a.txt"))
    finally:
        limited.close()
    assert told(found[0]) == (
        "large.docx takes more than 100 MB of memory to read:"
        " give its text alone, or raise ARTICLEBOT_READ_MB"
    )
    assert isinstance(found[1], ParsedArticle)


def test_too_many_sentences_and_too_much_text_are_told(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (found,) = read(reader, task("One came. " * 100_001, "long.txt"))
    assert told(found).startswith("long.txt has more than 100,000 sentences")
    monkeypatch.setattr(child, "MOST_TEXT", 15)
    lines = '{"title": "A", "text": "One came."}\n' * 3
    one, much = child.read_task(task(lines, "many.jsonl"))
    assert isinstance(one, ParsedArticle)
    assert told(much).startswith("many.jsonl gives more than")


def test_what_a_reader_raises_is_the_file_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: File, __: Metadata) -> Iterator[Article | SourceError]:
        raise ZeroDivisionError

    monkeypatch.setattr(child, "read_file", fail)
    (found,) = child.read_task(task("One came.", "odd.txt"))
    assert told(found).startswith("odd.txt cannot be read (")


def test_a_process_that_was_killed_while_it_waited_is_no_file_s_fault(reader: Reader) -> None:
    read(reader, task("One came."))
    assert reader.pid
    os.kill(reader.pid, signal.SIGKILL)
    (found,) = read(reader, task("Two went."))
    assert isinstance(found, ParsedArticle)


def test_a_process_that_ends_at_a_file_is_that_file_s_fault(reader: Reader) -> None:
    reader.begin(task(SLOW, "slow.html"))
    results = reader.results()
    assert reader.pid
    time.sleep(1)
    os.kill(reader.pid, signal.SIGKILL)
    (found,) = results
    assert told(found).startswith("slow.html ends the process that reads it (SIGKILL)")
    assert isinstance(read(reader, task("Two went."))[0], ParsedArticle)


def test_a_run_that_is_left_ends_its_process(write: Write) -> None:
    folder = write("a.txt", "One came.").parent
    write("b.html", SLOW)
    run = iter(Intake([folder], AS_FOUND, Limits(seconds=60)))
    next(run)
    with lending.lend(Limits(seconds=60)) as other:
        assert other.pid is None
    run.close()  # type: ignore[attr-defined]
    with lending.lend(Limits(seconds=60)) as other:
        assert other.pid is None


@pytest.mark.parametrize("message", [b"", b"q", b"a", b"e", b"e{}", frames.ARTICLE + bytes(40)])
def test_a_message_that_makes_no_sense_is_refused(message: bytes) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        frames.unpack_item(message)


def test_places_beyond_the_text_are_refused() -> None:
    (parsed,) = child.read_task(task("One came."))
    assert isinstance(parsed, ParsedArticle)
    short = replace(parsed, article=replace(parsed.article, text="One"))
    with pytest.raises(ValueError, match="beyond"):
        frames.unpack_item(frames.pack_item(short))


@LINUX
def test_it_is_given_no_secrets_and_no_files(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ARTICLEBOT_API_KEYS", "ARTICLEBOT_STORE", "SLACK_BOT_TOKEN", "PGPASSWORD"):
        monkeypatch.setenv(name, "hidden-secret")
    with (tmp_path / "file").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        read(reader, task("One came."))
        process = Path(f"/proc/{reader.pid}")
        assert b"hidden-secret" not in process.joinpath("environ").read_bytes()
        assert b"hidden-secret" not in process.joinpath("cmdline").read_bytes()
        opened = [str(each.readlink()) for each in process.joinpath("fd").iterdir()]
    nothing = [each for each in opened if each == "/dev/null"]
    assert len(nothing) == 3
    assert sorted(each.split(":")[0] for each in opened if each != "/dev/null") == [
        "pipe",
        "socket",
    ]
    assert clean({"PATH": "p", "LC_ALL": "C", "LD_PRELOAD": "x"}) == {"PATH": "p", "LC_ALL": "C"}


def test_it_imports_only_what_reading_needs() -> None:
    code = "import sys, index.reading.child; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()}
    heavy = {"torch", "onnxruntime", "faiss", "numpy", "tantivy", "pydantic", "trafilatura", "bot"}
    assert not loaded & heavy


_ORPHAN = """
import sys
from index.reading.limits import Limits
from index.reading.read import AS_FOUND, Blob, load
from index.reading.reader import Reader
from index.reading.frames import Task
reader = Reader(Limits(seconds=600))
reader.begin(Task(load(Blob("slow.html", sys.stdin.buffer.read()), AS_FOUND)))
print(reader.pid, flush=True)
list(reader.results())
"""


@LINUX
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_process_that_began_it(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _ORPHAN],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(SLOW)
        parent.stdin.close()
        pid = int(parent.stdout.readline())
        time.sleep(2)  # in the middle of the file
        assert runs(pid)
        parent.send_signal(number)
        parent.wait(10)
    deadline = time.monotonic() + 5
    while runs(pid):
        assert time.monotonic() < deadline, "an orphan"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks there")
def test_a_fork_leaves_it_to_whom_it_belongs() -> None:
    lending.end_idle()
    with lending.lend(DEFAULT) as lent:
        read(lent, task("One came."))
        pid = lent.pid
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _FORK], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    with lending.lend(DEFAULT) as lent:
        assert lent.pid == pid


_FORK = """
import os
from index.reading.intake import Intake
from index.reading.read import AS_FOUND, Blob
def read():
    (found,) = Intake([Blob("a.txt", b"One came.")], AS_FOUND)
    assert found.sentences
read()
if not (pid := os.fork()):
    read()
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
read()
"""


def test_origins_and_what_is_said_of_files_come_over() -> None:
    about = Metadata("T", "A", date(2020, 1, 2), "S", "en")
    file = File(Origin("n", "i\udce9", "s", "so", "/p", at_hand=True), b"", ".txt", "latin-1")
    given = Task(file, about, {"a": "b"})
    assert frames.unpack_task(frames.pack_task(given), b"") == given
    assert Reading(about=about).about == about
