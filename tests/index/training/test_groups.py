"""Groups: what a question is shown, and which sentences of it are right, wrong or neither."""

import random

import pytest

from index.training.corpus import MAX_SPAN, Corpus, find_words
from index.training.groups import Group, Sampler

SENTENCES = [f"On day {n} the mayor of the town spoke of bridge number {n}." for n in range(30)]
OTHER = ["A ship left the port.", "Rain fell on the hills."]


@pytest.fixture
def sampler(corpus: Corpus) -> Sampler:
    home = corpus.add_document("Bridges", SENTENCES)
    ships = corpus.add_document("Ships", OTHER)
    corpus.add_question(
        "Which one on day 3?",
        home,
        {3: [(SENTENCES[3].index("bridge"), len(SENTENCES[3]) - 1)]},
        {3, 4},
        "newsroom",
    )
    corpus.add_question("What did it cost?", home, {}, set(), "newsroom")
    corpus.add_question("What left?", ships, {0: [(0, 6)]}, {0}, "squad")
    corpus.questions[-1].rivals = [1]
    for q in corpus.questions[:2]:
        q.rivals = [n for n in (4, 12, 20, 25, 28) if n not in q.near]
    return Sampler(corpus, {"newsroom": 1.0, "squad": 0.0})


def draw(sampler: Sampler, number: int, times: int = 200) -> list[Group]:
    rng = random.Random(1)
    return [sampler.group(sampler.corpus.questions[number], rng) for _ in range(times)]


def test_an_answer_is_shown_at_times_beside_a_rival(sampler: Sampler) -> None:
    groups = draw(sampler, 0)
    shown = [g for g in groups if g.gold]
    assert 0.7 < len(shown) / len(groups) < 0.9
    assert {len(g.windows) for g in shown} == {1, 2}
    for group in shown:
        for window, place in group.gold:
            assert group.windows[window].sentences[place] == 3
        places = [s for w in group.windows for s in w.sentences]
        assert len(places) == len(set(places)), "no sentence is shown twice"
    for group in groups:
        if not group.gold:  # the answer is hidden, and what may be one as well
            own = {s for w in group.windows if w.document == 0 for s in w.sentences}
            assert not {3, 4} & own


def test_a_part_of_another_article_has_no_answer(sampler: Sampler) -> None:
    other = [g for g in draw(sampler, 0) if any(w.document == 1 for w in g.windows)]
    assert 0.05 < len(other) / 200 < 0.2
    assert {(len(g.windows), g.gold) for g in other} == {(1, ())}


def test_what_may_answer_is_neither_right_nor_wrong(sampler: Sampler) -> None:
    beside = [g for g in draw(sampler, 0) if any(4 in w.sentences for w in g.windows)]
    assert beside
    for group in beside:
        assert [group.windows[w].sentences[i] for w, i in group.neutral] == [4]


def test_where_nothing_answers_rivals_are_shown(sampler: Sampler) -> None:
    for group in draw(sampler, 1):
        assert (group.gold, group.neutral, group.answer) == ((), (), ())
        assert 1 <= len(group.windows) <= 2


def test_the_tokens_of_a_span_are_those_of_its_words(sampler: Sampler) -> None:
    (group, *_) = [g for g in draw(sampler, 0) if g.gold]
    ((window, place, ((first, last),)),) = group.spans()
    document = sampler.corpus.documents[0]
    offsets = document.offsets[group.windows[window].sentences[place]]
    assert SENTENCES[3][offsets[first][0] : offsets[last][1]] == "bridge number 3"


def test_shares_say_how_often_a_source_is_asked(sampler: Sampler) -> None:
    for share, expected in ((0.0, 0), (2.0, 4)):
        sampler.shares = {"newsroom": share, "squad": 0.0}
        assert sum(map(len, sampler.batches(1, 0, 8))) == expected


def test_words_are_found_whole_where_they_can_be() -> None:
    assert find_words("nine", "nineteen of nine") == [(12, 16)]
    assert find_words("nine", "nineteen") == [(0, 4)]
    assert find_words("ten", "nine") == []


def test_a_whole_sentence_or_a_long_part_is_no_span(corpus: Corpus) -> None:
    long = " ".join(["word"] * (MAX_SPAN + 10)) + " and more."
    home = corpus.add_document("T", ["Rain fell.", long])
    corpus.add_question("What?", home, {0: [(0, 9)], 1: [(0, 5 * MAX_SPAN + 20)]}, set(), "squad")
    assert list(corpus.questions[0].spans.values()) == [[], []]
