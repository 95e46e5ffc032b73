"""Sources of every kind in one go, and what is gone from folders."""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from index.errors import SourceError, UnknownArticleError
from index.library import Library
from index.reading import read
from index.reading.formats.document import Metadata
from index.reading.read import Blob, Reading
from index.settings import Settings
from tests.fakes import FakeEncoder
from tests.index.reading.formats.files import BODY, PAGE, RSS, pdf, word

Write = Callable[[str, str | bytes], Path]
STORY = " ".join(BODY)


def titles(library: Library) -> list[str]:
    return sorted(article.title for article in library.articles())


def test_every_kind_in_one_folder_and_what_is_broken_is_counted(
    write: Write, library: Library, tmp_path: Path
) -> None:
    write("a.txt", STORY)
    write("b.html", PAGE)
    write("c.pdf", pdf("The bridge was closed in the spring of that year."))
    write("d.docx", word("The ferry carried nine people over the river."))
    write("e.jsonl", '{"title": "Lines", "text": "It rained in Marl."}\n{"title": "None"}')
    write("f.rss", RSS)
    write("deep/g.md", "# Marked\n\nThe snow fell *early*.")
    write("broken.pdf", pdf(STORY)[:-700])
    write("locked.pdf", pdf(STORY, password="x"))
    write("empty.txt", "")
    write("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0")
    os.truncate(write("giant.txt", "x"), 200 * 2**20)
    report = library.index([tmp_path / "sources"])
    assert report.added == 8
    reasons = sorted(str(error) for error in report.failed)
    wanted = ["damaged", "is empty", "200|64 MB", "encrypted", "binary", "'Empty'", "no text"]
    assert len(reasons) == len(wanted)
    for name in ("broken.pdf", "empty.txt", "giant.txt", "locked.pdf", "picture.txt"):
        assert any(name in reason for reason in reasons)
    again = library.index([tmp_path / "sources"])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 8)


def test_a_glob_chooses_among_a_folder_s_files(
    write: Write, library: Library, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.log", "news/c.txt", "news/d.log"):
        write(name, f"{name} came by sea.")
    folder = tmp_path / "sources"
    assert library.index([folder], reading=Reading(glob="*.log")).added == 2
    assert titles(library) == ["b", "d"]
    library.index([folder], reading=Reading(glob="news/*.txt"))
    assert titles(library) == ["b", "c", "d"]


def test_given_metadata_go_before_what_a_file_says(write: Write, library: Library) -> None:
    path = write("a.md", "---\ntitle: Own\nauthor: Jo\nlang: en\n---\nOne came by sea.")
    about = Metadata(title="Given", published=date(2019, 5, 6), source="Reuters")
    library.index([path], reading=Reading(about))
    (summary,) = library.articles()
    article = library.article(summary.id).article
    assert (article.title, article.author, article.language) == ("Given", "Jo", "en")
    assert (article.published, article.source) == (date(2019, 5, 6), "Reuters")
    again = library.index([path], reading=Reading(Metadata(title="Given", source="AP")))
    assert again.changed == 1


def test_what_is_at_hand_replaces_its_last_version(library: Library) -> None:
    first = Blob("standard input", b"# The tram\n\nIt came by night.")
    assert library.index([first]).added == 1
    assert library.index([first]).unchanged == 1
    assert library.index([Blob("standard input", b"# The tram\n\nIt went by day.")]).changed == 1
    assert library.index([Blob("standard input", b"It rained.")]).added == 1
    assert library.index([Blob("standard input", b"It snowed.")]).added == 1


def test_articles_of_one_file_have_ids_of_their_own(write: Write, library: Library) -> None:
    path = write("a.jsonl", '{"title": "A", "text": "One."}\n{"title": "B", "text": "Two came."}')
    library.index([path])
    assert [a.id.rpartition("-")[0] for a in library.articles()] == ["a", "b"]
    with pytest.raises(SourceError, match="several"):
        read.read_article(path)


def test_pruning_removes_what_is_gone_and_nothing_else(
    write: Write, library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "sources"
    gone, _, lines = write("gone.txt", "One came."), write("stays.txt", "Two came."), "lines.jsonl"
    write(lines, '{"title": "L1", "text": "Three came."}\n{"title": "L2", "text": "Four came."}')
    broken = write("broken.txt", "Five came.")
    outside = tmp_path / "outside.txt"
    outside.write_text("Six came.")
    library.index([folder, outside])
    gone.unlink()
    outside.unlink()
    broken.write_bytes(b"\0\1\2")
    write(lines, '{"title": "L2", "text": "Four came."}')
    assert library.index([folder]).removed == 0, "only where it is asked for"
    report = library.index([folder], prune=True)
    assert report.removed == 2
    assert titles(library) == ["L2", "broken", "outside", "stays"]
    report = library.index([folder], reading=Reading(glob="*.jsonl"), prune=True)
    assert report.removed == 0, "what a glob keeps out is not gone"
    with library.snapshot() as snapshot:
        assert not library.search(snapshot, "One came", 5)[0].sentence.article_id.startswith("gone")


def test_what_lies_in_a_folder_that_cannot_be_read_is_not_pruned(
    write: Write, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sources"
    gone, _ = write("gone.txt", "One came."), write("stays.txt", "Two came.")
    write("share/inner/a.txt", "Three came.")
    library.index([folder])
    gone.unlink()
    # As a share on the network that has gone away: it is not listed, and its files are not found.
    shutil.rmtree(folder / "share" / "inner")
    scandir = os.scandir

    def scan(path: str) -> object:
        if str(path).endswith("share"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    report = library.index([folder], prune=True)
    assert report.removed == 1
    assert [str(error) for error in report.failed] == [
        f"{folder}/share cannot be read (Input/output error): check its permissions"
    ]
    assert titles(library) == ["a", "stays"]


def test_a_folder_that_is_not_there_prunes_nothing(
    write: Write, library: Library, tmp_path: Path
) -> None:
    write("a.txt", "One came.")
    library.index([tmp_path / "sources"])
    (tmp_path / "sources").rename(tmp_path / "elsewhere")
    report = library.index([tmp_path / "sources"], prune=True)
    assert (report.removed, len(report.failed)) == (0, 1)


def test_a_folder_without_any_article_is_not_pruned(write: Write, library: Library) -> None:
    path = write("a.txt", "One came.")
    library.index([path.parent])
    path.unlink()
    with pytest.raises(SourceError, match="sources: not pruned"):
        library.index([path.parent], prune=True)
    assert titles(library) == ["a"]


@pytest.mark.usefixtures("either_store")
def test_a_refused_pruning_changes_nothing(write: Write, tmp_path: Path) -> None:
    gone = write("a.txt", "One came.")
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.txt").write_text("Two came.")
    (other / "c.txt").write_text("Four came.")
    with Library.open(Settings(data=tmp_path / "data"), encoder=FakeEncoder()) as library:
        library.index([gone.parent, other])
        before = library.info()
        gone.unlink()
        (other / "b.txt").write_text("Three came.")
        (other / "new.txt").write_text("Nobody came.")
        with pytest.raises(SourceError, match="sources: not pruned"):
            library.index([other, gone.parent], prune=True)
        assert library.info() == before
        library.index([other / "c.txt"])
        assert library.info() == before, "nothing waits to be published with what comes next"


def test_articles_are_removed_all_or_none(write: Write, library: Library) -> None:
    library.index([write("a.txt", "One came."), write("b.txt", "Two came.")])
    first, second = (article.id for article in library.articles())
    with pytest.raises(UnknownArticleError):
        library.remove([first, "no-such"])
    assert len(library.articles()) == 2
    library.remove([first])
    assert [article.id for article in library.articles()] == [second]
