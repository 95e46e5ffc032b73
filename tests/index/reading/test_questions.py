"""Questions of an article are told from its statements, however they are set."""

import pytest

from index.article import Article
from index.reading.questions import asks
from index.reading.split import parse_article


def kinds(text: str) -> list[str]:
    return [p.kind for p in parse_article(Article("a", "T", "/a", text)).paragraphs]


@pytest.mark.parametrize(
    "text",
    [
        "How much does the ferry cost?",
        "## How much does the ferry cost?",
        "Reporter: How much does the ferry cost?",
        "渡轮公司有多少名水手？",
        "كم تكلفة العبارة؟",
        "Ile kosztuje prom (w zimie)?",
    ],
)
def test_a_question(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry costs nine crowns.",
        "“How much does the ferry cost?”",
        "The ferry is late. How late?",
        "He asked how much it costs.",
        "",
        "How much? " * 40,
    ],
)
def test_no_question(text: str) -> None:
    assert not asks(text)


def test_labelled_lines() -> None:
    text = "Q: How much is the ferry?\n\nA: It is nine crowns.\n\nQ. Tell more.\n\nA. It sails."
    assert kinds(text) == ["question", "body", "question", "body"]


def test_a_label_with_its_answer_is_text() -> None:
    assert (
        kinds("Q: How much is the ferry? A: It is nine crowns.\n\nIt sails daily.") == ["body"] * 2
    )


def test_an_interviewer_leads_up_to_a_question() -> None:
    turns = [f"You sailed for {n} years. What did you learn?\n\nI learned to wait." for n in "358"]
    assert kinds("\n\n".join(turns)) == ["question", "body"] * 3
    assert kinds(turns[0]) == ["body"] * 2, "one alone may be the author's own"


def test_an_answer_stands_under_its_question_for_a_while() -> None:
    text = "How much is it?\n\nNine crowns.\n\n" + "It sails daily. " * 200 + "\n\nIt is blue."
    passages = parse_article(Article("a", "T", "/a", text)).passages
    assert passages[0].section == "How much is it?"
    assert passages[-1].section == ""
    assert all(text[s.start] != "H" for passage in passages for s in passage.sentences)


@pytest.mark.parametrize(
    "lines",
    [
        ["渡轮公司有十二名水手", "码头在星期一早上六点开放", "票价是九克朗，孩子免费"],
        ["العبارة تبحر كل يوم من الصباح إلى المساء", "ثمن التذكرة تسعة كرونات للسيارة الواحدة"],
        ["เรือข้ามฟากออกทุกวันตั้งแต่หกโมงเช้า", "ค่าโดยสารเก้าโครนสำหรับรถหนึ่งคัน"],
    ],
)
def test_lines_without_a_full_stop_are_text_where_none_is_set(lines: list[str]) -> None:
    text = "The ferry company told its passengers.\n\n" + "\n\n".join(lines)
    assert kinds(text) == ["body"] * (1 + len(lines))


def test_thai_is_split_at_its_spaces() -> None:
    line = "เรือข้ามฟากออกทุกวันตั้งแต่หกโมงเช้าถึงสี่ทุ่มยกเว้นวันอาทิตย์ที่เป็นวันหยุด"
    text = f"{line} {line} {line}"
    parsed = parse_article(Article("a", "T", "/a", text))
    assert [text[s.start : s.end] for s in parsed.sentences] == [line] * 3
