"""Messages in Slack as queries."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.query import name_conversation, read_query
from index.errors import UsageError


@pytest.mark.parametrize(
    ("text", "question", "limits"),
    [
        ("Who came?", "Who came?", {}),
        ("since:2017-03-01 Who came?", "Who came?", {"since": date(2017, 3, 1)}),
        (
            "Who came? --until 2018-01-31 —source reuters",
            "Who came?",
            {"until": date(2018, 1, 31), "source": "reuters"},
        ),
        ('article:a since:"3 May 2017" Who?', "Who?", {"since": date(2017, 5, 3), "article": "a"}),
        ("Who came since 2016?", "Who came since 2016?", {}),
        ("Is it open-source: yes?", "Is it open-source: yes?", {}),
        ("What is its source: a river?", "What is its source: a river?", {}),
    ],
)
def test_limits_are_read(text: str, question: str, limits: dict[str, Any]) -> None:
    query = read_query(text, "c")
    assert query.question == question
    found = {name: getattr(query, name) for name in ("article", "since", "until", "source")}
    assert {name: value for name, value in found.items() if value} == limits
    assert query.conversation == "c"


def test_dates_in_the_question_can_be_switched_off() -> None:
    query = read_query("--any-date Who came since 2016?", "c")
    assert (query.question, query.dates) == ("Who came since 2016?", False)


def test_a_date_that_is_none() -> None:
    with pytest.raises(UsageError, match="write since:2017-07-28"):
        read_query("since:soon Who came?", "c")


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_can_be_asked(text: str) -> None:
    try:
        read_query(text, "c")
    except UsageError:
        assert "since" in text.lower() or "until" in text.lower()


def test_a_thread_is_a_conversation() -> None:
    mention = {"channel": "C1", "ts": "1.1", "channel_type": "channel"}
    reply = mention | {"ts": "1.2", "thread_ts": "1.1"}
    assert name_conversation(mention, "T1") == name_conversation(reply, "T1") == "slack/T1/C1/1.1"
    assert name_conversation(mention | {"ts": "2.1"}, "T1") != name_conversation(mention, "T1")


def test_a_direct_channel_is_one_conversation() -> None:
    direct = {"channel": "D1", "ts": "1.1", "channel_type": "im"}
    assert name_conversation(direct, None) == "slack/D1"
    assert name_conversation(direct | {"thread_ts": "1.1"}, None) == "slack/D1/1.1"
