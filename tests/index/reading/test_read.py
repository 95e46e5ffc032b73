"""Files of every kind are read into articles, or refused in one sentence."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import SourceError
from index.reading import read
from index.reading.find import find_files
from index.reading.read import read_article

Write = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("Plain text.", "Plain text.", id="ascii"),
        pytest.param("Zoë’s naïve café 🙂", "Zoë’s naïve café 🙂", id="utf-8"),
        pytest.param(b"\xef\xbb\xbfWith a mark.", "With a mark.", id="utf-8 with BOM"),
        pytest.param("Größe: 3 €".encode("utf-16"), "Größe: 3 €", id="utf-16"),
        pytest.param(b"\xfe\xff" + "Größe".encode("utf-16-be"), "Größe", id="utf-16-be"),
        pytest.param("cafe\u0301", "café", id="decomposed"),
        pytest.param("a\r\nb\rc\n", "a\r\nb\rc\n", id="line ends stay"),
        pytest.param("a\u00a0b", "a\u00a0b", id="no-break spaces stay"),
    ],
)
def test_text_is_decoded_and_composed(write: Write, data: str | bytes, text: str) -> None:
    assert read_article(write("a.txt", data)).text == text


def test_an_old_character_set_is_recognised(write: Write) -> None:
    text = "Die Bürger der Stadt Köln wählten am Sonntag über die Zukunft der Straßenbahn. " * 4
    assert read_article(write("a.txt", text.encode("cp1252"))).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \r\n\t\n", "is empty", id="blank"),
        pytest.param(b"\xef\xbb\xbf", "is empty", id="a mark alone"),
        pytest.param(b"x\n", "has no words", id="a letter"),
        pytest.param(b"--- 7 ...", "has no words", id="a digit"),
        pytest.param(b"\x7fELF\x02\x01\x01\0\0\0", "binary", id="binary"),
        pytest.param(bytes(range(256)) * 4, "binary", id="all bytes"),
    ],
)
def test_what_is_no_text_is_refused_by_name(write: Write, data: bytes, reason: str) -> None:
    path = write("a.txt", data)
    with pytest.raises(SourceError, match=reason) as refused:
        read_article(path)
    assert str(path) in str(refused.value)
    assert refused.value.remedy


def test_a_huge_file_is_refused_before_it_is_read(write: Write) -> None:
    path = write("a.txt", "x")
    os.truncate(path, read.LARGEST_FILE + 1)  # sparse: takes no room
    with pytest.raises(SourceError, match="larger than 64 MB"):
        read_article(path)


def test_special_files_are_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(SourceError, match="not a file"):
        read_article(tmp_path / "pipe.txt")
    with pytest.raises(SourceError, match="not a file"):
        read_article(Path("/dev/zero"))
    (found,) = find_files([tmp_path])
    assert isinstance(found, SourceError)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *Great* Fire\n\nIt burned.", "The *Great* Fire"),
        ("Great Fire destroys the city\n\nIt burned.", "Great Fire destroys the city"),
        ("\n\r\n  Great Fire destroys the city\r\n\r\nIt burned.", "Great Fire destroys the city"),
        ("Great Fire destroys the city.\n\nIt burned.", "some file"),
        ("Great Fire destroys the city\nIt burned.", "some file"),
        ("04:27 GMT07 August 2020\n\nIt burned.", "some file"),
        ("#\n\nIt burned.", "some file"),
        ("It burned.", "some file"),
    ],
)
def test_a_heading_that_stands_by_itself_is_the_title(write: Write, text: str, title: str) -> None:
    assert read_article(write("some-file.txt", text)).title == title


def test_id_and_title_follow_from_the_place(write: Write) -> None:
    path = write("The_Great  Fire-of 1666.txt", "It burned.")
    first = read_article(path)
    assert first.title == "The Great Fire of 1666"
    assert first.id.startswith("the-great-fire-of-1666-")
    assert first.source == str(path)
    path.write_text("It burned down.")
    assert read_article(path).id == first.id
    assert read_article(write("other/" + path.name, "It burned.")).id != first.id


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"\xff.txt", "日本.txt".encode(), b"a\nb.txt"])
def test_every_file_name_gives_an_article_that_can_be_stored(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("It burned.")
    article = read_article(path)
    assert article.id
    assert article.title.strip()
    "".join((article.id, article.title, article.source)).encode()  # nothing that has no UTF-8


def test_names_that_differ_in_undecodable_bytes_stay_apart(tmp_path: Path) -> None:
    paths = [
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + n)) for n in (b"\xe8.txt", b"\xe9.txt")
    ]
    for path in paths:
        path.write_text("It burned.")
    assert len({read_article(path).id for path in paths}) == 2


def test_folders_are_searched_in_depth_and_in_order(write: Write, tmp_path: Path) -> None:
    names = ["b.md", "a.txt", "deep/er/c.TXT"]
    for name in [*names, ".hidden.txt", ".git/config.txt", "image.png"]:
        write(name, "x")
    root = tmp_path / "sources"
    assert list(find_files([root])) == [root / "a.txt", root / "b.md", root / "deep/er/c.TXT"]


def test_each_file_is_given_once(write: Write, tmp_path: Path) -> None:
    path = write("a.txt", "x")
    (tmp_path / "sources" / "link.txt").symlink_to(path)
    assert list(find_files([path, tmp_path / "sources", path])) == [path]


def test_what_is_passed_over_in_a_folder_is_counted(write: Write, tmp_path: Path) -> None:
    for name in ("a.txt", "b.JPG", "sub/c.jpg", "README", ".hidden.jpg"):
        write(name, "One came.")
    folder = tmp_path / "sources"
    (folder / "gone.txt").symlink_to("nowhere")
    passed_over: Counter[str] = Counter()
    found = list(find_files([folder], None, passed_over))
    assert found == [folder / "a.txt"]
    assert passed_over == {".jpg": 2, "without a suffix": 1, "link to nothing": 1}
    passed_over.clear()
    assert len(list(find_files([folder], "*.jpg", passed_over))) == 1
    assert not passed_over, "a glob leaves out what it does not name"


def test_a_file_named_itself_may_have_any_suffix(write: Write) -> None:
    path = write("README", "x")
    assert list(find_files([path])) == [path]


def test_what_is_missing_is_told_and_the_rest_is_given(write: Write, tmp_path: Path) -> None:
    path = write("a.txt", "x")
    empty = tmp_path / "empty"
    empty.mkdir()
    missing, nothing, found = find_files([tmp_path / "nowhere", empty, path])
    assert isinstance(missing, SourceError)
    assert isinstance(nothing, SourceError)
    assert str(missing) == f"no such file or folder: {tmp_path / 'nowhere'}: check the path"
    assert str(nothing).startswith(f"no articles in {empty}: put files that")
    assert found == path


_READ = """
import sys
from pathlib import Path
from index.errors import SourceError
from index.reading.find import find_files
from index.reading.read import read_article
for path in sys.argv[1:]:
    for found in find_files([Path(path)]):
        try:
            print(found if isinstance(found, SourceError) else read_article(found).title)
        except SourceError as error:
            print(error)
"""


_FIND = """
import sys
from pathlib import Path
from index.reading.find import find_files
for found in find_files([Path(sys.argv[1])], sys.argv[2] if sys.argv[2:] else None):
    print(found)
"""


def test_a_folder_in_a_folder_that_may_not_be_read_is_told(
    unprivileged: Callable[..., str], write: Write, tmp_path: Path
) -> None:
    for name in ("a.txt", "closed/b.txt", "deep/listed/c.txt", "z.txt", ".hidden/d.txt"):
        write(name, "One came.")
    folder = tmp_path / "sources"
    locked = {folder / "closed": 0, folder / "deep/listed": 0o444, folder / ".hidden": 0}
    for path, mode in locked.items():
        path.chmod(mode)
    try:
        found = unprivileged(_FIND, folder).splitlines()
        chosen = unprivileged(_FIND, folder, "*.txt").splitlines()
    finally:
        for path in locked:
            path.chmod(0o700)
    told = "cannot be read (Permission denied): check its permissions"
    assert found == chosen
    assert sorted(found) == [
        f"{folder}/a.txt",
        f"{folder}/closed {told}",
        f"{folder}/deep/listed/c.txt {told}",
        f"{folder}/z.txt",
    ]


def test_what_may_not_be_read_is_told(unprivileged: Callable[..., str], tmp_path: Path) -> None:
    closed, folder = tmp_path / "closed.txt", tmp_path / "folder"
    closed.write_text("Secret.")
    closed.chmod(0)
    folder.mkdir(mode=0)
    try:
        told = unprivileged(_READ, closed, folder, folder / "a.txt").splitlines()
    finally:
        folder.chmod(0o700)
    assert told == [
        f"{path} cannot be read (Permission denied): check its permissions"
        for path in (closed, folder, folder / "a.txt")
    ]
