"""Links in folders, and what an address must not give away."""

from collections import Counter
from pathlib import Path

import pytest

from index.article import without_credentials
from index.reading.fetch import is_public
from index.reading.find import OUTSIDE, find_files
from index.reading.read import AS_FOUND, Blob, read_source


def test_links_out_of_a_folder_are_followed_only_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Nobody asked for this.")
    folder = tmp_path / "articles"
    folder.mkdir()
    own = folder / "own.txt"
    own.write_text("One came by train.")
    (folder / "inside.txt").symlink_to(own)
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    passed_over: Counter[str] = Counter()
    found = list(find_files([folder], None, passed_over))
    assert [each.name for each in found if isinstance(each, Path)] == ["inside.txt"]
    assert passed_over == {OUTSIDE: 1}
    assert len(list(find_files([folder], follow_links=True))) == 2
    assert list(find_files([folder / "out.txt"])) == [folder / "out.txt"], "it was named"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("http://user:secret@host/p?q=a@b#c@d", "http://host/p?q=a@b#c@d"),
        ("HTTPS://a@b@host", "HTTPS://host"),
        ("http://host/a@b", "http://host/a@b"),
        ("http://user:secret@[::1]:80?x", "http://[::1]:80?x"),
        ("me@example.org", "me@example.org"),
    ],
)
def test_credentials_are_neither_stored_nor_shown(given: str, shown: str) -> None:
    assert without_credentials(given) == shown
    line = f'{{"text": "One came.", "url": "{given}"}}'
    (article,) = read_source(Blob("a.jsonl", line.encode()), AS_FOUND)
    assert "secret" not in repr(article)


@pytest.mark.parametrize(
    "address",
    [
        *("192.0.0.192", "168.63.129.16", "100.100.100.200", "169.254.169.254", "fec0::1"),
        *("::ffff:168.63.129.16", "64:ff9b::a83f:8110", "fd00:ec2::254", "2002:a83f:8110::"),
    ],
)
def test_addresses_of_a_site_and_of_a_cloud_s_metadata_are_not_public(address: str) -> None:
    assert not is_public(address)
