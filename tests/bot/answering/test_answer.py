"""The one answer path: passages from different places, or an honest "not found"."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.answering.answer import ask, title_copies
from bot.answering.query import Query
from bot.question import MAX_QUESTION
from index.errors import EmptyLibraryError, UnknownArticleError, UsageError
from index.library import Library
from index.models.rerank import PassageText, Reading
from tests.bot.passages import check, quotes, shown
from tests.fakes import FakeEncoder

Write = Callable[[str, str | bytes], Path]


def test_places_differ_and_the_best_sentence_of_each_is_marked(
    library: Library, write: Write
) -> None:
    text = (
        "The cat sat. The cat sat on the red mat. It slept.\n\n"
        "Another cat sat on a mat in the sun.\n\nNobody else came by."
    )
    library.index([write("a.txt", text)])
    answer = ask(library, Query(question="Where sat the cat on the red mat?", top_k=5))
    check(library, answer, 5)
    assert quotes(answer)[0] == "The cat sat on the red mat."
    assert shown(answer)[0].text == "The cat sat. The cat sat on the red mat. It slept."
    assert [passage.text for passage in shown(answer)[1:]].count("The cat sat.") == 1
    assert len(shown(answer)) == 4  # two of the first paragraph, and one of each other


class Equal:
    """A reranker that finds every sentence as good, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, question: str, passages: Sequence[PassageText]) -> list[list[Reading]]:
        self.asked += 1
        return [[Reading(1.0, None)] * len(passage.sentences) for passage in passages]


def test_a_long_paragraph_is_read_once(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Equal()
    monkeypatch.setattr(library.models, "reranker", lambda: reading)
    met = " ".join(f"Council {n} met in town {n * 7} about bridges." for n in range(30))
    library.index([write("long.txt", met), write("short.txt", "Bridges are old.\n\nIt rained.")])
    answer = ask(library, Query(question="Where did council 7 meet about bridges?"))
    assert len({passage.citation.article_id for passage in shown(answer)}) == 2
    assert reading.asked == 1


@pytest.mark.parametrize("top_k", [1, 2, 3, 20])
def test_no_more_than_asked_for(seed_library: Library, top_k: int) -> None:
    answer = ask(seed_library, Query(question="What did Turkey say about the deal?", top_k=top_k))
    check(seed_library, answer, top_k)
    assert len(shown(answer)) == top_k


def test_the_setting_holds_where_nothing_is_asked_for(seed_library: Library) -> None:
    chosen = seed_library.settings.model_copy(update={"top_k": 2})
    with Library.open(chosen, encoder=FakeEncoder()) as opened:
        assert len(shown(ask(opened, Query(question="Who bought the S-400?")))) == 2


@pytest.mark.parametrize(
    "question",
    [
        "Listen Live",
        "Get short URL",
        "Military & Intelligence",
        "Community standards Discussion",
        "Why US Concerned Over Russia-Turkey S-400 Deal?",
        "How NATO Can Benefit From Russia-Turkey S-400 Deal and Why Ankara Needs It",
        "missile defense, talks, security, S-400, NATO, Turkey, United States, Russia",
        "04:27 GMT07 August 2020",
    ],
)
def test_furniture_never_answers(seed_library: Library, question: str) -> None:
    answer = ask(seed_library, Query(question=question, top_k=20))
    check(seed_library, answer, 20)  # every passage is of a body paragraph
    for furniture in ("Listen", "Get short", "Money Talks", "How NATO Can", "04:27", "Community"):
        assert not any(furniture in passage.text for passage in shown(answer))


def test_near_duplicates_are_folded_over_articles(library: Library, write: Write) -> None:
    said = "The mayor of the small town said on Monday that the old bridge will be closed"
    write("a.txt", f"{said}.\n\nThe mayor left.")
    write("b.txt", f"It rained.\n\n“{said.upper()}”!\n\n{said} soon.")
    write("c.txt", f"{said} in 2021.")
    folder = write("d.txt", "The bridge is old.").parent
    library.index([folder])
    question = "What did the mayor of the town say on Monday about the old bridge?"
    answer = ask(library, Query(question=question, top_k=10))
    check(library, answer, 10)
    ids = {s.id[0]: s.id for s in library.articles()}
    folded, numbered = sorted(
        (passage for passage in shown(answer) if "SMALL TOWN" in passage.text.upper()),
        key=lambda passage: "2021" in passage.text,  # which states something else
    )
    assert {folded.citation.article_id, *folded.also_in} == {ids["a"], ids["b"]}
    assert numbered.citation.article_id == ids["c"]
    assert numbered.also_in == ()
    [copy] = folded.also_in
    assert title_copies(library, answer) == {copy: copy[0]}
    assert library.titles({"none"}) == {}


def test_an_article_can_be_chosen_by_the_beginning_of_its_id(
    library: Library, write: Write
) -> None:
    library.index([write(f"{name}.txt", f"The cat of {name} sat.") for name in ("rome", "riga")])
    for wanted, name in (("rome", "rome"), ("ri", "riga")):
        answer = ask(library, Query(question="Which cat sat?", article=wanted))
        assert quotes(answer) == [f"The cat of {name} sat."]
    for wanted in ("r", "", "paris", "%", "rome-000000x", "\x00", "\ud800"):
        with pytest.raises(UnknownArticleError, match=r"`articlebot articles` lists their ids"):
            ask(library, Query(question="Which cat sat?", article=wanted))


def test_the_index_is_described(seed_library: Library) -> None:
    answer = ask(seed_library, Query(question="  Who \n raised\u00a0concerns? "))
    assert answer.question == "  Who \n raised\u00a0concerns? "
    assert answer.resolved_question == "Who raised concerns?"
    info = seed_library.info()
    assert answer.index.model_dump() == {
        "fingerprint": info.fingerprint,
        "articles": 1,
        "sentences": info.sentences,
    }
    assert answer.took_ms > 0


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", "is empty"),
        (" \n\t\u00a0\u2003", "is empty"),
        ("?!…", "has no words"),
        ("🙂🙂", "has no words"),
        ("x" * (MAX_QUESTION + 1), f"has {MAX_QUESTION + 1} characters: ask with at most"),
        ("What\x00?", "is not text"),
        ("\x1b[31mWho?", "is not text"),
        ("Who \ud83d?", "is not text"),
    ],
)
def test_what_is_no_question_is_refused(library: Library, question: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        ask(library, Query(question=question))


@pytest.mark.parametrize("question", ["x" * MAX_QUESTION, "谁?", "42", "a\tb\r\nc", "¿Qué?"])
def test_what_is_a_question_is_taken(seed_library: Library, question: str) -> None:
    check(seed_library, ask(seed_library, Query(question=question)), 3)


def test_an_empty_library_says_what_to_do(library: Library) -> None:
    with pytest.raises(
        EmptyLibraryError, match=r"no articles in .* yet: add some with `articlebot"
    ):
        ask(library, Query(question="Who raised concerns?"))
    assert not library.settings.data.exists()  # asking makes nothing


def test_threads_ask_at_once(seed_library: Library) -> None:
    asked = [f"Who said {word}?" for word in ("concerns", "deal", "NATO", "territory", "loan")]
    expected = [quotes(ask(seed_library, Query(question=question))) for question in asked]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda question: ask(seed_library, Query(question=question)), asked * 20)
        assert [quotes(answer) for answer in answers] == expected * 20
