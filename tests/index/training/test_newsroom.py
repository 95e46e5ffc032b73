"""The newsroom's files: what is read, what is held out, and what is marked as the answer."""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from index.training.corpus import Corpus
from index.training.newsroom import add_newsroom, half_of, main, read_newsroom

TRAINED, SETTINGS, REPORT = "A visit", "Title 10", "Title 3"
"""Titles of which the hash says so."""
TEXT = ["The king came by train. He was late.", "“I was tired,” he said. Nobody minded."]


def article(title: str = TRAINED, *questions: dict[str, Any], **more: object) -> dict[str, Any]:
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
    first.write_text(json.dumps(article(TRAINED, question("Who came?"))) + "\n\n", "utf-8")
    row = {"id": TRAINED, "questions": [question("How?")]}
    further.write_bytes(gzip.compress(json.dumps(row).encode()))
    for paths in ([first, further], [further, first]):
        (read,) = read_newsroom(paths)
        assert [each["q"] for each in read["questions"]] == ["Who came?", "How?"]
    with pytest.raises(ValueError, match="another article with the id 'A visit'"):
        read_newsroom([first, first])


def test_an_eighth_is_held_out_by_title() -> None:
    halves = [half_of(article(f"Title {n}")) for n in range(4000)]
    assert 400 < halves.count("settings") + halves.count("report") < 600
    assert 180 < halves.count("settings") < 320
    assert half_of(article(SETTINGS)) == "settings"
    assert half_of(article(REPORT)) == "report"
    assert half_of(article(REPORT, genre="encyclopaedia")) is None


def test_what_is_held_out_is_not_trained_on(corpus: Corpus) -> None:
    asked = question("Who was it?")
    add_newsroom(corpus, [article(t, asked) for t in (TRAINED, SETTINGS, REPORT)])
    assert [corpus.documents[q.home].title for q in corpus.questions] == [TRAINED]


def test_the_shortest_words_are_marked(corpus: Corpus) -> None:
    asked = question("Who was it?", (0, TEXT[0], "king"))
    add_newsroom(corpus, [article(TRAINED, asked)])
    assert words(corpus) == {"The king came by train.": ["king"]}
    # The rest of the quote is no answer, and no wrong one either.
    assert corpus.questions[0].near == {0, 1}


def test_a_quote_without_words_answers_as_a_whole(corpus: Corpus) -> None:
    asked = question("Did he come?", (0, TEXT[0], ""), (1, "Nobody minded.", ""))
    add_newsroom(corpus, [article(TRAINED, asked)])
    assert words(corpus) == {"The king came by train.": [], "Nobody minded.": []}


def test_a_near_miss_has_no_answer(corpus: Corpus) -> None:
    add_newsroom(corpus, [article(TRAINED, question("How much did it cost?"))])
    assert [(q.gold, q.source) for q in corpus.questions] == [({}, "newsroom")]


def test_a_number_in_a_title_is_not_read(corpus: Corpus) -> None:
    add_newsroom(corpus, [article("Black Death (12)", genre="encyclopaedia")])
    assert [d.title for d in corpus.documents] == ["Black Death"]


def test_the_program_writes_one_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "all.jsonl", tmp_path / "half.jsonl"
    rows = [article(title) for title in (TRAINED, SETTINGS, REPORT)]
    source.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    arguments = ["newsroom", str(source), "--half", "report", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    assert [json.loads(line)["title"] for line in out.read_text("utf-8").splitlines()] == [REPORT]
