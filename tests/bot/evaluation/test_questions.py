import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.questions import Entry, place, read_questions
from index.article import Article, canonical
from index.errors import SourceError

Write = Callable[[str, str | bytes], Path]

CONTEXT = "The king came by train in 1912. The queen came in 1912, too."
OTHER = "Nobody came to the second visit."


def squad(*qas: dict[str, Any], title: str = "Royal_visit") -> str:
    paragraphs = [{"context": OTHER, "qas": []}, {"context": CONTEXT, "qas": list(qas)}]
    return json.dumps({"version": "2.0", "data": [{"title": title, "paragraphs": paragraphs}]})


def qa(question: str, *answers: str, **more: object) -> dict[str, Any]:
    marked = [{"text": text, "answer_start": CONTEXT.find(text)} for text in answers]
    return {"id": question, "question": question, "answers": marked, **more}


def article(**more: object) -> str:
    """Give an article of one line, as the newsroom's files have it."""
    named = {"id": "visit", "title": "A visit", "paragraphs": [CONTEXT, OTHER], "questions": []}
    return json.dumps(named | more)


def test_an_article_a_line_has_its_questions(write: Write) -> None:
    quote = "The king came by train in 1912."
    answer = {"p": 0, "quote": quote, "span": "The king"}
    who = {"q": "who was it ", "kind": "who", "answers": [answer, {**answer, "span": ""}]}
    near = {"q": "How much did it cost?", "kind": "near", "answers": [], "note": "not said"}
    further = {"id": "visit", "questions": [{"q": "Was he there?", "answers": [answer]}]}
    lines = f"{article(questions=[who, near])}\n\n{json.dumps(further)}\n"
    file = read_questions(write("news.jsonl", lines))
    visit = Article("visit", "A visit", f"{file.path}#visit", f"{CONTEXT}\n\n{OTHER}")
    assert file.articles == {"visit": visit}
    assert file.entries == (
        Entry("who was it", "visit", (quote,), kind="who", spans=("The king",)),
        Entry("How much did it cost?", "visit", (), kind="near"),
        Entry("Was he there?", "visit", (quote,), spans=("The king",)),
    )
    found = place(file.entries[0], visit)
    assert (found.places, found.kind, found.spans) == (((0, 31),), "who", ("The king",))


def test_squad_paragraphs_become_one_article(write: Write) -> None:
    file = read_questions(write("dev.json", squad(qa("Who came?", "The king"))))
    assert file.articles["Royal_visit"] == Article(
        id="Royal_visit",
        title="Royal visit",
        source=f"{file.path}#Royal_visit",
        text=f"{OTHER}\n\n{CONTEXT}",
    )
    assert file.entries == (
        Entry("Who came?", "Royal_visit", ("The king",), CONTEXT, spans=("The king",)),
    )


def test_squad_two_says_which_questions_have_no_answer(write: Write) -> None:
    plausible = {"plausible_answers": [{"text": "The king", "answer_start": 0}]}
    text = squad(qa("Who left?", is_impossible=True, **plausible), qa("How?", "by train"))
    file = read_questions(write("dev.json", text))
    assert [entry.quotes for entry in file.entries] == [(), ("by train",)]


def test_squad_answers_are_found_at_every_place_in_their_paragraph(write: Write) -> None:
    file = read_questions(write("dev.json", squad(qa("When?", "1912", "1912", "in 1912"))))
    article = file.articles["Royal_visit"]
    found = place(file.entries[0], article)
    assert [article.text[start:end] for start, end in found.places] == [
        *("in 1912", "1912", "in 1912", "1912"),
    ]
    assert all(start >= len(OTHER) for start, _ in found.places)


def test_answers_are_whole_words_where_they_can_be() -> None:
    article = Article("a", "A", "a", "Nineteen men and nine women. Nineveh.")
    assert place(Entry("How many?", "a", ("nine",)), article).places == ((17, 21),)
    assert place(Entry("How many?", "a", ("eve",)), article).places == ((32, 35),)


@pytest.mark.parametrize("name", ["dev.json.gz", "own.jsonl.gz"])
def test_packed_files_read_as_the_plain_ones(write: Write, name: str) -> None:
    write("visit.txt", CONTEXT)
    line = json.dumps({"question": "Who?", "article": "visit.txt", "quote": "The king"})
    text = line if "jsonl" in name else squad(qa("Who?", "The king"))
    plain = read_questions(write(name.removesuffix(".gz"), text))
    packed = read_questions(write(name, gzip.compress(text.encode())))
    assert packed.entries == plain.entries
    assert len(packed.articles) == 1


def test_lines_name_their_article_by_its_file(write: Write) -> None:
    article = write("news/visit.txt", CONTEXT)
    rows = [
        {"question": " Who? ", "article": "news/visit.txt", "quote": "The king", "more": 1},
        {"question": "When?", "article": "news/visit.txt", "quote": ["by train", "The queen"]},
        {"question": "Why?", "article": "news/visit.txt", "quote": None},
    ]
    lines = "\n\n".join(json.dumps(row) for row in rows)
    file = read_questions(write("questions.jsonl", f"\ufeff{lines}\n"))
    assert file.entries == (
        Entry("Who?", "news/visit.txt", ("The king",)),
        Entry("When?", "news/visit.txt", ("by train", "The queen")),
        Entry("Why?", "news/visit.txt", ()),
    )
    assert file.articles["news/visit.txt"].source == str(article)
    assert read_questions(file.path, own_articles=False).articles == {}


def test_a_quote_has_to_stand_in_the_article() -> None:
    article = Article("visit", "Visit", "visit.txt", "He came\u00a0late.")
    assert place(Entry("When?", "visit", ("came\u00a0late",)), article).places == ((3, 12),)
    with pytest.raises(SourceError, match=r"'When\?': quote it word for word, no-break spaces"):
        place(Entry("When?", "visit", ("came late",)), article)
    with pytest.raises(SourceError, match="does not hold the answer"):
        place(Entry("When?", "visit", ("late",), "another paragraph"), article)


@given(st.text(), st.text(min_size=1), st.text())
def test_places_hold_the_quote(before: str, quote: str, after: str) -> None:
    article = Article("a", "A", "a", canonical(before + quote + after))
    if canonical(quote) not in article.text:  # a combining mark has joined its neighbour
        return
    places = place(Entry("?", "a", (quote,)), article).places
    assert places
    assert {article.text[start:end] for start, end in places} == {canonical(quote)}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "", "it is not JSON"),
        ("a.json", "[]", "it has another structure"),
        ("a.json", '{"rows": []}', "'data' is missing"),
        ("a.json", '{"data": [{"title": "A"}]}', "'paragraphs' is missing"),
        ("a.json", '{"data": []}', "holds no questions"),
        ("a.json", squad({"question": "Who?"}), "'answers' is missing"),
        ("a.json", squad(qa("", "The king")), "question, article and quote have to be text"),
        ("a.json", b"\xff\xfe\x00", "cannot be read ('utf-8' codec"),
        ("a.json.gz", b"no gzip", "cannot be read (Not a gzipped file"),
        ("a.json.gz", gzip.compress(b"{}")[:-9], "cannot be read (Compressed file ended"),
        ("a.json.gz", gzip.compress(b"{}" * 99)[:10] + b"x" * 30, "cannot be read (Error -3"),
        ("a.jsonl", "", "holds no questions"),
        ("a.jsonl", "{}\n", "line 1: 'quote' is missing"),
        ("a.jsonl", "\nWho came?", "line 2 is not JSON"),
        ("a.jsonl", "[]", "line 1: it has another structure"),
        ("a.jsonl", '{"id": "a", "questions": []}', "line 1: there is no article 'a' before it"),
        ("a.jsonl", '{"questions": []}', "line 1: 'id' is missing"),
        ("a.jsonl", article(questions=[{"q": "Who?"}]), "line 1: 'answers' is missing"),
        ("a.jsonl", article(questions=None), "line 1: it has another structure"),
        ("a.jsonl", '{"question": 1, "article": "a", "quote": ""}', "line 1: question, article"),
        ("a.jsonl", '{"question": "a", "article": "a", "quote": 1}', "line 1: it has another"),
        ("a.jsonl", '{"question": "a", "article": "b.txt", "quote": "c"}', "b.txt is not a file"),
    ],
)
def test_malformed_files_are_told_in_one_sentence(
    write: Write, name: str, content: str | bytes, sentence: str
) -> None:
    path = write(name, content)
    with pytest.raises(SourceError) as raised:
        read_questions(path)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere.jsonl cannot be read \(No such file"):
        read_questions(tmp_path / "nowhere.jsonl")


def test_articles_of_one_name_are_refused(write: Write) -> None:
    data = json.loads(squad(qa("Who?", "The king")))
    data["data"] *= 2
    with pytest.raises(SourceError, match="two articles named 'Royal_visit'"):
        read_questions(write("dev.json", json.dumps(data)))
