"""Whatever is wrong with what somebody sends is told in plain words."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from bot.answering.hits import SearchQuery
from bot.answering.query import Query
from bot.faults import describe_fault
from bot.web.ask import Batch
from bot.web.chat import ChatRequest
from bot.web.intake import NewArticle
from bot.web.records import Verdict

MODELS: tuple[type[BaseModel], ...] = (Query, Batch, SearchQuery, ChatRequest, NewArticle, Verdict)
VALUES: tuple[Any, ...] = (
    None, 0, -1, 7, 1.5, 10**6, True, "", "a", "a" * 3000, "\ud800", "2017-02-31", "2017-3-1",
    [], ["a"], [{}], [{"role": 1}], [{"question": 7}], [{}] * 600, {}, {"a": 1}, 10**5000,
)  # fmt: skip
FOREIGN = ("Input", "String", "Field", "Value", "Extra", "List", "Tuple", "Dict", "pydantic")


def faults_of(model: type[BaseModel], given: object) -> list[tuple[str, str]]:
    try:
        model.model_validate(given)
    except ValidationError as error:
        return [
            (each["type"], describe_fault({**each, "loc": ("body", *each["loc"])}))
            for each in error.errors()
        ]
    return []


@pytest.mark.parametrize("model", MODELS)
def test_no_fault_is_told_in_the_words_of_a_library(model: type[BaseModel]) -> None:
    bodies: list[object] = [*VALUES]
    for name in [*model.model_fields, "colour"]:
        bodies += [{name: value} for value in VALUES]
    kinds = set()
    for body in bodies:
        for kind, told in faults_of(model, body):
            kinds.add(kind)
            assert not any(word in told for word in FOREIGN), (body, kind, told)
            assert "cannot be used" not in told, (body, kind, told)
    assert len(kinds) > 4


@pytest.mark.parametrize(
    ("model", "body", "told"),
    [
        (Query, {}, "it is missing: add it"),
        (Query, [], "The body must be an object, in braces."),
        (Query, {"question": 7}, "it must be text, in quotes"),
        (Query, {"question": "a", "top_k": 21}, "it must be 20 or less"),
        (Query, {"question": "a", "top_k": "3"}, "it must be a whole number, without quotes"),
        (Query, {"question": "a", "dates": 1}, "it must be true or false, without quotes"),
        (Query, {"question": "a", "conversation": ""}, "it is empty: fill it in"),
        (
            Query,
            {"question": "a", "source": "a" * 501},
            "it is longer than 500 characters: shorten",
        ),
        (Query, {"question": "a", "since": "2017-02-31"}, "there is no such day: write one like"),
        (Query, {"question": "a", "since": "yesterday"}, "a day is written like 2017-03-01"),
        (Query, {"question": "a", "colour": 1}, "there is no such field: check its name"),
        (Batch, {"questions": []}, "it has too few entries: give 1 or more"),
        (
            Batch,
            {"questions": [{"question": "a"}] * 101},
            "it has more than 100 entries: send fewer",
        ),
        (Verdict, {"answer_id": "a", "verdict": "no"}, "it must be 'up' or 'down'"),
        (NewArticle, {}, "give either text or url"),
    ],
)
def test_a_fault_tells_what_to_do(model: type[BaseModel], body: object, told: str) -> None:
    assert told in json.dumps([said for _, said in faults_of(model, body)])
