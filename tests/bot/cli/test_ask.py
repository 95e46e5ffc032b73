"""`articlebot ask` as a user runs it: a question in, an answer and an exit code out."""

import json
from pathlib import Path

import pytest

from bot.answering.answer import Answer
from bot.answering.query import MAX_TOP_K
from tests.bot.cli.program import ARTICLE, QUESTION, UNRELATED, Run


def test_an_answer_is_quoted_marked_and_cited(run: Run, indexed: Path) -> None:
    result = run("ask", QUESTION)
    assert result.exit_code == 0
    quote = "The allies raised serious concerns about the missile deal, a general said on Monday."
    start = ARTICLE.index(quote)
    assert f"»{quote}«" in result.stdout
    assert f"characters {start}-{start + len(quote)}" in result.stdout
    assert "\x1b" not in result.output
    assert result.stderr == ""


def test_what_the_articles_do_not_answer_is_not_found(run: Run, indexed: Path) -> None:
    result = run("ask", UNRELATED)
    assert result.exit_code == 1
    assert result.stdout.startswith("Not found")
    assert result.stderr == ""


@pytest.mark.parametrize(("question", "code"), [(QUESTION, 0), (UNRELATED, 1)])
def test_json_is_the_answer_and_nothing_else(
    question: str, code: int, run: Run, indexed: Path
) -> None:
    result = run("ask", "--json", question)
    assert result.exit_code == code
    answer = Answer.model_validate_json(result.stdout)
    assert answer.found is (code == 0)
    assert result.stdout == answer.model_dump_json(indent=2) + "\n"
    assert result.stderr == ""


def test_top_k_and_article_limit_the_answer(run: Run, indexed: Path) -> None:
    (article,) = json.loads(run("articles", "--json").stdout)
    result = run("ask", "--json", "--top-k", "1", "--article", article["id"], QUESTION)
    (found,) = Answer.model_validate_json(result.stdout).passages
    assert found.citation.article_id == article["id"]


def test_top_k_has_the_bounds_of_a_query(run: Run, indexed: Path) -> None:
    assert run("ask", "--top-k", str(MAX_TOP_K), QUESTION).exit_code == 0
    assert run("ask", "--top-k", str(MAX_TOP_K + 1), QUESTION).exit_code == 2
    assert run("ask", "--top-k", "0", QUESTION).exit_code == 2


def test_the_limits_of_a_search_are_shown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"---\ndate: 2019-05-06\n---\n{ARTICLE}", "utf-8")
    run("index", "a.txt")
    assert "In: articles since 1 March 2017" in run("ask", "--since", "2017-03-01", QUESTION).stdout
    asked = f"{QUESTION.rstrip('?')} since March 2017?"
    result = run("ask", asked)
    assert "In: articles since 1 March 2017" in result.stdout
    assert f"Searching: {QUESTION}" in result.stdout
    assert "In: " not in run("ask", "--any-date", asked).stdout
    assert run("ask", "--source", "reuters", QUESTION).exit_code == 2


@pytest.mark.parametrize("stdin", [QUESTION, f"\ufeff{QUESTION}\r\n", f"\n\n{QUESTION}\n\n"])
def test_a_question_from_standard_input(stdin: str, run: Run, indexed: Path) -> None:
    result = run("ask", "--json", "-", stdin=stdin)
    assert result.exit_code == 0
    assert Answer.model_validate_json(result.stdout).resolved_question == QUESTION


def test_a_conversation_with_a_name_goes_on_until_it_is_forgotten(run: Run, indexed: Path) -> None:
    asked = ["ask", "--json", "--conversation", "c"]
    run(*asked, QUESTION)
    follow_up = Answer.model_validate_json(run(*asked, "Why?").stdout)
    assert follow_up.resolved_question.endswith("about the missile deal, and why?")
    assert run("forget", "c").exit_code == 0
    assert Answer.model_validate_json(run(*asked, "Why?").stdout).resolved_question == "Why?"


def test_asking_before_indexing_tells_what_to_do(run: Run) -> None:
    result = run("ask", "--json", QUESTION)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "articlebot index" in result.stderr
    assert result.stderr.count("\n") == 1
