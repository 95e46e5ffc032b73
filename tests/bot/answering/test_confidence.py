"""How probable an answer is, where the models know little of the language."""

import pytest

from bot.answering.confidence import THRESHOLD, is_beyond_latin, probability
from index.search import Hit
from index.store import StoredSentence

SENTENCE = StoredSentence(1, "a", 1, 0, 1, 0, 1, 0, 1)


@pytest.mark.parametrize(
    ("question", "passage", "lexical", "found"),
    [
        ("谁赢得了世界杯？", "渡轮公司有四十名水手。", 0.0, False),
        ("渡轮公司有多少名水手？", "渡轮公司有四十名水手。", 26.7, True),
        ("Кто выиграл чемпионат мира?", "В паромной компании сорок матросов.", 0.0, False),
        ("谁赢得了世界杯？", "Forty sailors work for the ferry company.", 0.0, True),
        ("Who won?", "Forty sailors work for the ferry company.", 0.0, True),
    ],
)
def test_without_a_common_word_nothing_is_found_beyond_latin(
    question: str, passage: str, lexical: float, *, found: bool
) -> None:
    hit = Hit(SENTENCE, dense=0.6, lexical=lexical, fused=0.6, relevance=5.0)
    assert (probability(hit, question, passage) >= THRESHOLD) is found


def test_scripts_are_told_by_most_of_their_letters() -> None:
    assert is_beyond_latin("Кто это, NATO?")
    assert not is_beyond_latin("Où est-ce que 橋 est?")
    assert not is_beyond_latin("12:30")
