import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from bot.evaluation.evaluate import Evaluation
from bot.evaluation.figures import Outcome, compute_figures
from bot.evaluation.report import WORST, find_misses, print_figures, render_report
from index.article import Article
from index.reading.split import parse_article
from tests.bot.examples import TEXT, outcome, passage

KING, QUEEN = "The king came by train.", "The queen came by boat."
VOID = {"meta", "path", "polyline"}


class Page(HTMLParser):
    """What a browser would see: the tags, their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.marked: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open[-1:] == ["mark"]:
            self.marked.append(data)


def evaluation(*outcomes: Outcome, text: str = TEXT, title: str = "Visit") -> Evaluation:
    parsed = parse_article(Article("visit", title, "visit.txt", text))
    return Evaluation(outcomes, {"visit": parsed})


def test_a_miss_stands_beside_what_should_have_been_found() -> None:
    miss = outcome(0.75, rank=2, places=((4, 8), (11, 22)), passages=(passage(QUEEN),))
    page = Page(render_report(evaluation(miss), "questions.jsonl"))
    assert page.open == []
    assert page.marked == [QUEEN, "king", "me by train"]
    for part in ("questions.jsonl", "Who came?", "Answered with confidence 0.75", "at rank 2"):
        assert part in page.text
    assert "1, the 1 most confident" in page.text


def test_answers_that_stand_in_one_another_are_marked_once() -> None:
    miss = outcome(0.75, places=((4, 8), (4, 13), (9, 13)), passages=(passage(QUEEN),))
    assert Page(render_report(evaluation(miss), "x")).marked == [QUEEN, "king", "came"]


def test_an_unanswerable_question_should_have_found_nothing() -> None:
    answered = outcome(0.75, passages=(passage(QUEEN),))
    page = Page(render_report(evaluation(answered, outcome(0.1)), "x"))
    assert "no article answers it" in page.text
    assert page.marked == [QUEEN]


def test_no_miss_is_told() -> None:
    right = outcome(0.9, rank=1, places=((4, 8),), passages=(passage(KING),))
    assert "No misses" in Page(render_report(evaluation(right), "x")).text


def test_misses_are_the_most_confident_first() -> None:
    low = outcome(0.2, rank=3, places=((4, 8),))
    high = outcome(0.9)
    right = outcome(1.0, rank=1, places=((4, 8),))
    abstained = outcome(0.4)
    assert find_misses([low, right, abstained, high]) == [high, low]
    many = [outcome(0.9, passages=(passage(QUEEN),))] * (WORST + 1)
    page = Page(render_report(evaluation(*many), "x"))
    assert page.tags.count("article") == WORST
    assert f"Misses: {WORST + 1}, the {WORST} most confident" in page.text


def test_curves_are_drawn_where_they_are_defined() -> None:
    answerable = outcome(0.75, rank=1, places=((4, 8),))
    alone = render_report(evaluation(answerable), "x")
    assert (alone.count("<svg"), alone.count("<polyline")) == (1, 1)
    assert 'points="200.0,200.0"' in alone
    both = render_report(evaluation(answerable, outcome(0.25)), "x")
    assert 'points="100.0,200.0 200.0,100.0"' in both
    assert 'points="0.0,200.0 0.0,0.0 200.0,0.0"' in both


def test_nothing_is_executed_or_fetched() -> None:
    hostile = '</style><script src="//x.invalid">alert(1)</script><img src=x onerror=y>\x1b\u202e'
    miss = outcome(
        0.75, passages=(passage(hostile, text=hostile),), question=hostile, places=((0, 8),)
    )
    html = render_report(evaluation(miss, text=f"{hostile} is a text.", title=hostile), hostile)
    page = Page(html)
    assert not {"script", "img", "link", "iframe", "object", "a"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href")]
    assert "url(" not in html
    assert "@import" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert page.tags.count("style") == 1
    assert page.text.count("alert(1)") == 6
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_the_table_says_what_each_figure_is(capsys: pytest.CaptureFixture[str]) -> None:
    figures = compute_figures(
        [
            outcome(0.9, rank=1, places=((0, 8),), passages=(passage(KING),), took_ms=12.3),
            outcome(0.8, rank=3, places=((0, 8),), passages=(passage(KING),), took_ms=12.3),
        ]
    )
    file = io.StringIO()
    print_figures(figures, Console(file=file, width=80))
    rows = [re.split(r" {2,}", line.strip()) for line in file.getvalue().splitlines()]
    assert rows == [
        ["questions", "2"],
        ["right answer first (P@1)", "50.0%"],
        ["right answer among three (P@3)", "100.0%"],
        ["mean reciprocal rank (MRR@10)", "0.667"],
        ["citations exact", "100.0%"],
        ["length of the marked sentence, mean (characters)", "23.0"],
        ["answerable against unanswerable, by confidence (AUROC)", "-"],
        ["answerable questions not answered", "0.0%"],
        ["unanswerable questions answered", "-"],
        ["latency, median (ms)", "12.3"],
        ["latency, 95th percentile (ms)", "12.3"],
        ["words of the answer exact, where its sentence is first (EM)", "-"],
        ["words of the answer in common with the right ones (F1)", "-"],
    ]


def test_kinds_have_a_row_each() -> None:
    asked = outcome(0.9, rank=1, places=((0, 8),), passages=(passage(KING),))
    asked = replace(asked, question=replace(asked.question, kind="who"), overlap=0.7)
    near = outcome(0.2, passages=(passage(KING),))
    near = replace(near, question=replace(near.question, kind="near"), overlap=0.0)
    page = render_report(evaluation(asked, near, text=TEXT), "q.jsonl")
    for row in (
        "<th>near (1)</th><td>answered 0.0%</td>",
        "<th>who (1)</th><td>P@1 100.0%, answered 100.0%</td>",
        "<th>answerable, half and more (1)</th><td>P@1 100.0%, answered 100.0%</td>",
        "<th>unanswerable, no words in common (1)</th><td>answered 0.0%</td>",
    ):
        assert row in page
