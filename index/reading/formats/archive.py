"""Archives, looked through before anything of them is unpacked."""

import io
import zipfile
import zlib

from index.errors import SourceError

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all parts together."""
MOST_PARTS = 5000
MOST_MARKS = 5_000_000
"""Beginnings of elements and values of attributes in all parts: each takes a hundred bytes of
memory or more, however few it has in the file. A thousand pages have less than half of them."""
_PIECE = 1024 * 1024


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """Open an archive, or refuse one that is damaged, encrypted, or unpacks to far too much.

    Python's unpacking stops at the sizes that the archive's directory states, so their sum is
    a bound.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise SourceError(f"{name} is a damaged archive", "save it again") from None
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise SourceError(f"{name} is encrypted", "save a copy without a password")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        limit = f"{MOST_UNPACKED // 2**20} MB or {MOST_PARTS:,} files"
        raise SourceError(f"{name} unpacks to more than {limit}", "give the article alone")
    return archive


def check_marks(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive whose parts take far more memory once they are parsed than they have bytes.

    Parts that are damaged are passed over: whoever needs them says it.
    """
    marks = 0
    for part in archive.infolist():
        try:
            with archive.open(part) as file:
                while piece := file.read(_PIECE):
                    marks += piece.count(b"<") + piece.count(b"=")
                    if marks > MOST_MARKS:
                        raise SourceError(f"{name} has far more parts than an article", "split it")
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
            continue
