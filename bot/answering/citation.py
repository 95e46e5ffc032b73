"""Citations: where a quote stands, and the check that it stands there."""

import logging
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple
from urllib.parse import quote as percent_encode

from bot.answering.calibration import Calibration
from bot.answering.confidence import probability
from bot.answering.passage import AnswerPassage, AnswerSpan, Citation
from bot.answering.speakers import asks_who, newest_first, replies, take_turns, widen
from index.article import Article, Kind, Paragraph, head
from index.reading.questions import asks
from index.search import Hit
from index.store import Snapshot

log = logging.getLogger(__name__)

BESIDE: frozenset[Kind] = frozenset({"heading", "caption"})
"""Kinds of paragraphs that stand beside the text: no answer where the text itself has one."""
OF_A_PARAGRAPH = 2
"""Sentences of one paragraph that are cited, at most."""

ALIKE = 0.8
"""What near-identical sentences share at least: of their words, as the Jaccard index, and of the
longer one's characters."""

MARKED = math.log(0.4)
"""Log-probability from which on the words of a sentence are said to be the answer."""

_WORDS = re.compile(r"\w+")


def count_places(question: str, top_k: int) -> int:
    """Give how many passages are cited before the best are chosen: more where speakers take turns.

    Args:
        question: in full.
        top_k: passages that are shown at most.
    """
    return 3 * top_k if asks_who(question) else top_k


class _Chosen(NamedTuple):
    """A passage that is cited, with what tells copies of its sentence."""

    passage: AnswerPassage
    words: frozenset[str]
    length: int
    also_in: list[str]


def cite(
    snapshot: Snapshot,
    question: str,
    hits: Sequence[Hit],
    top_k: int,
    public_url: str | None,
    calibration: Calibration,
) -> tuple[AnswerPassage, ...]:
    """Turn hits into at most `top_k` passages from different places, best first.

    Among equals the newest is first; of a question who or which, each speaker is heard once
    before one is heard again.
    """
    room = count_places(question, top_k)
    articles: dict[str, Article] = {}

    @cache
    def hashes(article_id: str) -> tuple[str, str]:
        """Give the hashes of a text, as it is and as it was indexed."""
        return articles[article_id].text_sha256, snapshot.text_sha256(article_id)

    chosen: list[_Chosen] = []
    places: Counter[tuple[str, int]] = Counter()
    for hit in hits:
        length = hit.sentence.end - hit.sentence.start
        like = [c for c in chosen if ALIKE * length <= c.length <= length / ALIKE]
        if not like and len(chosen) == room:
            continue
        article_id = hit.sentence.article_id
        if article_id not in articles:
            article = snapshot.article(article_id)
            assert article is not None, "a snapshot holds the articles of its sentences"
            articles[article_id] = article
        article = articles[article_id]
        quote = article.text[hit.sentence.start : hit.sentence.end]
        words = frozenset(_WORDS.findall(quote.casefold()))
        twin = next((c for c in like if _near_identical(words, c.words)), None)
        if twin is not None:
            if article_id != twin.passage.citation.article_id and article_id not in twin.also_in:
                twin.also_in.append(article_id)
        elif (
            len(chosen) < room
            and places[article_id, hit.sentence.paragraph] < OF_A_PARAGRAPH
            and not asks(quote)  # what an article asks is no answer, least of all to itself
        ):
            text_sha256, indexed_sha256 = hashes(article_id)
            passage = _passage(question, hit, article, indexed_sha256, public_url, calibration)
            if any(_overlap(passage.citation, other.passage.citation) for other in chosen):
                continue
            if exact(passage, article.text, text_sha256):
                places[article_id, hit.sentence.paragraph] += 1
                chosen.append(_Chosen(passage, words, length, []))
            else:
                log.error("withheld a citation that is not exact: %s %s", article_id, hit.sentence)
    found = [
        c.passage.model_copy(update={"also_in": tuple(c.also_in)}) if c.also_in else c.passage
        for c in chosen
    ]
    beside = {
        (h.sentence.article_id, h.sentence.paragraph) for h in hits if h.sentence.kind in BESIDE
    }
    passages = _order(found, question, calibration.threshold)
    passages = _text_first(passages, beside, calibration.threshold)
    return tuple(
        _ranked(passage, rank)
        for rank, passage in enumerate(_without_repetition(passages[:top_k]), 1)
    )


def _ranked(passage: AnswerPassage, rank: int) -> AnswerPassage:
    answer = passage.answer and passage.answer.model_copy(update={"rank": rank})
    return passage.model_copy(update={"rank": rank, "answer": answer})


def _order(found: list[AnswerPassage], question: str, threshold: float) -> Sequence[AnswerPassage]:
    """Put likely answers behind the best by their probability, then by date and by speaker.

    Replies to what is asked about come last.
    """
    # What comes first is decided by all scores together; other answers follow by probability.
    rest = sorted(found[1:], key=lambda p: -p.score if p.score >= threshold else 0.0)
    passages = newest_first([*found[:1], *rest])
    if not asks_who(question):
        return passages
    passages.sort(key=lambda passage: replies(question, passage.citation.quote))
    return list(take_turns(passages, threshold))


def _text_first(
    passages: Sequence[AnswerPassage], beside: Collection[tuple[str, int]], threshold: float
) -> Sequence[AnswerPassage]:
    """Put what stands beside the text behind the last passage of the text that may answer.

    Args:
        passages: in their order.
        beside: (article id, paragraph) of captions and headings.
        threshold: the score from which on a passage may answer.
    """
    aside = [(p.citation.article_id, p.citation.paragraph) in beside for p in passages]
    pairs = list(zip(passages, aside, strict=True))
    likely = [n for n, (p, away) in enumerate(pairs) if not away and p.score >= threshold]
    end = likely[-1] + 1 if likely else 0
    pairs[:end] = sorted(pairs[:end], key=lambda pair: pair[1])
    return [passage for passage, _ in pairs]


def _without_repetition(passages: Sequence[AnswerPassage]) -> Iterator[AnswerPassage]:
    """Show a paragraph once; of a further sentence in it, show that alone."""
    seen: set[tuple[str, int]] = set()
    for passage in passages:
        cited = passage.citation
        if (cited.article_id, cited.paragraph) in seen:
            alone = {"text": cited.quote, "start": cited.start, "end": cited.end}
            yield passage.model_copy(update=alone)
        else:
            seen.add((cited.article_id, cited.paragraph))
            yield passage


def _overlap(one: Citation, other: Citation) -> bool:
    return one.article_id == other.article_id and one.start < other.end and other.start < one.end


def _near_identical(words: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether two sentences share nearly all words and all numbers.

    The same sentence with another number states something else.
    """
    common = len(words & others)
    if common < ALIKE * (len(words) + len(others) - common):
        return False
    return not any(character.isdigit() for word in words ^ others for character in word)


def _passage(
    question: str,
    hit: Hit,
    article: Article,
    indexed_sha256: str,
    public_url: str | None,
    calibration: Calibration,
) -> AnswerPassage:
    sentence = hit.sentence
    start = max(sentence.passage_start, sentence.paragraph_start)
    end = min(sentence.passage_end, sentence.paragraph_end)
    paragraph = Paragraph(
        sentence.paragraph, sentence.paragraph_start, sentence.paragraph_end, sentence.kind
    )
    cited_start, cited_end = widen(article.text, paragraph, sentence.start, sentence.end)
    start, end = min(start, cited_start), max(end, cited_end)
    text = article.text[start:end]
    titled = f"{head(article.title, sentence.section)}\n{text}"
    score = calibration.apply(probability(hit, question, titled))
    return AnswerPassage(
        rank=1,
        score=score,
        strength="strong" if score >= calibration.threshold else "weak",
        text=text,
        start=start,
        end=end,
        answer=_answer(hit, article),
        citation=Citation(
            article_id=article.id,
            title=article.title,
            source=article.source,
            published=article.published,
            section=sentence.section,
            paragraph=sentence.paragraph,
            page=article.page(cited_start),
            start=cited_start,
            end=cited_end,
            quote=article.text[cited_start:cited_end],
            text_sha256=indexed_sha256,
            link=_link(article, cited_start, cited_end, public_url),
        ),
    )


def _answer(hit: Hit, article: Article) -> AnswerSpan | None:
    """Give the words of a sentence that answer, where the reader is sure enough of them."""
    span, sentence = hit.span, hit.sentence
    if span is None or span.score < MARKED:
        return None
    if not sentence.start <= span.start < span.end <= sentence.end:
        return None  # in a script without spaces, its origin is not known to the character
    text = article.text[span.start : span.end]
    return AnswerSpan(text=text, start=span.start, end=span.end, rank=1, article_id=article.id)


def exact(passage: AnswerPassage, text: str, text_sha256: str) -> bool:
    """Tell whether a passage and its citation stand in the text just where they say.

    The text must still be the one that was indexed: in another one, the offsets lead to words
    that have not been searched. `text_sha256` is its hash, taken once for all that is cited of it.
    """
    cited, answer = passage.citation, passage.answer
    if answer and not (
        cited.start <= answer.start < answer.end <= cited.end
        and text[answer.start : answer.end] == answer.text
    ):
        return False
    return (
        0 <= passage.start <= cited.start < cited.end <= passage.end <= len(text)
        and text[cited.start : cited.end] == cited.quote
        and text[passage.start : passage.end] == passage.text
        and cited.text_sha256 == text_sha256
    )


def _link(article: Article, start: int, end: int, public_url: str | None) -> str:
    """Link to the place: in the web page itself, else in the bot's own reader page."""
    if article.source.startswith(("http://", "https://")):
        quote = percent_encode(" ".join(article.text[start:end].split()), safe="")
        return f"{article.source.split('#')[0]}#:~:text={quote.replace('-', '%2D')}"
    base = (public_url or "").rstrip("/")
    return f"{base}/articles/{percent_encode(article.id, safe='')}#s={start}-{end}"
