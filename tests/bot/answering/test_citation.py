"""Citations are exact, whatever is written and asked; what is not exact is withheld."""

import hashlib
import logging
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.answering.answer import ask
from bot.answering.citation import exact
from bot.answering.query import Query
from bot.question import check_question
from index.article import Article, canonical
from index.errors import EmptyLibraryError, UsageError
from index.library import Library
from index.settings import Settings
from tests.bot.passages import check, quotes, shown
from tests.fakes import FakeEncoder

Write = Callable[[str, str | bytes], Path]

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
    article = seed_library.article(passage.citation.article_id).article
    text, hashed = article.text, article.text_sha256
    assert exact(passage, text, hashed)
    assert not exact(passage, text + " ", hashlib.sha256((text + " ").encode()).hexdigest())
    for part in ({"start": passage.start - 1}, {"end": passage.end + 1}, {"text": "other"}):
        assert not exact(passage.model_copy(update=part), text, hashed)
    for part in ({"start": 0}, {"end": 10**6}, {"quote": "other"}, {"text_sha256": "0"}):
        cited = passage.citation.model_copy(update=part)
        assert not exact(passage.model_copy(update={"citation": cited}), text, hashed)
