import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.passage import AnswerPassage, AnswerSpan
from bot.slack.blocks import (
    MAX_FALLBACK,
    MAX_MESSAGE,
    Message,
    answer_message,
    passage_blocks,
    plain_message,
)
from bot.slack.buttons import answer_buttons
from bot.slack.text import escape, question_from
from bot.slack.views import (
    Asked,
    Piece,
    ask_about_view,
    blocks_view,
    context_view,
    find_piece,
    home_view,
    right_answer_view,
    text_view,
)
from bot.wording import NOT_AN_ANSWER, NOT_FOUND
from index.article import Article, ArticleSummary, Paragraph, ParsedArticle
from tests.bot.slack.answers import LINK, answer, passage
from tests.bot.slack.fake_slack import text_parts


def blocks(message: Message) -> list[dict[str, Any]]:
    return [block.to_dict() for block in message.blocks]


def test_a_passage_is_a_quote_with_its_sentence_bold_and_its_citation_beneath() -> None:
    message = answer_message(answer(passage("It began. ", "Mattis objected.", " It ended.")))
    assert blocks(message) == [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": "Confidence: very high, 90%"}],
                },
            ],
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_quote",
                    "elements": [
                        {"type": "text", "text": "It began. "},
                        {"type": "text", "text": "Mattis objected.", "style": {"bold": True}},
                        {"type": "text", "text": " It ended."},
                    ],
                },
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "[1] "},
                        {"type": "link", "url": LINK, "text": "S-400"},
                        {"type": "text", "text": ", 2018-05-02, paragraph 4, characters 110–126"},
                    ],
                },
            ],
        },
    ]
    assert message.text == (
        "Confidence: very high, 90%\n"
        "[1] “Mattis objected.” S-400, 2018-05-02, paragraph 4, characters 110–126"
    )


def test_a_citation_goes_without_what_the_article_lacks() -> None:
    for link in ("", "/articles/a1#c=1-2", "javascript:alert(1)", "https://[", "ftp://x.example/"):
        message = answer_message(answer(passage("", "Yes.", title=" ", link=link, published=None)))
        _, quote, *citation = text_parts(blocks(message))
        assert quote["text"] == "Yes."
        assert [part["type"] for part in citation] == ["text"] * 3
        assert "".join(part["text"] for part in citation) == (
            "[1] seeds/a.txt, paragraph 4, characters 100–104"
        )


def test_not_found_is_said_before_the_closest_passages_and_none_is_bold() -> None:
    message = answer_message(answer(passage("It began. ", "Mattis objected."), found=False))
    lead, *rest = text_parts(blocks(message))
    assert lead == {
        "type": "text",
        "text": f"{NOT_FOUND} {NOT_AN_ANSWER}",
        "style": {"bold": True},
    }
    assert "Mattis objected." in "".join(part["text"] for part in rest)
    assert not any("style" in part for part in rest)
    assert message.text.startswith(f"{NOT_FOUND} {NOT_AN_ANSWER}\n[1] “Mattis objected.”")
    assert "Confidence" not in message.text
    assert answer_message(answer(found=False)).text == NOT_FOUND


def test_article_text_cannot_ping_format_or_link() -> None:
    text = "<!channel> *bold* `code` <https://evil.example|bank> @here &lt;"
    message = answer_message(answer(passage("", text, title=text)))
    assert {part["type"] for part in text_parts(blocks(message))} == {"text", "link"}
    assert text_parts(blocks(message))[1]["text"] == text
    assert "&lt;!channel&gt; *bold*" in message.text
    assert "<" not in message.text
    assert ">" not in message.text
    assert "&amp;lt;" in message.text


def test_the_sentence_stays_when_a_long_passage_is_cut() -> None:
    message = answer_message(answer(passage("before " * 2_000, "The answer.", " after" * 2_000)))
    _, before, sentence, after, *_ = text_parts(blocks(message))
    assert sentence == {"type": "text", "text": "The answer.", "style": {"bold": True}}
    assert before["text"].startswith("…before ")
    assert before["text"].endswith("before ")
    assert after["text"].endswith(" after…")


def test_twenty_long_passages_fit_and_what_does_not_fit_is_counted() -> None:
    long = [passage("word " * 500, "Yes, it was so.", " word" * 500, rank=n) for n in range(1, 21)]
    shown = blocks(answer_message(answer(*long)))
    assert len(shown) == 21  # with the confidence
    dear = [passage("&" * 3_000, "&" * 3_000, title="&" * 150, rank=n) for n in range(1, 21)]
    shown = blocks(answer_message(answer(*dear)))
    left_out = text_parts(shown)[-1]["text"]
    assert left_out == f"Passages that do not fit into this message: {22 - len(shown)}."
    assert 2 < len(shown) < 20


def test_the_fallback_is_cut_between_characters_and_not_within_an_entity() -> None:
    for limit in range(2, 12):
        assert re.fullmatch(r"(&amp;)*…|(&amp;){2}", escape("&&", limit))


def test_a_plain_message_shows_and_says_the_same() -> None:
    message = plain_message("no articles in <here> & there")
    assert message.text == "no articles in &lt;here&gt; &amp; there"
    assert text_parts(blocks(message)) == [
        {"type": "text", "text": "no articles in <here> & there"}
    ]


def test_the_question_is_plain_text() -> None:
    for sent, meant in {
        "<@UBOT> Who raised concerns?": "Who raised concerns?",
        "<@UBOT|articlebot>: who?": "who?",
        "Hey <@UBOT>, who?": "Hey , who?",
        "<@UBOT> did <@U2|ann> or <@U3> agree?": "did @ann or @U3 agree?",
        "what of <#C2|news> and <#C3>?": "what of #news and #C3?",
        "<!here> and <!subteam^S1|@editors>?": "@here and @editors?",
        "see <https://a.example/?x=1&amp;y=2>": "see https://a.example/?x=1&y=2",
        "see <https://a.example|the &lt;page&gt;>": "see the <page>",
        "AT&amp;T &lt;3 &amp;lt;": "AT&T <3 &lt;",
        " <@UBOT> ": "",
    }.items():
        assert question_from(sent, "UBOT") == meant


TEXTS = st.builds(
    lambda text, times: text * times,
    st.text(max_size=60)
    | st.sampled_from(["<!channel>", "&", "<@U1>", "*_~`", '"\\', "\u202e\x00\r\n", "😀", "ש "]),
    st.integers(1, 400),
)
PASSAGES = st.builds(
    passage,
    TEXTS,
    TEXTS,
    TEXTS,
    rank=st.integers(1, 20),
    title=TEXTS,
    link=st.just(LINK) | TEXTS,
    published=st.none() | st.dates(),
)


def unformatted(text: str) -> str:
    """Drop what is never shown, as a set of characters and not as the code does it."""
    gone = {*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    kept = {10, 9}
    return "".join(
        c for c in text.replace("\r\n", "\n").replace("\r", "\n") if ord(c) not in gone - kept
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(PASSAGES, max_size=20), st.booleans())
def test_any_answer_is_a_message_within_slacks_limits(
    passages: list[AnswerPassage], found: bool
) -> None:
    below = answer_buttons("A" * 12, passages=True, share=True)
    message = answer_message(answer(*passages, found=found), below, shared_by="U1")
    shown = blocks(message)
    assert 1 <= len(shown) <= 50
    assert shown[-2:] == [block.to_dict() for block in below]
    assert len(json.dumps(shown, ensure_ascii=False).encode()) <= MAX_MESSAGE
    for part in text_parts(shown[:-2])[1:]:  # the first names who shares it
        assert part["type"] in ("text", "link")
        assert part["text"]
        assert part["text"] == unformatted(part["text"])
        assert part.get("url", LINK).startswith(("http://", "https://"))
    assert 0 < len(message.text) <= MAX_FALLBACK
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", message.text)


@given(st.text(max_size=100), st.text(max_size=100), st.text(max_size=100))
def test_a_short_passage_is_quoted_whole(before: str, quote: str, after: str) -> None:
    shown = blocks(answer_message(answer(passage(before, quote, after))))
    parts = text_parts(shown[1]["elements"][0])
    bold = "".join(part["text"] for part in parts if "style" in part)
    assert bold == unformatted(quote)
    whole = unformatted(before).lstrip() + bold + unformatted(after).rstrip()
    assert "".join(part["text"] for part in parts) == (whole or "…")


@given(st.text(max_size=200))
def test_slacks_escapes_are_decoded_once(text: str) -> None:
    sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert question_from(f"<@UBOT>{sent}", "UBOT") == text.strip().lstrip(",:").strip()


def test_what_was_understood_and_the_copies_are_told() -> None:
    understood = answer(
        passage("", "One came.").model_copy(update={"also_in": ("b-2", "c-3")})
    ).model_copy(
        update={
            "resolved_question": "Who came by <sea>?",
            "limited_to": "articles since 1 May 2017",
        }
    )
    message = answer_message(understood)
    assert message.text.startswith(
        "Searching: Who came by &lt;sea&gt;?\nIn articles since 1 May 2017\nConfidence: very high"
    )
    shown = json.dumps([block.to_dict() for block in message.blocks])
    assert "also in 2 articles: b-2, c-3" in shown
    assert "Who came by <sea>?" in shown


@settings(max_examples=40, deadline=None)
@given(
    st.lists(PASSAGES, max_size=20),
    TEXTS,
    st.lists(
        st.builds(Asked, TEXTS, st.booleans(), TEXTS, TEXTS, st.just(LINK) | TEXTS), max_size=5
    ),
    st.lists(
        st.builds(ArticleSummary, TEXTS, TEXTS, TEXTS, st.none() | st.dates(), st.just(1), TEXTS),
        max_size=12,
    ),
)
def test_any_view_is_within_slacks_limits(
    passages: list[AnswerPassage], text: str, asked: list[Asked], articles: list[ArticleSummary]
) -> None:
    pieces = [Piece(p, text, p.text, p.citation.start - p.start, text) for p in passages]
    for view in (
        context_view(pieces),
        blocks_view("More passages", passage_blocks(answer(*passages))),
        text_view("Ask the articles", text),
        ask_about_view(text, "C1"),
        right_answer_view("A" * 12),
        home_view(articles, [text[:2000]] * 4, asked),
    ):
        sent = view.to_dict()  # which checks the title, and the lengths of inputs
        assert len(sent["blocks"]) <= 100
        assert len(json.dumps(sent).encode()) < 250_000
        for part in text_parts(sent["blocks"]):
            assert part.get("text") != ""
            assert part.get("url", LINK).startswith(("http://", "https://"))


def test_a_passage_stands_between_the_paragraphs_around_it() -> None:
    text = "One came.\n\nShare this\n\nTwo came. Three left.\n\nFour came."
    starts = [text.index(each) for each in ("One", "Share", "Two", "Four")]
    ends = [9, 21, 44, len(text)]
    paragraphs = tuple(
        Paragraph(n, start, end, "furniture" if n == 2 else "body")
        for n, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )
    parsed = ParsedArticle(Article("a1", "A", "a.txt", text), paragraphs)
    cited = passage("Two came. ", "Three left.", offset=starts[2])
    cited = cited.model_copy(
        update={"citation": cited.citation.model_copy(update={"paragraph": 3})}
    )
    piece = find_piece(cited, parsed)
    assert (piece.before, piece.text, piece.after) == (
        "One came.",
        "Two came. Three left.",
        "Four came.",
    )
    assert piece.text[piece.start :] == "Three left."
    other = ParsedArticle(Article("a1", "A", "a.txt", "New. " + text), paragraphs)
    assert find_piece(cited, other).lost


def test_the_answer_comes_first() -> None:
    words = AnswerSpan(text="*Mattis* <!channel>", start=100, end=119, rank=1, article_id="a1")
    message = answer_message(
        answer(passage("", "Mattis objected.")).model_copy(update={"answers": (words,)})
    )
    first = message.blocks[0].to_dict()["elements"][0]["elements"]
    assert first == [{"type": "text", "text": "*Mattis* <!channel>", "style": {"bold": True}}]
    assert message.text.startswith("*Mattis* &lt;!channel&gt;\nConfidence: very high, 90%\n")


def test_what_may_not_answer_is_told_so() -> None:
    unsure = answer(passage("", "Mattis objected."), found=False).model_copy(
        update={"verdict": "unsure"}
    )
    assert answer_message(unsure).text.startswith("The articles may not answer this. Closest:\n")
