"""The newsroom's files: what is read, and what is marked as the answer."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from index.training.corpus import Corpus
from index.training.newsroom import add_newsroom, read_newsroom

TITLE = "A visit"
TEXT = ["The king came by train. He was late.", "“I was tired,” he said. Nobody minded."]


def article(title: str = TITLE, *questions: dict[str, Any], **more: object) -> dict[str, Any]:
    named = {"id": title, "genre": "news", "title": title, "paragraphs": TEXT}
    return named | {"questions": list(questions)} | more


def question(text: str, *answers: tuple[int, str, str]) -> dict[str, Any]:
    rows = [{"p": p, "quote": quote, "span": span} for p, quote, span in answers]
    return {"q": text, "kind": "what" if rows else "near", "answers": rows}


def words(corpus: Corpus, number: int = 0) -> dict[str, list[str]]:
    """Give the answering sentences of a question with the words that its spans mark."""
    asked = corpus.questions[number]
    document = corpus.documents[asked.home]
    return {
        document.sentences[s]: [
            document.sentences[s][document.offsets[s][a][0] : document.offsets[s][b][1]]
            for a, b in asked.spans[s]
        ]
        for s in asked.gold
    }


def test_further_questions_join_their_article(tmp_path: Path) -> None:
    first, further = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"
    first.write_text(json.dumps(article(TITLE, question("Who came?"))) + "\n\n", "utf-8")
    row = {"id": TITLE, "questions": [question("How?")]}
    further.write_bytes(gzip.compress(json.dumps(row).encode()))
    for paths in ([first, further], [further, first]):
        (read,) = read_newsroom(paths)
        assert [each["q"] for each in read["questions"]] == ["Who came?", "How?"]
    with pytest.raises(ValueError, match="another article with the id 'A visit'"):
        read_newsroom([first, first])


def test_the_shortest_words_are_marked(corpus: Corpus) -> None:
    asked = question("Who was it?", (0, TEXT[0], "king"))
    add_newsroom(corpus, [article(TITLE, asked)])
    assert words(corpus) == {"The king came by train.": ["king"]}
    # The rest of the quote is no answer, and no wrong one either.
    assert corpus.questions[0].near == {0, 1}


def test_a_quote_without_words_answers_as_a_whole(corpus: Corpus) -> None:
    asked = question("Did he come?", (0, TEXT[0], ""), (1, "Nobody minded.", ""))
    add_newsroom(corpus, [article(TITLE, asked)])
    assert words(corpus) == {"The king came by train.": [], "Nobody minded.": []}


def test_a_near_miss_has_no_answer(corpus: Corpus) -> None:
    add_newsroom(corpus, [article(TITLE, question("How much did it cost?"))])
    assert [(q.gold, q.source) for q in corpus.questions] == [({}, "newsroom")]


def test_a_number_in_a_title_is_not_read(corpus: Corpus) -> None:
    add_newsroom(corpus, [article("Black Death (12)", genre="encyclopaedia")])
    assert [d.title for d in corpus.documents] == ["Black Death"]
