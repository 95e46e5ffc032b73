"""Sentences and passages, and their offsets over every kind of text."""

import pytest
import sentencex
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import Article, Paragraph, ParsedArticle, canonical
from index.reading.split import LONGEST_PASSAGE, LONGEST_SENTENCE, parse_article, split_sentences


def parse(text: str) -> ParsedArticle:
    return parse_article(Article(id="a", title="T", source="/a", text=canonical(text)))


def sentences(text: str) -> list[str]:
    found = split_sentences(text, Paragraph(1, 0, len(text), "body"))
    return [text[s.start : s.end] for s in found]


def test_sentences_end_where_a_reader_would_end_them() -> None:
    assert sentences('Mr. Smith paid $3.50 to the U.S. Army. "Why?" he asked. Nobody knew!') == [
        "Mr. Smith paid $3.50 to the U.S. Army.",
        '"Why?" he asked.',
        "Nobody knew!",
    ]


def test_a_quotation_keeps_its_speaker() -> None:
    quotation = '"It is over. We are done," the expert said.'
    assert sentences(f"Talks failed. {quotation} He left.")[1] == quotation


def test_marks_without_a_word_are_no_sentence() -> None:
    assert sentences("*** Yes. ***") == ["*** Yes."]
    assert sentences("*** !!! ...") == []


def test_a_splitter_that_changes_a_character_moves_no_offset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lossy(language: str, text: str) -> list[dict[str, str]]:
        return [{"text": "One came. "}, {"text": "2 went. "}, {"text": "Three stayed."}]

    monkeypatch.setattr(sentencex, "get_sentence_boundaries", lossy)
    text = "One came. Two went. Three stayed."
    assert sentences(text) == ["One came.", "Two went. Three stayed."]


def test_text_without_full_stops_is_cut_at_spaces() -> None:
    found = sentences("word " * 1000)
    assert all(len(s) <= LONGEST_SENTENCE for s in found)
    assert " ".join(found).split() == ["word"] * 1000


def test_text_without_spaces_is_cut_and_nothing_is_lost() -> None:
    found = sentences("x" * 2500)
    assert "".join(found) == "x" * 2500
    assert max(map(len, found)) == LONGEST_SENTENCE


def test_short_paragraphs_are_read_together_and_furniture_parts_them() -> None:
    text = "One came.\n\nTwo came.\n\nShare this article\n\nThree came."
    passages = [text[p.start : p.end] for p in parse(text).passages]
    assert passages == ["One came.\n\nTwo came.", "Three came."]


def test_long_paragraphs_are_read_in_parts() -> None:
    parsed = parse("The committee met again on that day. " * 100)
    assert len(parsed.passages) > 2
    assert max(p.end - p.start for p in parsed.passages) <= LONGEST_PASSAGE
    assert len(parsed.sentences) == 100


layout = (" ", "\n", "\r\n", "\r", "\n\n", "\u00a0", "\u2028", "\u0085", "\f", "\x1c", "\u3000")
marks = (". ", "! ", "? ", "…", "。", "؟ ", "।", '"', "“", "”", "- ", "1. ", "Mr. ", "U.S. ")
odd = (
    "\u0301",
    "🙂",
    "👩\u200d👧",
    "🇹🇷",
    "\ufeff",
    "\u200b",
    "\u200f",
    "\x00",
    "\ud800",
    "ﬁ",
    "İ",
    "ß",
)
words = ("a", "e\u0301", "שלום", "مرحبا", "你好", "𝕏", "क्ष", "The cat sat. ", "x" * 600)
awkward = st.sampled_from((*layout, *marks, *odd, *words))
articles = st.one_of(st.text(max_size=300), st.lists(awkward, max_size=60).map("".join))


@given(articles)
@example("")
@example("\r\r\n\n\r")
@example("a" + "\u0301" * 3000)
def test_offsets_hold_for_any_text(text: str) -> None:
    parsed = parse(text)
    text = parsed.article.text
    last = 0
    for passage in parsed.passages:
        assert passage.sentences
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
        for sentence in passage.sentences:
            assert last <= sentence.start < sentence.end
            last = sentence.end
            quote = text[sentence.start : sentence.end]
            assert quote == quote.strip()
            assert any(char.isalnum() or char == "_" for char in quote)
            paragraph = parsed.paragraphs[sentence.paragraph - 1]
            assert paragraph.kind == "body"
            assert paragraph.start <= sentence.start
            assert sentence.end <= paragraph.end


@given(articles)
def test_no_word_of_the_story_is_lost(text: str) -> None:
    parsed = parse(text)
    text = parsed.article.text
    covered = {i for s in parsed.sentences for i in range(s.start, s.end)}
    for paragraph in parsed.paragraphs:
        if paragraph.kind == "body":
            for i in range(paragraph.start, paragraph.end):
                assert i in covered or not text[i].isalnum()
