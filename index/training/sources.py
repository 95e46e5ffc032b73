"""What the reader is trained on: the files, by what they hold, and how often each is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from index.training.corpus import PAIRS, SQUAD, Corpus, read_squad, split_titles
from index.training.held_out import half_of
from index.training.newsroom import SOURCE as NEWSROOM
from index.training.newsroom import add_newsroom, read_newsroom

SEARCHED, WIKINEWS = "searched", "Wikinews"
"""Questions of people who search, with a paragraph; short ones on single sentences of news."""
SHARES: Mapping[str, float] = {NEWSROOM: 1.0, SEARCHED: 0.3, SQUAD: 0.3, PAIRS: 0.1, WIKINEWS: 0.2}
"""Of the questions of a source, the part that an epoch asks. Questions written with the text before
one's eyes are many and easy; those of people who have not read it are few."""
EVERY_PAIR, EVERY_WIKINEWS = 4, 10
"""One question of so many is taken at all."""

_SEARCHED = ("clapnq-dev", "qed-nq-dev", "selqa-dev", "selqa-test")
_WIKINEWS = ("qamr-wikinews-dev", "qamr-wikinews-test")


def add_sources(corpus: Corpus, data: Path, further: Sequence[Path]) -> None:
    """Add all that may be trained on in the folder `data`, and further files of the newsroom.

    1. SQuAD, without the articles that are held out or for settings;
    2. Natural Questions and SelQA on passages, without those that are held out, and without
       articles of the same titles as SQuAD's;
    3. Wikinews questions;
    4. the newsroom's articles, without those that are held out;
    5. pairs of question and sentence.
    """
    one, two = (read_squad(data / f"squad-{v}-dev-public.json.gz") for v in ("1.1", "2.0"))
    held, development = split_titles([a["title"] for a in one])
    titles = {a["title"] for a in one + two} - held - development
    seen: set[str] = set()
    corpus.add_squad(one, titles, seen)
    corpus.add_squad(two, titles, seen)
    kept_out = {title.replace("_", " ") for title in held | development}
    for name in _SEARCHED:
        articles = [a for a in read_squad(data / f"{name}.json.gz") if half_of(a) is None]
        titles = {a["title"] for a in articles} - kept_out
        corpus.add_squad(articles, titles, seen, SEARCHED)
    for name in _WIKINEWS:
        corpus.add_single_sentences(read_squad(data / f"{name}.json.gz"), WIKINEWS, EVERY_WIKINEWS)
    newsroom = read_newsroom([*sorted(data.glob("newsroom-*.jsonl.gz")), *further])
    add_newsroom(corpus, [a for a in newsroom if half_of(a) is None])
    corpus.add_pairs(data / "squad-train-pairs.jsonl.gz", EVERY_PAIR)
