"""The one answer path: exact citations from different places, or an honest "not found"."""

import logging
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.answer import MAX_QUESTION, Answer, Query, ask, check_question
from bot.calibration import BUILT_IN
from bot.citation import OF_A_PARAGRAPH, AnswerPassage, exact
from bot.render import title_copies
from index.article import Article, canonical
from index.errors import EmptyLibraryError, UnknownArticleError, UsageError
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder

Write = Callable[[str, str | bytes], Path]


def shown(answer: Answer) -> tuple[AnswerPassage, ...]:
    assert not (answer.passages and answer.closest)
    assert answer.found == bool(answer.passages)
    return answer.passages or answer.closest


def quotes(answer: Answer) -> list[str]:
    return [passage.citation.quote for passage in shown(answer)]


def check(library: Library, answer: Answer, top_k: int) -> None:
    """Whatever is asked of whatever text: each passage is exact, and from a place of its own."""
    passages = shown(answer)
    assert len(passages) <= top_k
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    places: Counter[tuple[str, int]] = Counter()
    ranges: list[tuple[str, int, int]] = []
    for passage in passages:
        parsed = library.article(passage.citation.article_id)
        text, cited = parsed.article.text, passage.citation
        assert text[cited.start : cited.end] == cited.quote
        assert text[passage.start : passage.end] == passage.text
        assert passage.start <= cited.start < cited.end <= passage.end
        assert cited.text_sha256 == parsed.article.text_sha256
        assert (cited.title, cited.source) == (parsed.article.title, parsed.article.source)
        assert cited.quote == cited.quote.strip()
        paragraph = parsed.paragraphs[cited.paragraph - 1]
        assert paragraph.kind == "body"
        assert paragraph.start <= passage.start < passage.end <= paragraph.end
        place = (cited.article_id, cited.paragraph)
        places[place] += 1
        assert places[place] <= OF_A_PARAGRAPH
        if places[place] > 1:  # its paragraph has been shown
            assert passage.text == cited.quote
        ranges.append((cited.article_id, cited.start, cited.end))
        assert cited.article_id not in passage.also_in
    following = [p.score for p in passages[1:] if p.score >= BUILT_IN.threshold]
    assert following == sorted(following, reverse=True)
    for one, other in combinations(ranges, 2):
        assert one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1]
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


# Any text ----------------------------------------------------------------------------------------

_PIECES = (
    *(" ", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\u00a0", "\u2028", "\u0085", "\f", "\x1c"),
    *(". ", "! ", "؟ ", "。", "…", '"', "“", "”", "- ", "# ", "1. ", "Mr. ", "[1]"),
    *("e\u0301", "\u0301", "🙂", "👩\u200d👧", "🇹🇷", "\u200b", "\u200f", "\x00", "\ud800"),
    *("The cat sat on the mat. ", "Dogs ran away! ", "חתול ישב. ", "القط جلس. ", "猫坐着。", "cat"),
    *("Read more: cats", "Home", "ﬁ", "İ", "क्ष", "𝕏", "x" * 500),
)
texts = st.one_of(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=40).map("".join),
    st.text(min_size=1, max_size=200),
)
questions = st.one_of(
    st.sampled_from(["Where sat the cat?", "cat", "القط", "Did dogs run away from 猫?"]),
    st.text(min_size=1, max_size=50),
)


@pytest.fixture(scope="module")
def any_library() -> Iterator[Library]:
    with tempfile.TemporaryDirectory() as folder:
        chosen = Settings(data=Path(folder, "data"), cache=Path(folder, "cache"))
        with Library.open(chosen, encoder=FakeEncoder()) as opened:
            yield opened


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    written=st.lists(texts, min_size=1, max_size=3),
    question=questions,
    top_k=st.integers(1, 5),
    number=st.none() | st.integers(0, 2),
)
@example(["The cat sat.\r\n\r\nThe cat\u00a0sat 🙂.\rהחתול ישב."], "cat", 3, None)
def test_citations_are_exact_whatever_is_written_and_asked(
    any_library: Library, written: list[str], question: str, top_k: int, number: int | None
) -> None:
    articles = [
        Article(f"article-{n}", f"T{n}", f"/{n}", canonical(text)) for n, text in enumerate(written)
    ]
    any_library.add(articles)
    ids = {summary.id for summary in any_library.articles()}
    chosen = f"article-{number}" if f"article-{number}" in ids else None
    try:
        answer = ask(any_library, Query(question=question, top_k=top_k, article=chosen))
    except EmptyLibraryError:
        assert not ids
    except UsageError:
        with pytest.raises(UsageError):
            check_question(question)
    else:
        check(any_library, answer, top_k)
        if chosen:
            assert {passage.citation.article_id for passage in shown(answer)} <= {chosen}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ["cafe\u0301", "caf\u00e9"])
def test_files_of_every_kind_are_cited_exactly(
    library: Library, write: Write, end: str, form: str
) -> None:
    lines = ["\ufeffA page", "", f"The {form}\u00a0owner 🙂 sang.", "", "הבעלים שר. He left."]
    library.index([write("a.txt", end.join(lines))])
    answer = ask(library, Query(question=f"Who sang in the {form}?"))
    check(library, answer, 3)
    assert quotes(answer)[0] == "The café\u00a0owner 🙂 sang."


# What answers ------------------------------------------------------------------------------------


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


def test_links_lead_to_the_place(library: Library) -> None:
    text = "It rained.\n\nThe cat-like dog, “Rex”, sat & barked\u00a0loudly."
    web = Article("web", "Web", "https://example.com/news?id=1#top", text)
    file = Article("file é", "File", "/a b.txt", text)
    library.add([web])
    (passage, *_) = shown(ask(library, Query(question="Did the dog Rex bark loudly?")))
    assert passage.citation.link == (
        "https://example.com/news?id=1#:~:text=The%20cat%2Dlike%20dog%2C%20%E2%80%9CRex%E2%80%9D"
        "%2C%20sat%20%26%20barked%20loudly."
    )
    chosen = library.settings.model_copy(update={"public_url": "https://bot.example.com/"})
    library.add([file])
    with Library.open(chosen, encoder=FakeEncoder()) as opened:
        query = Query(question="Did the dog Rex bark loudly?", article="file é")
        (passage, *_) = shown(ask(opened, query))
    start, end = passage.citation.start, passage.citation.end
    assert (
        passage.citation.link == f"https://bot.example.com/articles/file%20%C3%A9#s={start}-{end}"
    )


# What is withheld --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("replace(text, 'Dunford', 'Dunfird')", id="other words in the same places"),
        pytest.param("substr(text, 1, 3000)", id="cut off"),
        pytest.param("' ' || text", id="shifted"),
        pytest.param("''", id="emptied"),
    ],
)
def test_a_text_that_is_not_the_indexed_one_is_withheld_and_logged(
    library: Library,
    seed_library: Library,
    write: Write,
    caplog: pytest.LogCaptureFixture,
    change: str,
) -> None:
    library.index([write("other.txt", "Concerns were raised by nobody at all.")])
    question = Query(question="Who raised concerns about the deal?", top_k=3)
    assert len({passage.citation.article_id for passage in shown(ask(library, question))}) == 2
    with sqlite3.connect(library.settings.data / "articles.sqlite3") as connection:
        connection.execute(f"UPDATE article SET text = {change} WHERE id LIKE 'turkey%'")
    connection.close()
    with caplog.at_level(logging.ERROR):
        answer = ask(library, question)
    assert quotes(answer) == ["Concerns were raised by nobody at all."]
    assert [passage.rank for passage in shown(answer)] == [1]
    assert "withheld a citation that is not exact: turkey-s400" in caplog.text


def test_exactness_is_of_every_offset(seed_library: Library) -> None:
    (passage, *_) = shown(ask(seed_library, Query(question="Who raised concerns?")))
    text = seed_library.article(passage.citation.article_id).article.text
    assert exact(passage, text)
    assert not exact(passage, text + " ")
    for part in ({"start": passage.start - 1}, {"end": passage.end + 1}, {"text": "other"}):
        assert not exact(passage.model_copy(update=part), text)
    for part in ({"start": 0}, {"end": 10**6}, {"quote": "other"}, {"text_sha256": "0"}):
        cited = passage.citation.model_copy(update=part)
        assert not exact(passage.model_copy(update={"citation": cited}), text)


# What is refused ---------------------------------------------------------------------------------


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
