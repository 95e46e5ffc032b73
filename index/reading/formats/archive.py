"""Archives, looked through before anything of them is unpacked."""

import io
import zipfile

from index.errors import SourceError

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all parts together."""
MOST_PARTS = 5000


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
