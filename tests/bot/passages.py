"""What holds for the passages of every answer."""

from collections import Counter
from itertools import combinations

from bot.answering.answer import Answer
from bot.answering.calibration import BUILT_IN
from bot.answering.citation import OF_A_PARAGRAPH
from bot.answering.passage import AnswerPassage
from index.library import Library


def shown(answer: Answer) -> tuple[AnswerPassage, ...]:
    assert not (answer.passages and answer.closest)
    assert answer.found == bool(answer.passages)
    return answer.passages or answer.closest


def quotes(answer: Answer) -> list[str]:
    return [passage.citation.quote for passage in shown(answer)]


def check(library: Library, answer: Answer, top_k: int) -> None:
    """Whatever is asked of whatever text: each passage is exact, and from a place of its own."""
    passages = shown(answer)
    assert len(passages) <= top_k
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    places: Counter[tuple[str, int]] = Counter()
    ranges: list[tuple[str, int, int]] = []
    for passage in passages:
        parsed = library.article(passage.citation.article_id)
        text, cited = parsed.article.text, passage.citation
        assert text[cited.start : cited.end] == cited.quote
        assert text[passage.start : passage.end] == passage.text
        assert passage.start <= cited.start < cited.end <= passage.end
        if answered := passage.answer:
            assert text[answered.start : answered.end] == answered.text
            assert cited.start <= answered.start < answered.end <= cited.end
            assert (answered.rank, answered.article_id) == (passage.rank, cited.article_id)
        assert cited.text_sha256 == parsed.article.text_sha256
        assert (cited.title, cited.source) == (parsed.article.title, parsed.article.source)
        assert cited.quote == cited.quote.strip()
        paragraph = parsed.paragraphs[cited.paragraph - 1]
        assert paragraph.kind == "body"
        assert paragraph.start <= passage.start < passage.end <= paragraph.end
        place = (cited.article_id, cited.paragraph)
        places[place] += 1
        assert places[place] <= OF_A_PARAGRAPH
        if places[place] > 1:  # its paragraph has been shown
            assert passage.text == cited.quote
        ranges.append((cited.article_id, cited.start, cited.end))
        assert cited.article_id not in passage.also_in
    assert answer.found == (answer.verdict == "answered")
    assert set(answer.answers) <= {passage.answer for passage in answer.passages}
    following = [p.score for p in passages[1:] if p.score >= BUILT_IN.threshold]
    assert following == sorted(following, reverse=True)
    for one, other in combinations(ranges, 2):
        assert one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1]
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
