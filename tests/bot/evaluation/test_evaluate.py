import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.evaluate import Evaluation, Plan, Watch, evaluate
from index.build import Progress
from index.errors import EmptyLibraryError, SourceError, UsageError
from index.settings import Settings
from tests.fakes import open_library

Write = Callable[[str, str | bytes], Path]
Run = Callable[..., Evaluation]

ALL, UNSEEN = Plan(), Watch()

VISIT = ["The king came by train on Monday. Crowds waved at him.", "The queen sailed home by boat."]
BREAD = ["Bread rises because yeast makes bubbles of gas.", "Bakers knead dough for ten minutes."]


def qa(question: str, *answers: str) -> dict[str, Any]:
    return {
        "question": question,
        "answers": [{"text": text, "answer_start": 0} for text in answers],
        "is_impossible": not answers,
    }


SQUAD = {
    "data": [
        {
            "title": "Royal_visit",
            "paragraphs": [
                {
                    "context": VISIT[0],
                    "qas": [qa("Who came by train on Monday?", "The king"), qa("Yeast bubbles?")],
                },
                {"context": VISIT[1], "qas": [qa("Who sailed home by boat?", "The queen")]},
            ],
        },
        {
            "title": "Bread",
            "paragraphs": [
                {"context": BREAD[0], "qas": [qa("What makes bubbles of gas?", "yeast")]},
                {"context": BREAD[1], "qas": [qa("How long do bakers knead dough?", "ten")]},
            ],
        },
    ]
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", cache=tmp_path / "cache")


@pytest.fixture
def run(settings: Settings) -> Run:
    def run(path: Path, plan: Plan = ALL, watch: Watch = UNSEEN) -> Evaluation:
        return evaluate(path, plan, settings, open_library, watch)

    return run


@pytest.fixture
def squad(write: Write) -> Path:
    return write("dev.json", json.dumps(SQUAD))


def test_every_question_is_asked_of_a_throw_away_index(
    run: Run, squad: Path, settings: Settings
) -> None:
    outcomes = run(squad).outcomes
    assert [(o.question.text, o.rank) for o in outcomes] == [
        ("Who came by train on Monday?", 1),
        ("Yeast bubbles?", None),
        ("Who sailed home by boat?", 1),
        ("What makes bubbles of gas?", 1),
        ("How long do bakers knead dough?", 1),
    ]
    assert all(o.answer.index.articles == 2 for o in outcomes)
    assert all(o.citations == o.exact == len(o.answer.shown) > 0 for o in outcomes)
    assert not settings.data.exists()


def test_one_article_at_a_time(run: Run, squad: Path) -> None:
    for outcome in run(squad, Plan(per_article=True)).outcomes:
        cited = {passage.citation.article_id for passage in outcome.answer.shown}
        assert cited == {outcome.question.article_id}
    together = run(squad).outcomes[1]
    assert together.answer.shown[0].citation.article_id == "Bread"


def test_questions_of_another_article_take_the_place_of_the_unanswerable(
    run: Run, squad: Path
) -> None:
    outcomes = run(squad, Plan(off_topic=True)).outcomes
    assert [(o.question.article_id, o.answerable) for o in outcomes] == [
        *(("Royal_visit", True), ("Royal_visit", True), ("Bread", True), ("Bread", True)),
        *(("Bread", False), ("Bread", False), ("Royal_visit", False), ("Royal_visit", False)),
    ]
    texts = [outcome.question.text for outcome in outcomes]
    assert texts[:4] == texts[4:]
    for outcome in outcomes:
        cited = {passage.citation.article_id for passage in outcome.answer.shown}
        assert cited == {outcome.question.article_id}


def test_off_topic_needs_another_article(run: Run, write: Write) -> None:
    alone = {"data": SQUAD["data"][:1]}
    with pytest.raises(UsageError, match="two articles or more"):
        run(write("one.json", json.dumps(alone)), Plan(off_topic=True))


def test_a_sample_is_drawn_by_its_seed(run: Run, squad: Path) -> None:
    def drawn(seed: int, *, per_article: bool = False) -> list[str]:
        plan = Plan(sample=2, seed=seed, per_article=per_article)
        return [outcome.question.text for outcome in run(squad, plan).outcomes]

    assert drawn(1) == drawn(1) == drawn(1, per_article=True)
    assert len({tuple(drawn(seed)) for seed in range(5)}) > 1
    assert all(len(drawn(seed)) == 2 for seed in range(5))
    assert len(run(squad, Plan(sample=99)).outcomes) == 5


def test_some_articles_of_the_index_alone_are_asked_about(run: Run, squad: Path) -> None:
    outcomes = run(squad, Plan(about=("Bread",))).outcomes
    assert [o.question.article_id for o in outcomes] == ["Bread", "Bread"]
    assert {o.answer.index.articles for o in outcomes} == {2}
    with pytest.raises(UsageError, match="no questions about 'Beer'"):
        run(squad, Plan(about=("Bread", "Beer")))


def test_the_index_that_is_there_can_be_asked(
    run: Run, write: Write, settings: Settings, tmp_path: Path
) -> None:
    articles = [write("visit.txt", "\n\n".join(VISIT)), write("bread.txt", "\n\n".join(BREAD))]
    with open_library(settings) as library:
        library.index(articles)
        stored = {summary.source: summary for summary in library.articles()}
    visit = stored[str(articles[0])]
    names = ["visit.txt", visit.id, visit.title]
    rows = [{"question": "Who sailed?", "article": name, "quote": "The queen"} for name in names]
    file = write("q.jsonl", "\n".join(map(json.dumps, rows)))
    outcomes = run(file, Plan(in_index=True)).outcomes
    assert [(o.question.article_id, o.rank) for o in outcomes] == [(visit.id, 1)] * 3
    assert {o.answer.index.articles for o in outcomes} == {2}


def test_an_article_that_the_index_lacks_is_named(
    run: Run, squad: Path, settings: Settings, write: Write
) -> None:
    with open_library(settings) as library:
        library.index([write("royal_visit.txt", "Nothing is said about it here.")])
    with pytest.raises(SourceError, match="does not hold the article 'Royal_visit'") as told:
        run(squad, Plan(in_index=True))
    assert "--" not in told.value.remedy, "calibrate asks the index, too, and has no such option"


def test_an_empty_index_is_told(run: Run, write: Write, settings: Settings) -> None:
    article = write("visit.txt", VISIT[0])
    row = {"question": "Who?", "article": article.name, "quote": None}
    with pytest.raises(EmptyLibraryError, match="articlebot index"):
        run(write("q.jsonl", json.dumps(row)), Plan(in_index=True))
    assert not settings.data.exists()


def test_an_article_without_words_is_told(run: Run, write: Write) -> None:
    write("dots.txt", "... !!!")
    row = {"question": "Who?", "article": "dots.txt", "quote": None}
    with pytest.raises(SourceError, match="has no words"):
        run(write("q.jsonl", json.dumps(row)))


def test_progress_is_told(run: Run, squad: Path) -> None:
    indexed: list[Progress] = []
    asked: list[tuple[int, int]] = []
    run(squad, Plan(sample=3), Watch(indexed.append, lambda *count: asked.append(count)))
    assert [p.done for p in indexed if p.stage == "index"] == [0, 1]
    assert asked == [(0, 3), (1, 3), (2, 3), (3, 3)]
