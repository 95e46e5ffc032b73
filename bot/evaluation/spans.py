"""How well the words of an answer are found: exact match and F1, as SQuAD measures them."""

import re
import string
from collections import Counter
from collections.abc import Sequence

from index.article import ParsedArticle, Passage
from index.models.rerank import PassageReader, PassageText

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation + "“”‘’–—…£€")


def read_span(
    reader: PassageReader, question: str, parsed: ParsedArticle, start: int, end: int
) -> str:
    """Give the best words of the sentence at [start, end); empty where it is none."""
    for passage in parsed.passages:
        for number, sentence in enumerate(passage.sentences):
            if (sentence.start, sentence.end) == (start, end):
                text = _passage_text(parsed, passage)
                span = reader.read(question, [text])[0][number].span
                return text.text[span.start : span.end] if span else ""
    return ""


def _passage_text(parsed: ParsedArticle, passage: Passage) -> PassageText:
    text = parsed.article.text[passage.start : passage.end]
    spans = tuple((s.start - passage.start, s.end - passage.start) for s in passage.sentences)
    return PassageText(parsed.article.title, text, spans)


def exact_match(found: str, right: Sequence[str]) -> float:
    """Give 1 where the words are those of one of the right answers, else 0."""
    return float(any(_words(found) == _words(each) for each in right))


def f1(found: str, right: Sequence[str]) -> float:
    """Give the F1, 0 to 1, of the words in common with the nearest of the right answers."""
    return max((_f1(_words(found), _words(each)) for each in right), default=0.0)


def _f1(found: list[str], right: list[str]) -> float:
    common = sum((Counter(found) & Counter(right)).values())
    return 2 * common / (len(found) + len(right)) if common else float(found == right)


def _words(text: str) -> list[str]:
    """Give the words without case, punctuation and English articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_MARKS)).split()
