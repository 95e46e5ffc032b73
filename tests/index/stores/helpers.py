"""What the tests of the stores share: searching, starting anew, and what lies on the disk."""

from pathlib import Path

from index.library import Library
from index.search import Hit
from tests.fakes import FakeEncoder

QUESTION = "Who raised concerns about the missile deal?"


def search(library: Library) -> list[Hit]:
    with library.snapshot() as snapshot:
        return library.search(snapshot, QUESTION, 10)


def reopen(library: Library) -> Library:
    """Give what a process that starts now would see."""
    library.close()
    return Library.open(library.settings, encoder=FakeEncoder())


def search_folder(library: Library) -> Path:
    return library.settings.data / "search"


def states(library: Library) -> list[str]:
    return sorted(path.name for path in search_folder(library).iterdir() if path.is_dir())


def put_in_place(path: Path, content: bytes) -> None:
    """Replace a file that may be mapped: writing into it would kill whoever reads its pages."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
