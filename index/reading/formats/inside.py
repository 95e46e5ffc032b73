"""Files in files, such as those in archives and those attached to mails: so many, so deep."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePath

from index.errors import SourceError
from index.reading.formats.document import NOTHING, Document, Metadata

DEEPEST = 3
"""Archives in archives, mails in archives, and so on."""
MOST_FILES = 2000
"""Of one file, those in its archives counted."""
MOST_BYTES = 512 * 1024 * 1024
"""Unpacked, of one file."""

Found = Iterator[Document | SourceError]


class Inside:
    """Reads the files in a file, and those in these, within limits for all of them together."""

    def __init__(self, read: "Callable[[bytes, str, str, Inside], Found]") -> None:
        """Take what reads a file of any format: its bytes, name and suffix, and this."""
        self._read = read
        self._files = MOST_FILES
        self._bytes = MOST_BYTES
        self._depth = 0

    def read(
        self, data: bytes, member: str, name: str, key: str, about: Metadata = NOTHING
    ) -> Found:
        """Give the articles of a file that lies in another; errors are among what is given.

        Args:
            data: of the file.
            member: its path in the other one.
            name: of the other one.
            key: tells it apart from the others there.
            about: what is known of it besides what it says.

        Raises:
            SourceError: there are too many files in the other one.
        """
        place = f"{member} in {name}"
        if self._depth >= DEEPEST:
            yield SourceError(f"{place} lies too deep in other files", "unpack it")
            return
        self._files -= 1
        self._bytes -= len(data)
        if self._files < 0 or self._bytes < 0:
            limit = f"{MOST_FILES:,} files or {MOST_BYTES // 2**20} MB"
            raise SourceError(f"{name} holds more than {limit}", "unpack it and give its files")
        self._depth += 1
        try:
            suffix = PurePath(member).suffix.lower()
            for document in self._read(data, place, suffix, self):
                if isinstance(document, Document):
                    yield _within(document, member, key, about)
                else:
                    yield document
        except SourceError as error:
            yield error
        finally:
            self._depth -= 1


def _within(document: Document, member: str, key: str, about: Metadata) -> Document:
    path = f"{member}/{document.member}" if document.member else member
    inner = f"{key}/{document.key}" if document.key else key
    return replace(document, about=document.about.over(about), key=inner, member=path)
