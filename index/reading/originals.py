"""The files that PDFs were read from, to show their pages.

A file that lies where it was read from is read there again. One that was at hand, such as an
upload, is kept among the records, under the name it was sent by; where another file of the name
came later, the text tells that it is not the one.
"""

import base64
import logging
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from index.article import Article, canonical
from index.errors import LibraryError
from index.reading.limits import Limits
from index.reading.read import Blob, Source
from index.reading.spawn import clean
from index.store import Records

log = logging.getLogger(__name__)

LARGEST = 16 * 1024 * 1024
"""Bytes; larger files are not kept, and not shown."""
_KIND = "original"
_MARK = b"%PDF-"
_CODE = "from index.reading.paper.drawing import run; run()"
_PATIENCE = 10.0
"""Seconds that a process may take to begin, on a busy machine."""


def keep_originals(records: Records, sources: Iterable[Source]) -> None:
    """Keep the PDFs that are at hand; that one cannot be kept leaves its article as it is."""
    for source in sources:
        if isinstance(source, Blob) and _is_shown(source.data):
            name = canonical(source.source or source.name)
            try:
                records.put(_KIND, name, base64.b64encode(source.data).decode("ascii"))
            except LibraryError as error:
                log.warning("the pages of %r will not be shown: %s", name, error)


def drop_original(records: Records, article: Article) -> None:
    """Forget the file of an article that is removed."""
    if not article.path:
        records.drop(_KIND, article.source)


def draw_page(
    records: Records, article: Article, start: int, end: int, limits: Limits
) -> bytes | None:
    """Draw the page that a range of an article's text begins on, the range marked.

    By a process of its own, within the limits for reading: what a page draws may take any memory.

    Returns:
        A PNG; None where the file is not there any more, is another one, or is none with pages.
    """
    data = _read(article) or _kept(records, article)
    if data is None:
        return None
    given = (limits.seconds, limits.mb, article.text_sha256, start, end)
    try:
        done = subprocess.run(  # noqa: S603 - this Python, and nothing that anybody sent
            [sys.executable, "-P", "-W", "ignore", "-c", _CODE, *map(str, given)],
            input=data,
            env=clean(os.environ) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds_for(len(data)) + _PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


def has_pages(article: Article) -> bool:
    """Tell whether an article looks like one that was read from a PDF."""
    return (article.path or article.source).lower().endswith(".pdf")


def _read(article: Article) -> bytes | None:
    if not article.path:
        return None
    try:
        path = Path(article.path)
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    return data if _is_shown(data) else None


def _kept(records: Records, article: Article) -> bytes | None:
    kept = None if article.path else records.get(_KIND, article.source)
    return base64.b64decode(kept) if kept else None


def _is_shown(data: bytes) -> bool:
    return len(data) <= LARGEST and data.lstrip()[:5] == _MARK
