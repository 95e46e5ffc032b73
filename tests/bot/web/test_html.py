from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.answer import Answer, IndexInfo
from bot.answering.passage import AnswerPassage, AnswerSpan, Citation
from bot.failures import Failure
from bot.web.html import plain_answer, reader_path, render_error, render_turn, source_name

NASTY = "<script>alert(1)</script> & <img src=x onerror=alert(1)> \"' </p></mark> &lt;b&gt; \u202e"


def answer_of(question: str, text: str, start: int, end: int, **about: Any) -> Answer:
    """Make an answer of one passage that begins at 100 in its article."""
    citation = Citation(
        **{
            "article_id": "a",
            "title": "T",
            "source": "a.txt",
            "published": None,
            "paragraph": 7,
            "start": 100 + start,
            "end": 100 + end,
            "quote": text[start:end],
            "text_sha256": "0" * 64,
            "link": f"/articles/a#s={100 + start}-{100 + end}",
            **about,
        }
    )
    passage = AnswerPassage(
        rank=1, score=0.8, text=text, start=100, end=100 + len(text), citation=citation
    )
    index = IndexInfo(fingerprint="f", articles=1, sentences=1)
    return Answer(
        question=question,
        resolved_question=question,
        found=True,
        confidence=0.8,
        passages=(passage,),
        index=index,
        took_ms=1,
    )


class Parsed(HTMLParser):
    """The tags of a turn, and what stands in its mark and its passage."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.marked = self.quoted = ""
        self._open: list[str] = []
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))  # as browsers do
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        assert not any(name.startswith(("on", "style")) for name, _ in attrs)
        for name, value in attrs:
            assert name != "href" or (value or "").startswith(("/", "http://", "https://"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "mark" in self._open:
            self.marked += data
        if "blockquote" in self._open:
            self.quoted += data


def as_shown(text: str) -> str:
    return text.replace("\0", "\ufffd")


@settings(deadline=None)
@given(st.text(min_size=1), st.data())
def test_the_mark_is_the_quote_code_point_for_code_point(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    page = Parsed(render_turn(answer_of("Who?", text, start, end), "id"))
    assert page.marked == as_shown(text[start:end])
    assert page.quoted == as_shown(text)


@settings(deadline=None)
@given(st.text(min_size=1), st.text(), st.text(min_size=1))
def test_nothing_that_is_written_makes_a_tag(question: str, title: str, source: str) -> None:
    plain = Parsed(render_turn(answer_of("Who?", "Text.", 0, 5), "id"))
    about = {"title": title, "source": source.replace("http", "")}
    hostile = answer_of(question, NASTY, 3, 20, **about).model_copy(
        update={"resolved_question": " ".join(question.split())}
    )
    assert Parsed(render_turn(hostile, "id")).tags == plain.tags
    shown = Parsed(render_error(Failure(detail=NASTY, remedy=NASTY)))
    assert shown.tags == ["article", "p"]


def test_only_web_addresses_are_linked_as_sources() -> None:
    web = answer_of(
        "Who?", "Text.", 0, 5, source="https://a.example/x", link="https://a.example/x#"
    )
    assert ">Source</a>" in render_turn(web, "id")
    path = answer_of("Who?", "Text.", 0, 5, source="javascript:alert(1)")
    assert ">Source</a>" not in render_turn(path, "id")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://news.example/a/b", "news.example"),
        ("http://", ""),
        ("seeds/a.txt", "a.txt"),
        ("Reuters", "Reuters"),
        ("", ""),
    ],
)
def test_source_name(source: str, name: str) -> None:
    assert source_name(source) == name


def test_a_turn_says_what_was_searched_where_and_how_sure() -> None:
    answer = answer_of("And he?", "Text.", 0, 5, page=3).model_copy(
        update={"resolved_question": "And Ada?", "limited_to": "articles since 1 March 2017"}
    )
    turn = render_turn(answer, "id", dated=True)
    assert "Searching: And Ada?" in turn
    assert "In: articles since 1 March 2017" in turn
    assert "data-undated" in turn
    assert "data-undated" not in render_turn(answer, "id")
    assert "Confidence: high, 80%" in turn
    assert 'aria-valuenow="80"' in turn
    assert "page 3" in turn
    assert reader_path(answer.passages[0].citation) == "/articles/a#s=100-105"


def test_an_answer_that_is_not_kept_offers_no_link_to_it() -> None:
    assert "/answers/" not in render_turn(answer_of("Who?", "Text.", 0, 5), None)


def test_plain_text_has_numbered_citations() -> None:
    found = answer_of("Who?", "One. Two.", 5, 9)
    assert plain_answer(found) == (
        "Who?\n\n“Two.” [1]\n\n[1] T, a.txt, paragraph 7, characters 105-109: /articles/a#s=105-109"
    )
    missing = found.model_copy(update={"found": False, "passages": (), "closest": found.passages})
    assert "not an answer" in plain_answer(missing)
    assert "Confidence" not in render_turn(missing, "id")


def test_copies_are_named_by_their_titles() -> None:
    given = answer_of("Who?", "Text.", 0, 5)
    [passage] = given.passages
    folded = passage.model_copy(update={"also_in": ("b-2", "c-3")})
    turn = render_turn(given.model_copy(update={"passages": (folded,)}), "id", {"b-2": "A & <b>"})
    assert '<a href="/articles/b-2">A &amp; &lt;b&gt;</a>, <a href="/articles/c-3">c-3</a>' in turn


def test_the_answer_comes_first_and_its_words_stand_out() -> None:
    text = f"It rained. {NASTY} allies raised concerns. Later."
    start, end = text.index(NASTY), text.index(" Later")
    given = answer_of("Who?", text, start, end)
    at = text.index("allies")
    words = AnswerSpan(text="allies", start=100 + at, end=106 + at, rank=1, article_id="a")
    passage = given.passages[0].model_copy(update={"answer": words})
    given = given.model_copy(update={"passages": (passage,), "answers": (words,)})
    html = render_turn(given, "id")
    assert '<strong class="answer" dir="auto">allies</strong> Confidence: high, 80%' in html
    assert "<strong>allies</strong> raised concerns.</mark>" in html
    assert Parsed(html).marked == as_shown(text[start:end])
    assert plain_answer(given).splitlines()[2] == "allies"
    nasty = words.model_copy(update={"text": NASTY})
    html = render_turn(given.model_copy(update={"answers": (nasty,)}), "id")
    assert "<script" not in html
    assert "<img" not in html


def test_what_may_not_answer_is_told_so() -> None:
    found = answer_of("Who?", "The allies.", 0, 11)
    unsure = found.model_copy(
        update={"verdict": "unsure", "found": False, "passages": (), "closest": found.passages}
    )
    assert "<strong>The articles may not answer this.</strong> Closest:" in render_turn(unsure, "i")
