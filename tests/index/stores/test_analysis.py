"""Words of every script, however they are typeset."""

from pathlib import Path

import pytest

from index.stores.analysis import make_analyzer
from index.stores.words import WordIndex

analyze = make_analyzer()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("oﬃcials ﬁned", "officials fined"),
        ("of\u00adficials", "officials"),
        ("ＡＢＣ１２", "abc12"),
        ("ｶﾞｽ", "ガス"),
        ("Мосты закрыли", "моста закрыли"),
        ("الجِسْر", "جسر"),
        ("الـجـسر", "الجسر"),
        ("γέφυρας", "γέφυρα"),
        ("mayor’s", "mayor's"),
    ],
)
def test_the_same_words_are_the_same(one: str, other: str) -> None:
    assert list(analyze(one)) == list(analyze(other)) != []


def test_scripts_without_spaces_give_neighbouring_characters() -> None:
    assert list(analyze("渡轮公司有40名")) == ["渡轮", "轮公", "公司", "司有", "40", "名"]
    assert list(analyze("다리가 폐쇄")) == ["다리", "리가", "폐쇄"]
    assert len(analyze("สะพานถูกปิด")) > 5


ROWS = [
    (1, "a", "渡轮公司有四十名水手。", "渡轮公司有四十名水手。"),
    (2, "a", "市长周一关闭了旧桥。", "市长周一关闭了旧桥。"),
    (3, "b", "橋は月曜日に閉鎖された。", "橋は月曜日に閉鎖された。"),
    (4, "c", "สะพานเก่าถูกปิดเมื่อวันจันทร์", "สะพานเก่าถูกปิดเมื่อวันจันทร์"),
    (5, "d", "أغلق المجلس الجسر القديم يوم الاثنين.", "أغلق المجلس الجسر القديم يوم الاثنين."),
    (6, "e", "시의회는 월요일에 다리를 폐쇄했다.", "시의회는 월요일에 다리를 폐쇄했다."),
    (7, "f", "The oﬃcials were ﬁned.", "The oﬃcials were ﬁned."),
]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("渡轮公司有多少名水手？", 1),
        ("谁关闭了旧桥？", 2),
        ("橋はいつ閉鎖されましたか", 3),
        ("สะพานเก่าปิดเมื่อไร", 4),
        ("متى أغلق الجسر؟", 5),
        ("다리는 언제 폐쇄되었나?", 6),
        ("Which officials were fined?", 7),
    ],
)
def test_a_question_finds_its_sentence(question: str, wanted: int, tmp_path: Path) -> None:
    index = WordIndex.build(ROWS, tmp_path / "words")
    assert next(iter(index.search(question, 5))) == wanted
