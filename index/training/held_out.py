"""Which articles are never trained on, and a program that writes their questions.

Settings are chosen by one half of them, and figures are reported of the other. Of the SQuAD files
other articles are held out, by `corpus.split_titles`.

    python -m index.training.held_out --half report --out report.jsonl newsroom-*.jsonl.gz
    python -m index.training.held_out --half report --out nq.json qed-nq-dev.json.gz
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from index.training.corpus import read_squad
from index.training.newsroom import read_newsroom

HELD_OUT = 8
"""Of so many articles, one is held out."""
ENCYCLOPAEDIA = "encyclopaedia"
"""A genre that is never held out: others of the training files have the same paragraphs."""

Half = Literal["settings", "report"]


def half_of(article: dict[str, Any]) -> Half | None:
    """Return the half of the held-out articles that one belongs to, by its title; None: trained on.

    An article that the files have in several parts belongs to one half with all of them.
    """
    if article.get("genre") == ENCYCLOPAEDIA:
        return None
    number = int(hashlib.sha256(article["title"].encode()).hexdigest()[:12], 16)
    if number % HELD_OUT:
        return None
    return "settings" if number // HELD_OUT % 2 else "report"


def write_half(files: list[Path], half: Half, out: Path) -> None:
    """Write the questions of one half: newsroom files as JSON lines, others in SQuAD's form."""
    if ".jsonl" in files[0].suffixes:
        rows = [a for a in read_newsroom(files) if half_of(a) == half]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        out.write_text(lines, "utf-8")
        return
    merged: dict[str, dict[str, Any]] = {}
    for article in (a for file in files for a in read_squad(file) if half_of(a) == half):
        paragraphs = merged.setdefault(
            article["title"], {"title": article["title"], "paragraphs": []}
        )
        paragraphs["paragraphs"] += article["paragraphs"]
    out.write_text(json.dumps({"data": list(merged.values())}, ensure_ascii=False), "utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+", help="all in one form")
    parser.add_argument("--half", choices=("settings", "report"), required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    write_half(args.files, args.half, args.out)


if __name__ == "__main__":
    main()
