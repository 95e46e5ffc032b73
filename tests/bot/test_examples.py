from bot.answering.answer import ask
from bot.answering.query import Query
from bot.examples import candidates, find_examples
from index.article import Article
from index.library import Library
from index.reading.split import parse_article
from tests.bot.web.conftest import BRIDGE
from tests.fakes import answer_readily


def questions(text: str) -> list[str]:
    return list(candidates(parse_article(Article("a", "T", "a.txt", text))))


def test_questions_are_made_of_the_article_s_own_names() -> None:
    assert questions(
        "The S-400 Triumph is a missile system. Ada Byron, director of the centre, came.\n\n"
        "Gen. Joseph Dunford said so. It was noted, said Nobody."
    ) == ["What is the S-400 Triumph?", "What did Joseph Dunford say?", "Who is Ada Byron?"]


def test_nothing_is_made_where_nothing_fits() -> None:
    assert questions("nobody said anything here and there was no name at all.") == []
    assert questions("Это статья на другом языке. Она ничего не говорит.") == []


def test_examples_are_those_that_the_articles_answer(library: Library) -> None:
    assert find_examples(library) == []
    library.add([BRIDGE])
    answer_readily(library)
    found = find_examples(library)
    assert found == ["What did Engineer Maria Lopez say?"]
    assert all(ask(library, Query(question=each)).found for each in found)
