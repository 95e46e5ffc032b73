"""What an article says, as one hash: whether it has changed since it was indexed."""

import hashlib
from pathlib import PurePath

from index.article import Article
from index.fingerprint import PIPELINE


def content_sha256(article: Article) -> str:
    """Hash what an article says; the path by which it was reached changes nothing of it."""
    name = PurePath(article.path).name
    # The source is the path as it was given, or one that goes on in an archive.
    by_path = name and any(part.startswith(name) for part in PurePath(article.source).parts)
    source = "" if by_path else article.source
    about = (article.title, article.published, article.author, article.language, source)
    return hashlib.sha256(
        "\0".join((str(PIPELINE), *map(str, about), article.text)).encode()
    ).hexdigest()
