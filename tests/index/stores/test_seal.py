"""What a seal tells: quickly about the ends of large files, and about every byte when asked."""

from pathlib import Path

import pytest

from index.stores import seal
from tests.index.stores.helpers import put_in_place


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(seal, "ENDS", 100)
    place = tmp_path / "1"
    (place / "words").mkdir(parents=True)
    (place / "large").write_bytes(bytes(range(256)) * 4)
    (place / "words" / "small").write_bytes(b"some words")
    (place / "words" / ".lock").touch()
    seal.write(place, "f")
    return place


def test_what_was_sealed_fits_its_own_articles_alone(folder: Path) -> None:
    assert seal.fits(folder, "f")
    assert seal.is_whole(folder, "f")
    assert not seal.fits(folder, "g")
    assert not seal.is_whole(folder, "g")
    (folder / "words" / ".lock").write_text("held")
    assert seal.is_whole(folder, "f")


@pytest.mark.parametrize(("at", "noticed"), [(0, True), (99, True), (500, False), (1023, True)])
def test_damage_is_noticed_at_the_ends_or_when_all_is_read(
    folder: Path, at: int, noticed: bool
) -> None:
    data = bytearray((folder / "large").read_bytes())
    data[at] ^= 1
    put_in_place(folder / "large", bytes(data))
    assert seal.fits(folder, "f") is not noticed
    assert not seal.is_whole(folder, "f")


@pytest.mark.parametrize("name", ["large", "words/small", "words/another"])
def test_files_that_are_missing_longer_or_new_are_noticed(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b"x" if path.exists() else b"")
    assert not seal.fits(folder, "f")
    path.unlink()
    assert seal.fits(folder, "f") is (name == "words/another")


def test_what_is_linked_is_sealed_as_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = folder.with_name("2")
    new.mkdir()
    (new / "large").hardlink_to(folder / "large")
    (new / "other").write_bytes(b"x")
    read: list[str] = []
    all_of = seal._all

    def noting(path: Path) -> int:
        read.append(path.name)
        return all_of(path)

    monkeypatch.setattr(seal, "_all", noting)
    seal.write(new, "g", folder)
    assert read == ["other"]
    monkeypatch.undo()
    monkeypatch.setattr(seal, "ENDS", 100)
    assert seal.is_whole(new, "g")


@pytest.mark.parametrize("text", ["", "[]", '{"fingerprint": "f", "crc32": {}}'])
def test_a_seal_of_another_kind_is_an_error_that_the_store_mends(folder: Path, text: str) -> None:
    (folder / seal.NAME).write_text(text)
    with pytest.raises(ValueError, match=r"."):
        seal.fits(folder, "f")
