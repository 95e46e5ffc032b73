"""Words of answers: how they are compared, and where they come from."""

import pytest

from bot.evaluation.spans import exact_match, f1


@pytest.mark.parametrize(
    ("found", "right", "exact", "shared"),
    [
        ("the king", ["King"], 1, 1),
        ("The King of France", ["the king"], 0, 2 / 4),
        ("£410,000", ["410,000"], 1, 1),
        ("by train", ["on foot", "the train"], 0, 2 / 3),
        ("", ["the king"], 0, 0),
        ("the", ["a"], 1, 1),
        ("anything", [], 0, 0),
    ],
)
def test_words_are_compared_as_squad_does(
    found: str, right: list[str], exact: float, shared: float
) -> None:
    assert exact_match(found, right) == exact
    assert f1(found, right) == pytest.approx(shared)
