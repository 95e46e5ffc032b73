"""What a terminal or a pipe receives for an answer, whatever is written in the article."""

import io
import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bot.answering.answer import Answer, IndexInfo
from bot.answering.passage import AnswerPassage, AnswerSpan, Citation
from bot.cli.render import print_answer, print_articles, terminal
from bot.wording import describe_confidence, neutralise, one_line
from index.article import ArticleSummary

TEXT = "Talks began in 2016. The allies raised concerns. A decision is near."
QUOTE = "The allies raised concerns."


def passage(
    text: str = TEXT, quote: str = QUOTE, offset: int = 100, **cited: object
) -> AnswerPassage:
    start = offset + text.index(quote)
    citation: dict[str, object] = {
        "article_id": "a-1",
        "title": "Missiles",
        "source": "news/missiles.txt",
        "published": date(2017, 10, 30),
        "paragraph": 4,
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "text_sha256": "0" * 64,
        "link": "/articles/a-1#s=1-2",
    }
    return AnswerPassage(
        rank=1,
        score=0.93,
        text=text,
        start=offset,
        end=offset + len(text),
        citation=Citation.model_validate(citation | cited),
    )


def answer(*passages: AnswerPassage, found: bool = True, resolved: str = "Who?") -> Answer:
    return Answer(
        question="Who?",
        resolved_question=resolved,
        found=found,
        confidence=0.93 if found else 0.04,
        passages=passages if found else (),
        closest=() if found else passages,
        index=IndexInfo(fingerprint="f", articles=1, sentences=3),
        took_ms=1.5,
    )


def piped(given: Answer, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="\n")
    print_answer(given, terminal(stream))
    stream.flush()
    return raw.getvalue().decode(encoding)


def shown(given: Answer, width: int = 80, *, no_color: bool | None = None) -> str:
    """What a terminal of that width receives."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=True,
        color_system="truecolor",
        markup=False,
        emoji=False,
        highlight=False,
        no_color=no_color,
    )
    print_answer(given, console)
    return stream.getvalue()


def without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_pipe_gets_the_marked_passage_its_citation_and_no_codes() -> None:
    assert piped(answer(passage())) == (
        "Confidence: very high, 93%\n"
        "\n"
        "1. Talks began in 2016. »The allies raised concerns.« A decision is near.\n"
        "   Missiles, news/missiles.txt, paragraph 4, characters 121-148, 2017-10-30 (93%)\n"
    )


def test_no_date_is_shown_where_none_is_known() -> None:
    assert "characters 121-148 (93%)" in piped(answer(passage(published=None)))


def test_an_encoding_without_the_marks_gets_plain_ones() -> None:
    assert ">>The allies raised concerns.<<" in piped(answer(passage()), "ascii")


def test_a_terminal_gets_the_answering_sentence_in_style() -> None:
    output = shown(answer(passage()))
    assert "\x1b[1;7mThe allies raised concerns.\x1b[0m" in output
    assert "»" not in output


def test_without_colour_the_sentence_is_still_marked() -> None:
    assert "\x1b[1;7mThe allies raised concerns.\x1b[0m" in shown(answer(passage()), no_color=True)


def test_not_found_labels_the_closest_passages() -> None:
    output = piped(answer(passage(), found=False))
    head, label, _, first, *_ = output.splitlines()
    assert head == "Not found: no article answers this question."
    assert "not an answer" in label
    assert first.startswith("-  ")
    assert "Confidence" not in output


def test_not_found_without_anything_near() -> None:
    assert piped(answer(found=False)) == "Not found: no article answers this question.\n"


@pytest.mark.parametrize(
    "link", ["https://news.example/a#:~:text=x", "http://127.0.0.1/articles/a"]
)
def test_an_absolute_link_has_a_line_that_is_never_broken(link: str) -> None:
    link += "y" * 200
    lines = without_styles(shown(answer(passage(link=link)), width=40)).splitlines()
    assert f"   {link}" in lines


@pytest.mark.parametrize("link", ["/articles/a-1#s=1-2", "javascript:alert(1)", "ftp://x.example"])
def test_other_links_are_not_shown(link: str) -> None:
    assert link not in piped(answer(passage(link=link)))


def test_a_resolved_question_is_shown_only_when_it_differs() -> None:
    assert piped(answer(passage(), resolved="Who   raised\nit?")).startswith(
        "Searching: Who raised it?\n"
    )
    assert "Searching" not in piped(answer(passage(), resolved=" Who? "))


def test_near_identical_articles_are_named() -> None:
    folded = passage().model_copy(update={"also_in": ("b-2", "c-3")})
    assert "   Also in 2 articles: b-2, c-3\n" in piped(answer(folded))
    console = terminal(output := io.StringIO())
    print_answer(answer(folded), console, {"b-2": "The\n\x1bbridge"})
    assert "   Also in 2 articles: The ␛bridge (b-2), c-3\n" in output.getvalue()


def test_markup_and_emoji_codes_of_an_article_are_text() -> None:
    text = "[bold red]Alert[/] :smile: [link=http://x.example]click[/link] [/nothing]"
    output = piped(answer(passage(text, text, title="[red]Title[/red]")))
    assert f"»{text}«" in output
    assert "[red]Title[/red]" in output
    assert "\x1b" not in output


def test_layout_of_a_scraped_text_is_tidied_around_the_mark() -> None:
    text = "    One.\r\n\r\n \r\n\tTwo\u00a0is   it.\r\n  Three."
    assert "1. One.\n   »Two is it.«\n   Three.\n" in piped(
        answer(passage(text, "Two\u00a0is   it."))
    )


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_lines_fit_the_terminal_and_nothing_is_lost(width: int) -> None:
    text = "Vast areas 東京都庁 remain unprotected. " * 9 + QUOTE
    output = without_styles(shown(answer(passage(text, QUOTE)), width=width))
    assert all(cell_len(line) <= width for line in output.splitlines())
    assert "".join(text.split()) in "".join(output.split())


UGLY = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Zs"]),
        st.sampled_from("[]/\\:\x1b\x07\u202e\u2066"),
    ),
    min_size=1,
    max_size=40,
)


@given(before=UGLY, quote=UGLY, after=UGLY, title=UGLY)
def test_nothing_written_in_an_article_acts_on_the_terminal(
    before: str, quote: str, after: str, title: str
) -> None:
    made = passage(before + quote + after, quote, title=title, source=title)
    output = piped(answer(made))
    acting = {c for c in output if unicodedata.category(c) == "Cc"} - {"\n"}
    assert not acting
    assert not set(output) & set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
    assert all(code == "\x1b" for code in acting_in(shown(answer(made))))


def acting_in(output: str) -> set[str]:
    return {c for c in without_styles(output) if unicodedata.category(c) == "Cc"} - {"\n"}


@given(st.text(st.characters()))
def test_neutralising_keeps_offsets_and_happens_once(text: str) -> None:
    plain = neutralise(text)
    assert len(plain) == len(text)
    assert neutralise(plain) == plain


def test_neutral_characters_show_what_was_there() -> None:
    assert neutralise("\x1b[2J\x07\x7f\x9b\u202e\ud800") == "␛[2J␇␡\ufffd\ufffd\ufffd"
    assert one_line("  a\r\n\tb\u2028c ") == "a b c"
    assert neutralise("naïve שלום 👩‍👩‍👧 «»") == "naïve שלום 👩‍👩‍👧 «»"


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "very high, 100%"),
        (0.9, "very high, 90%"),
        (0.8, "high, 80%"),
        (0.5, "fair, 50%"),
        (0.3, "low, 30%"),
        (0.0, "very low, 0%"),
    ],
)
def test_confidence_in_words_and_percent(probability: float, words: str) -> None:
    assert describe_confidence(probability) == words


ARTICLES = [
    ArticleSummary(
        "a-1", "Missiles [red]", "news/a.txt", date(2017, 10, 30), 34, "2026-01-02T03:04:05+00:00"
    ),
    ArticleSummary("b-2", "Bad\ttitle\x1b[2J", "b.txt", None, 1, "2026-01-02T03:04:05+00:00"),
]


def test_articles_in_a_pipe_are_tab_separated() -> None:
    stream = io.StringIO()
    print_articles(ARTICLES, terminal(stream))
    assert stream.getvalue() == (
        "a-1\tMissiles [red]\t2017-10-30\tnews/a.txt\t34\t2026-01-02 03:04\n"
        "b-2\tBad title␛[2J\t\tb.txt\t1\t2026-01-02 03:04\n"
    )


@pytest.mark.parametrize("width", [40, 100])
def test_articles_on_a_terminal_fit_it(width: int) -> None:
    stream = io.StringIO()
    print_articles(ARTICLES, Console(file=stream, force_terminal=True, width=width))
    output = without_styles(stream.getvalue())
    assert all(len(line) <= width for line in output.splitlines())
    for part in ("a-1", "Missiles [red]", "2017-10-30", "news/a.txt", "34", "b-2", "b.txt"):
        assert part in output


def test_the_answer_comes_first_and_its_words_stand_out() -> None:
    one = passage()
    start = one.citation.start + one.citation.quote.index("allies")
    words = AnswerSpan(text="allies", start=start, end=start + 6, rank=1, article_id="a-1")
    given = answer(one.model_copy(update={"answer": words})).model_copy(
        update={"answers": (words,)}
    )
    output = shown(given)
    assert output.startswith("\x1b[1mallies\x1b[0m\n")
    assert "\x1b[7mThe \x1b[0m\x1b[1;7mallies\x1b[0m\x1b[7m raised concerns.\x1b[0m" in output
    assert piped(given).startswith("allies\nConfidence: very high, 93%\n")


def test_what_may_not_answer_is_told_so() -> None:
    unsure = answer(passage(), found=False).model_copy(update={"verdict": "unsure"})
    assert piped(unsure).startswith("The articles may not answer this. Closest:\n\n-  ")
