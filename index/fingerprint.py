"""What a library's fingerprint is made of: the same for the same articles, in any store."""

import hashlib
from collections.abc import Iterable

PIPELINE = 4
"""Raised with every change that makes an unchanged article worth indexing again."""


def content_number(article_id: str, content_sha256: str) -> int:
    """Give a number for an article and what it says.

    Their sum stands for all articles: what comes and goes is added and subtracted.
    """
    digest = hashlib.sha256(f"{article_id} {content_sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def fingerprint(model: str, numbers: Iterable[int]) -> str:
    """Give the fingerprint for a model and the numbers of all articles, or their sum."""
    total = sum(numbers) % (1 << 64)
    return hashlib.sha256(f"{model} {total}".encode()).hexdigest()[:16]
