"""Questions limited to some articles, by options and by their own dates."""

from datetime import date, timedelta

import pytest

from bot.answering.answer import Answer, ask
from bot.answering.query import Query
from index.article import Article
from index.errors import UnknownArticleError, UsageError
from index.library import Library

TODAY = date.today()  # noqa: DTZ011 - the reader's day
STORY = "The ferry crossed the river with {} passengers."


@pytest.fixture
def dated(library: Library) -> Library:
    days = {"old": date(2016, 5, 31), "new": date(2018, 6, 1), "fresh": TODAY - timedelta(1)}
    library.add(
        [
            *(
                Article(name, name.title(), f"https://{name}.example/a", STORY.format(n), day)
                for n, (name, day) in enumerate(days.items(), 21)
            ),
            Article("undated", "Undated", "notes.txt", STORY.format(99)),
        ]
    )
    return library


def ids(answer: Answer) -> set[str]:
    found = answer.passages or answer.closest
    return {p.citation.article_id for p in found} | {id_ for p in found for id_ in p.also_in}


QUESTION = "How many passengers crossed the river with the ferry"


@pytest.mark.parametrize(
    ("limits", "found", "words"),
    [
        ({}, {"old", "new", "fresh", "undated"}, ""),
        ({"article": "ol"}, {"old"}, "the article old"),
        ({"since": date(2018, 6, 1)}, {"new", "fresh"}, "articles since 1 June 2018"),
        ({"until": date(2018, 6, 1)}, {"old", "new"}, "articles until 1 June 2018"),
        ({"source": "NEW.example"}, {"new"}, "articles from sources with “NEW.example”"),
        (
            {"since": date(2018, 6, 1), "until": date(2018, 6, 1)},
            {"new"},
            "articles of 1 June 2018",
        ),
    ],
)
def test_options_limit(
    limits: dict[str, object], found: set[str], words: str, dated: Library
) -> None:
    answer = ask(dated, Query.model_validate({"question": f"{QUESTION}?", "top_k": 9} | limits))
    assert ids(answer) == found
    assert answer.limited_to == words


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"since": date(2018, 6, 2), "until": date(2018, 6, 1)}, "no day is both"),
        ({"since": TODAY + timedelta(2)}, "no article fits: articles since"),
        ({"source": "no-such"}, "no article fits: articles from sources"),
        ({"article": "old", "since": date(2018, 6, 1)}, "no article fits: the article old since"),
    ],
)
def test_limits_that_leave_nothing(limits: dict[str, object], said: str, dated: Library) -> None:
    with pytest.raises(UsageError, match=said):
        ask(dated, Query.model_validate({"question": QUESTION} | limits))


def test_an_unknown_article(dated: Library) -> None:
    with pytest.raises(UnknownArticleError):
        ask(dated, Query(question=QUESTION, article="no-such"))


def test_dates_in_the_question_limit_and_are_shown(dated: Library) -> None:
    answer = ask(dated, Query(question=f"{QUESTION} since May 2017?", top_k=9))
    assert ids(answer) == {"new", "fresh"}
    assert answer.limited_to == "articles since 1 May 2017"
    assert answer.resolved_question == f"{QUESTION}?"
    assert ids(ask(dated, Query(question=f"{QUESTION} in the past week?", top_k=9))) == {"fresh"}


def test_they_can_be_switched_off(dated: Library) -> None:
    question = f"{QUESTION} since May 2017?"
    answer = ask(dated, Query(question=question, top_k=9, dates=False))
    assert ids(answer) == {"old", "new", "fresh", "undated"}
    assert (answer.limited_to, answer.resolved_question) == ("", f"{QUESTION}?")


def test_given_dates_go_before_those_in_the_question(dated: Library) -> None:
    query = Query(question=f"{QUESTION} since May 2017?", top_k=9, until=date(2017, 1, 1))
    assert ids(ask(dated, query)) == {"old"}


def test_dates_that_no_article_has_limit_nothing_which_is_told(seed_library: Library) -> None:
    answer = ask(seed_library, Query(question="What has taken place since 2016?"))
    assert answer.limited_to == "all articles, as none is dated since 1 January 2016"
    assert answer.resolved_question == "What has taken place?"


def test_a_question_of_a_date_alone_is_searched_whole(dated: Library) -> None:
    answer = ask(dated, Query(question="What happened since 2017?"))
    assert answer.limited_to == "articles since 1 January 2017"
    assert answer.resolved_question == "What happened?"
    assert ask(dated, Query(question="Since 2017?")).resolved_question == "Since 2017?"


def test_many_copies_of_an_article_are_one_passage_that_names_them_all(library: Library) -> None:
    story = "The ferry crossed the river with passengers.\n\nThe ferry has a captain of its own."
    copies = [
        Article(f"wire-{n}", f"Title {n}", f"{n}.txt", f"Copy of day {n}.\n\n{story}")
        for n in range(60)
    ]
    library.add([*copies, Article("own", "Own", "own.txt", "No ferry crossed the lake at all.")])
    answer = ask(library, Query(question="Who crossed the river with the ferry?", top_k=3))
    found = answer.passages or answer.closest
    assert len(found) == 3
    first = next(p for p in found if "passengers" in p.text)
    assert {first.citation.article_id, *first.also_in} == {copy.id for copy in copies}
