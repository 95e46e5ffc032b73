"""Dates in questions, read on Tuesday, 24 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.dates import describe_range, find_range

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("What has he said since March 2017?", "since 1 March 2017"),
        ("What has he said since 3 March 2017?", "since 3 March 2017"),
        ("What has he said since March 3rd, 2017?", "since 3 March 2017"),
        ("What has he said since the 2017-03-03?", ""),
        ("What has he said since 2017-03-03?", "since 3 March 2017"),
        ("What happened since the beginning of 2017?", "since 1 January 2017"),
        ("What happened SINCE Sept. 2017 in Marl?", "since 1 September 2017"),
        ("What happened since yesterday?", "since 23 November 2026"),
        ("What happened since Monday?", "since 23 November 2026"),
        ("What happened since Tuesday?", "since 17 November 2026"),
        ("What happened since last week?", "since 16 November 2026"),
        ("What happened last week?", "from 16 November 2026 to 22 November 2026"),
        ("What happened this week?", "since 23 November 2026"),
        ("What happened last month?", "from 1 October 2026 to 31 October 2026"),
        ("What happened last year?", "from 1 January 2025 to 31 December 2025"),
        ("What happened in the past week?", "since 17 November 2026"),
        ("What happened in the last 10 days?", "since 14 November 2026"),
        ("What happened over the past three months?", "since 24 August 2026"),
        ("What happened yesterday?", "of 23 November 2026"),
        ("What do articles since 2018 say?", "since 1 January 2018"),
        ("What do articles from 2018 onwards say?", "since 1 January 2018"),
        ("What do articles from 2018 say?", "from 1 January 2018 to 31 December 2018"),
        ("Who spoke in articles from 2018 on Turkey?", "from 1 January 2018 to 31 December 2018"),
        ("What do articles in May 2018 say?", "from 1 May 2018 to 31 May 2018"),
        ("What was reported between May 2018 and 2019?", "from 1 May 2018 to 31 December 2019"),
        ("What was published before 2018?", "until 31 December 2017"),
        ("What was published until May 2018?", "until 31 May 2018"),
        ("What was published after 31 May 2018?", "since 1 June 2018"),
        ("Who was elected in 2012?", ""),
        ("Who came before March 2017?", ""),
        ("What was last year's budget?", ""),
        ("Who came in the last week of June?", ""),
        ("Who came since 31 February 2017?", ""),
        ("Who came since the war?", ""),
        ("What was published between 2019 and 2018?", ""),
        ("Who has spoken of today’s problems?", ""),
    ],
)
def test_what_a_question_says_about_publication(question: str, understood: str) -> None:
    found = find_range(question, TODAY)
    assert (describe_range(found.since, found.until) if found else "") == understood


@given(st.text(max_size=80), st.dates())
def test_any_text_can_be_read(text: str, today: date) -> None:
    for question in (text, f"since {text}", f"last {text}"):
        found = find_range(question, today)
        assert found is None or 0 <= found.start < found.end <= len(question)


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 1, 1)), st.dates())
def test_a_stated_day_is_that_day(day: date, today: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.day} {day:%B} {day.year}",
        f"{day:%b} {day.day}, {day.year}",
    ):
        found = find_range(f"Who came since {text}?", today)
        assert found
        assert found.since == day
