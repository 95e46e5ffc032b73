"""Hard negatives: rivals of the same article, and like sentences of other texts."""

import numpy as np

from index.training.corpus import Corpus
from index.training.negatives import mine, mine_rivals

ARTICLE = ["The bridge cost nine million.", "The mayor opened the bridge.", "Rain fell."]
OTHER = ["Another bridge cost four million.", "Ships sailed."]


def by_letters(texts: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    counts = [[text.lower().count(letter) for letter in "abcdefghijklmnopqrst"] for text in texts]
    vectors = np.array(counts, np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_rivals_are_of_the_article_and_answer_nothing(corpus: Corpus) -> None:
    home = corpus.add_document("Bridge", ARTICLE)
    corpus.add_question("The bridge cost?", home, {0: [(16, 28)]}, {0}, "newsroom")
    corpus.add_question("Rain?", home, {}, set(), "newsroom")
    corpus.add_question("Who opened it?", home, {1: []}, {1}, "squad")
    mine_rivals(corpus, "newsroom", by_letters)
    first, second, third = corpus.questions
    assert sorted(first.rivals) == [1, 2]
    assert second.rivals[0] == 2
    assert len(second.rivals) == 3
    assert third.rivals == []


def test_negatives_are_of_other_texts(corpus: Corpus) -> None:
    home = corpus.add_document("Bridge", ARTICLE)
    other = corpus.add_document("River", OTHER)
    same = corpus.add_document("Bridge", ["The bridge cost much, some say."])
    corpus.add_question("What did the bridge cost?", home, {0: [(16, 28)]}, {0}, "squad")
    corpus.add_question("What did the bridge cost them?", home, {}, set(), "squad")
    mine(corpus)
    answered, unanswered = ({d for d, _ in q.negatives} for q in corpus.questions)
    assert answered == {other, same}
    assert unanswered == {other}, "another paragraph on the subject may answer"


def test_what_holds_the_answer_is_no_negative(corpus: Corpus) -> None:
    home = corpus.add_document("Bridge", ARTICLE)
    corpus.add_document("River", ["It cost nine million, the bridge."])
    corpus.add_question("What did the bridge cost?", home, {0: [(16, 28)]}, {0}, "squad")
    mine(corpus)
    assert corpus.questions[0].negatives == []
