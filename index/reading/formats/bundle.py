"""Archives (ZIP) of files that hold articles."""

import zipfile
import zlib
from collections import Counter
from pathlib import PurePath

from index.errors import SourceError
from index.reading.formats.archive import open_archive
from index.reading.formats.inside import Found, Inside
from index.reading.formats.names import SUFFIXES

MOST_RATIO = 200
"""Of what is unpacked to what is packed: texts have 3 to 30, bombs 1000."""
SMALL = 1024 * 1024
"""Bytes unpacked, up to which the ratio does not matter."""


def read(data: bytes, name: str, inside: Inside) -> Found:
    """Give the articles of the files in an archive; errors are among what is given.

    Raises:
        SourceError: it is damaged, encrypted, unpacks to far too much, or holds no articles.
    """
    archive = open_archive(data, name)
    found = 0
    passed_over: Counter[str] = Counter()
    for part in sorted(archive.infolist(), key=lambda each: each.filename):
        path = PurePath(part.filename)
        if part.is_dir() or any(each.startswith((".", "__MACOSX")) for each in path.parts):
            continue
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            passed_over[suffix or "without a suffix"] += 1
            continue
        found += 1
        unpacked = _unpack(archive, part, name)
        if isinstance(unpacked, SourceError):
            yield unpacked
        else:
            yield from inside.read(unpacked, part.filename, name, part.filename)
    if not found:
        kinds = ", ".join(f"{count} {kind}" for kind, count in passed_over.most_common(5))
        what = f"{name} is an archive without articles" + (f" ({kinds})" if kinds else "")
        raise SourceError(what, "put files that can be read into it")


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes | SourceError:
    if part.file_size > max(SMALL, part.compress_size * MOST_RATIO):
        what = f"{part.filename} in {name} unpacks to more than {MOST_RATIO} times its size"
        return SourceError(what, "unpack it and give its text")
    try:
        return archive.read(part)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError):
        return SourceError(f"{part.filename} in {name} is damaged", "pack it again")
