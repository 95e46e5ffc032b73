"""Character sets: what is broken, mislabelled, short or late is read all the same."""

import pytest

from index.errors import SourceError
from index.reading.formats.characters import decode

GERMAN = "Größe: 3 €. Die Straße ist für Fußgänger geöffnet, sagte der Bürgermeister – endlich."
TEXTS = [
    pytest.param(GERMAN, "cp1252", id="German"),
    pytest.param("L’été, le maire a déclaré que « la façade » coûterait 5 €.", "cp1252", id="fr"),
    pytest.param("¿Cuándo cerró España la frontera?, dijo José Núñez.", "cp1252", id="Spanish"),
    pytest.param("The fine was £40 a day.", "cp1252", id="a pound sign"),
    pytest.param("The mayor’s plan “no” – he said.", "cp1252", id="curly quotes"),
    pytest.param("We met at the café on Monday.", "cp1252", id="one accent"),
    pytest.param("It was 35° at noon, 5½ hours later 20 °C.", "cp1252", id="degrees"),
    pytest.param("Prezydent Łodzi ogłosił, że most kosztował dziesięć złotych.", "cp1250", id="pl"),
    pytest.param("Příliš žluťoučký kůň úpěl ďábelské ódy.", "iso8859_2", id="Czech"),
    pytest.param("Árvíztűrő tükörfúrógép az őszi esőben.", "cp1250", id="Hungarian"),
    pytest.param("İstanbul'da köprü kapatıldı, şehir meclisi üzgün.", "cp1254", id="Turkish"),
    pytest.param("Мост закрыли в понедельник, сообщил мэр.", "cp1251", id="Russian"),
    pytest.param("Мост закрыли в понедельник, сообщил мэр.", "koi8_r", id="Russian, KOI8"),
    pytest.param("Η γέφυρα έκλεισε τη Δευτέρα, είπε ο δήμαρχος.", "cp1253", id="Greek"),
    pytest.param("أغلق الجسر يوم الاثنين، قال رئيس البلدية.", "cp1256", id="Arabic"),
    pytest.param("市长周一表示,这座桥已经关闭。渡轮公司有四十名水手。", "gb18030", id="Chinese"),
    pytest.param("橋は月曜日に閉鎖されたと市長が語った。", "cp932", id="Japanese"),
    pytest.param("橋は月曜日に閉鎖されたと市長が語った。", "iso2022_jp", id="Japanese, 7 bits"),
    pytest.param("시장은 월요일에 다리가 폐쇄되었다고 말했다.", "cp949", id="Korean"),
]


@pytest.mark.parametrize(("text", "encoding"), TEXTS)
def test_a_short_text_without_a_name_of_its_set_is_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a file") == text


@pytest.mark.parametrize(("text", "encoding"), TEXTS)
def test_a_long_ascii_beginning_decides_nothing(text: str, encoding: str) -> None:
    line = "A plain line of text that stands before it.\n"
    assert decode((line * 5000).encode() + text.encode(encoding), "a file") == line * 5000 + text


@pytest.mark.parametrize("label", ["iso-8859-1", "latin1", "ISO_8859-1", "us-ascii", "cp1252"])
def test_latin_1_means_windows_1252(label: str) -> None:
    text = f'<html><meta charset="{label}">The mayor’s plan – to close “it” – failed.'
    assert decode(text.encode("cp1252"), "a page") == text
    assert decode("It’s".encode("cp1252"), "a file", label) == "It’s"


@pytest.mark.parametrize("cut", [b"\xe2\x80", b"\xc3", b"\xf0\x9f\x98", b"\xff", b"\x80"])
def test_utf8_with_a_broken_character_is_utf8(cut: bytes) -> None:
    text = "The council’s “no” surprised the café owners – kosztowała 橋."
    for data in (text.encode() + cut, cut + text.encode(), text.encode() + cut + text.encode()):
        assert decode(data, "a file").replace("\N{REPLACEMENT CHARACTER}", "").startswith(text)


def test_one_cut_character_alone_is_seen() -> None:
    page = '<html><meta charset="utf-8">Read more: the mayor'
    assert decode(page.encode() + b"\xe2\x80</html>", "a page") == f"{page}\ufffd</html>"
    assert decode(b"Read more: the mayor\xe2\x80", "a file") == "Read more: the mayor\ufffd"


def test_a_wrong_name_is_not_believed() -> None:
    page = '<html><meta charset="utf-8">A café, and another café.'
    assert decode(page.encode("cp1252"), "a page") == page
    page = '<html><meta charset="windows-1252">Мост закрыли в понедельник.'
    assert decode(page.encode(), "a page") == page


def test_utf16_is_read_without_a_mark() -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-16", "utf-32"):
        assert decode(GERMAN.encode(encoding), "a file") == GERMAN


def test_a_stray_zero_is_no_binary_file() -> None:
    assert decode(b"The bridge\0 closed.", "a file") == "The bridge closed."
    assert decode(b"\0".join([f"{GERMAN}\n".encode()] * 50), "a file") == f"{GERMAN}\n" * 50
    with pytest.raises(SourceError, match="binary"):
        decode(b"\x7fELF\x02\x01\x01\0\0\0", "a program")
    with pytest.raises(SourceError, match="binary"):
        decode(bytes(range(256)) * 4, "all bytes")
