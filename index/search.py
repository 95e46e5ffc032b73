"""Search: a question to ranked hits, by meaning, by words, and by reading the best few."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.article import SEPARATOR
from index.compatible import find_origin, make_compatible, make_readable
from index.models.encode import Encoder
from index.models.rerank import PassageText, Reading, Reranker, Span
from index.reading.questions import asks
from index.stages import stage
from index.store import EVERYTHING, Candidate, Filter, Snapshot, StoredSentence

DEPTH = 20
"""Sentences taken from each side, by meaning and by words, at least; with 50 the answers are the
same (`tests/quality/README.md`)."""
LEXICAL_WEIGHT = 1 / 50
"""What a point of BM25 counts beside the cosine; chosen in `tests/quality/README.md`."""
READ = 6
"""Passages that the reranker reads at most; more find no more (`tests/quality/README.md`)."""
CERTAIN = 0.4
"""Fused score that a passage may lack of the best one and still be read: where the first stage is
certain, few are. On average 2 of the 6 are, and the answers are as good (measured there)."""
UNREAD = -5.0
"""Relevance of what the reranker has not read: the first stage found others more likely."""
RELEVANCE_WEIGHT = 0.12
"""What a logit of the reranker counts beside the fused score; chosen there, too."""


ASKED = 6.0
"""Logit that the first sentence below a question gains where that is the one that is asked: an
answer alone, "Nine crowns.", often tells nobody what it answers."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence with its scores; higher is better."""

    sentence: StoredSentence
    dense: float
    lexical: float
    fused: float
    """Of the first stage: by meaning and by words."""
    relevance: float | None = None
    """The reranker's logit, 0 where "none of these" is as likely; None without a reranker."""
    total: float | None = None
    """The same of all sentences together that it has read: whether any of them answers."""
    span: Span | None = None
    """The words that answer, in the article's text; None where no reranker has marked any."""

    @property
    def rank_score(self) -> float:
        return self.fused + RELEVANCE_WEIGHT * (self.relevance or 0.0)


def search(
    snapshot: Snapshot,
    encoder: Encoder,
    question: str,
    k: int,
    only: Filter = EVERYTHING,
    reranker: Reranker | None = None,
) -> list[Hit]:
    """Give the k best sentences for a question, best first; ties in the order of the text.

    1. encode the question;
    2. find candidates by meaning and by words, each with both scores;
    3. fuse the scores in a weighted sum;
    4. let the reranker, when there is one, read the passages of the best of them.
    """
    with stage("encode"):
        vector = encoder.encode([make_compatible(question)])[0]
    candidates = snapshot.search(vector, question, max(DEPTH, k), only)
    candidates.sort(key=lambda each: (-fuse(each), each.sentence_id))
    if reranker is None:  # nothing changes their order any more
        del candidates[k:]
    stored = snapshot.sentences([c.sentence_id for c in candidates])
    hits = [Hit(stored[c.sentence_id], c.dense, c.lexical, fuse(c)) for c in candidates]
    if reranker is not None:
        with stage("rerank"):
            hits = _rerank(snapshot, reranker, question, hits)
    return hits[:k]


def fuse(candidate: Candidate) -> float:
    return candidate.dense + LEXICAL_WEIGHT * candidate.lexical


def _rerank(
    snapshot: Snapshot, reranker: Reranker, question: str, hits: Sequence[Hit]
) -> list[Hit]:
    """Rank by both stages what has been read; the rest follows as it was."""
    readings = _read(snapshot, reranker, question, _worth_reading(hits))
    total = float(np.logaddexp.reduce([reading.logit for reading in readings.values()]))
    read = [
        replace(hit, relevance=reading.logit, total=total, span=reading.span)
        for hit in hits
        if (reading := readings.get(hit.sentence.id))
    ]
    read.sort(key=lambda hit: (-hit.rank_score, hit.sentence.id))
    unread = (hit for hit in hits if hit.sentence.id not in readings)
    return read + [replace(hit, relevance=UNREAD, total=total) for hit in unread]


def _worth_reading(hits: Sequence[Hit]) -> list[StoredSentence]:
    """Give the best sentence of each passage that comes near the best one."""
    best: dict[tuple[str, int], StoredSentence] = {}
    for hit in hits:
        if hit.fused >= hits[0].fused - CERTAIN:
            best.setdefault((hit.sentence.article_id, hit.sentence.passage_start), hit.sentence)
    return list(best.values())[:READ]


def _read(
    snapshot: Snapshot, reranker: Reranker, question: str, best: Sequence[StoredSentence]
) -> dict[int, Reading]:
    """Read, by sentence id, all sentences in the passages of the best; spans are the article's."""
    passages = snapshot.passages([sentence.id for sentence in best])
    articles = {id_: snapshot.article(id_) for id_ in {p[0].article_id for p in passages}}
    texts, originals = [], []
    for sentences in passages:
        article = articles[sentences[0].article_id]
        assert article is not None, "a snapshot holds the articles of its sentences"
        start, end = sentences[0].passage_start, sentences[0].passage_end
        spans = tuple((sentence.start - start, sentence.end - start) for sentence in sentences)
        originals.append(article.text[start:end])
        text, places = make_readable(originals[-1], spans)
        title, section = (
            make_readable(each, ())[0] for each in (article.title, sentences[0].section)
        )
        texts.append(PassageText(title, text, tuple(places), section))
    readings = reranker.read(make_readable(question, ())[0], texts)
    for sentences, part in zip(passages, readings, strict=True):
        asked = ASKED * _likeness(question, sentences[0].section)
        part[0] = replace(part[0], logit=part[0].logit + asked)
    return {
        sentence.id: _moved(reading, sentence, original)
        for sentences, part, original in zip(passages, readings, originals, strict=True)
        for sentence, reading in zip(sentences, part, strict=True)
    }


def _moved(reading: Reading, sentence: StoredSentence, passage: str) -> Reading:
    """Count a span in the article's text, where it was counted in what the reader sees of it."""
    span, start = reading.span, sentence.passage_start
    if span is None:
        return reading
    first, last = find_origin(passage, span.start, span.end)
    return replace(reading, span=replace(span, start=first + start, end=last + start))


def _likeness(question: str, section: str) -> float:
    """Tell how much a question is the one that a passage stands under, 0 to 1.

    It is 0 where they share half of their words or fewer.
    """
    heading = section.rsplit(SEPARATOR, 1)[-1]
    if not heading or not asks(heading):
        return 0.0
    asked, stated = ({*_WORDS.findall(each.casefold())} for each in (question, heading))
    return max(0.0, 2 * len(asked & stated) / len(asked | stated) - 1)
