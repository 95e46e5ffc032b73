"""The compatible form of a text, and where spans of the text are in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.compatible import find_origin, make_compatible, make_readable


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The oﬃcials were ﬁned for the ﬂood; eﬀorts, waﬄes.",
         "The officials were fined for the flood; efforts, waffles."),
        ("ＡＢＣ　１２３！", "ABC 123!"),
        ("ｶﾞｽとﾊﾟﾝ", "ガスとパン"),
        ("of\u00adfi\u00adcials, zero\u200bwidth, joined\u2060.", "officials, zerowidth, joined."),
        ("The mayor’s “no” ‘yes’ „ja“", "The mayor's \"no\" 'yes' \"ja\""),
        ("non\u2011breaking 5\u00a0km, thin\u202f%", "non-breaking 5 km, thin %"),
        ("\ufe8d\ufedf\ufea0\ufeb4\ufeae", "الجسر"),
        ("𝐁𝐨𝐥𝐝 №5 ㎞ Ⅷ", "Bold No5 km VIII"),
        ("10² m², ½, Foo™, ① … – —", "10² m², ½, Foo™, ① … – —"),
        ("Ünïcode, 橋, مرحبا, 🙂", "Ünïcode, 橋, مرحبا, 🙂"),
    ],
)  # fmt: skip
def test_what_typesetting_made_of_words_is_undone(text: str, form: str) -> None:
    assert make_compatible(text) == form
    assert make_compatible(form) == form


@given(
    st.lists(st.sampled_from([*"aé ﬁﬃ\u00ad“ｶﾞ橋１\u200b", "ｶﾞ", "word "]), max_size=30),
    st.data(),
)
def test_spans_keep_what_they_hold(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cuts = sorted(
        data.draw(st.lists(st.integers(0, len(parts)), min_size=2, max_size=2), "between parts")
    )
    start, end = (len("".join(parts[:cut])) for cut in cuts)
    form, [(form_start, form_end)] = make_readable(text, [(start, end)])
    assert form == make_compatible(text)
    assert form[:form_start] == make_compatible(text[:start]) or text[start : start + 1] == "ﾞ"
    assert 0 <= form_start <= form_end <= len(form)
    if not text[start:].startswith("ﾞ") and not text[end:].startswith("ﾞ"):
        assert form[form_start:form_end] == make_compatible(text[start:end])


def test_a_span_keeps_whole_what_it_has_a_part_of() -> None:
    form, spans = make_readable("ｶﾞｽ", [(0, 1), (1, 2), (1, 3)])
    assert (form, spans) == ("ガス", [(0, 1), (0, 1), (0, 2)])


def test_the_reader_sees_apostrophes_as_they_are_typed() -> None:
    assert make_readable("The mayor’s “ﬁne”", [(0, 17)]) == ('The mayor’s "fine"', [(0, 18)])


@given(st.text(alphabet="aﬁé \u00ad“”Ａ.'\u2019１2\n", max_size=40), st.data())
def test_what_the_reader_points_at_is_found_in_the_text(text: str, data: st.DataObject) -> None:
    other, _ = make_readable(text, ())
    start = data.draw(st.integers(0, max(0, len(other) - 1)))
    end = data.draw(st.integers(start, len(other)))
    if not other[start:end].strip():
        return
    first, last = find_origin(text, start, end)
    assert 0 <= first <= last <= len(text)
    seen = make_readable(text[first:last], ())[0]
    assert (
        "".join(other[start:end].split()) in "".join(seen.split()) or not other[start:end].strip()
    )


def test_words_that_look_the_same_are_exact() -> None:
    text = "The oﬃcials “agreed” on 12 May."
    other, _ = make_readable(text, ())
    at = other.index("12 May")
    first, last = find_origin(text, at, at + 6)
    assert text[first:last] == "12 May"
    at = other.index("officials")
    first, last = find_origin(text, at, at + 9)
    assert text[first:last] == "oﬃcials"
