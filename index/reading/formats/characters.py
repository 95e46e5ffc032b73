"""Bytes to text: which character set a file is written in."""

import codecs
import contextlib
import re
from collections.abc import Iterator

import webencodings
from charset_normalizer import from_bytes

from index.errors import SourceError
from index.reading.formats.alphabets import measure_plausibility

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks, longer ones first."""
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""")
_DECLARED_WITHIN = 2048
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_STRAY = 0.01
"""Share of bytes that are no text (one in any case) which a text may have all the same."""
_ESCAPES = (
    (re.compile(rb"\x1b\$[@B]|\x1b\(J|\x1b\$\(D"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
)
"""What begins another alphabet in text of seven bits."""
_BEYOND = re.compile(rb"[\x80-\xff]")
_CUT = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})(?![\x80-\xbf])")
_CUT_AT_END = re.compile(_CUT.pattern + rb"\Z")
"""The beginning of a UTF-8 character of three or four bytes without its end."""
_WIDER = {"gbk": "gb18030", "replacement": "hz", "x-user-defined": "cp1252"}
"""By the web's names: a set that holds another, and what Python has under another name."""
_WIDE = ("utf_16", "utf-16", "utf_32", "utf-32", "utf_7", "utf-7")
_SAMPLE = 64_000
"""Bytes by which a character set is chosen, none of them of lines that are ASCII."""
_AROUND = 2000
"""Bytes of its line that are read before and after what is not ASCII, at most."""
_USUAL = ("cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_15", "cp1251", "koi8_u", "mac_roman")
"""Tried after windows-1252 and what is guessed: guesses from a few letters are often far off."""
_NO_CHARSET = frozenset(("punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"))
"""What Python decodes and no text is sent in; to decode Punycode takes the square of its length."""
_DECLARED_BONUS = 0.4
"""What it counts, of 1, that a file says itself what it is written in."""


def decode(data: bytes, name: str, charset: str | None = None) -> str:
    """Decode a text.

    1. By the mark at its beginning, or as UTF-16 where every other byte says so;
    2. as UTF-8, also with a few broken characters, which become U+FFFD;
    3. as the charset names it that its sender or the text itself states, or as guessed: whichever
       gives the most plausible letters. A name means what it means on the web: "latin-1" is
       windows-1252.

    Args:
        data: the whole file.
        name: what it is called in errors.
        charset: what the server that sent it said.

    Raises:
        SourceError: it is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if wide := _find_wide(data):
        return data.decode(wide, "replace")
    data = _without_stray(data, name)
    if data.isascii():
        for begins, encoding in _ESCAPES:
            if begins.search(data):
                return data.decode(encoding, "replace")
        return data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = [*_names(data, charset)]
    if _is_nearly_utf8(data, declared="utf-8" in declared):
        return data.decode("utf-8", "replace")
    return data.decode(_choose(data, declared), "replace")


def _find_wide(data: bytes) -> str | None:
    """Tell UTF-16 without a mark: nearly every other byte of Western text is zero."""
    top = data[:4096]
    even, odd = top[::2].count(0), top[1::2].count(0)
    if max(even, odd) * 2 < len(top) * 0.7 or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _without_stray(data: bytes, name: str) -> bytes:
    """Take out the few bytes that are no text.

    Raises:
        SourceError: there are many.
    """
    stray = len(_NO_TEXT.findall(data))
    if stray > max(1, len(data) * _MOST_STRAY):
        raise SourceError(f"{name} is a binary file", "give it as plain text (UTF-8 is best)")
    return _NO_TEXT.sub(b"", data) if stray else data


def _names(data: bytes, charset: str | None) -> Iterator[str]:
    """Give what the file is said to be written in, as Python calls it."""
    within = _DECLARED.search(data[:_DECLARED_WITHIN]) if data.lstrip()[:1] == b"<" else None
    for label in (charset, within and within.group(1).decode()):
        if label and (found := webencodings.lookup(label)):
            yield _WIDER.get(found.name, found.codec_info.name)
        elif label:
            with contextlib.suppress(LookupError):
                if (named := codecs.lookup(label).name) not in _NO_CHARSET:
                    yield named


def _is_nearly_utf8(data: bytes, *, declared: bool) -> bool:
    """Tell whether far more characters are whole UTF-8 than broken: other sets look so by chance.

    Where it is said to be UTF-8 as many are enough, and so is one alone that is cut.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    whole = len(text) - broken - sum(map(str.isascii, text))
    if declared:
        return whole >= broken or _CUT.search(data) is not None
    return whole >= 2 * broken or (broken == 1 and _CUT_AT_END.search(data) is not None)


def _choose(data: bytes, declared: list[str]) -> str:
    """Give the character set that makes the most plausible text of a sample."""
    sample = b"\n".join(_sample(data))
    guessed = [match.encoding for match in from_bytes(sample)]
    ranked: list[tuple[float, str]] = []
    for encoding in dict.fromkeys((*declared, "cp1252", *guessed, *_USUAL, "utf-8")):
        if encoding.startswith(_WIDE):  # single bytes would have shown it
            continue
        with contextlib.suppress(LookupError):  # a codec that gives no text
            score = measure_plausibility(sample.decode(encoding, "replace"))
            ranked.append((score + _DECLARED_BONUS * (encoding in declared), encoding))
    return max(ranked, key=lambda each: each[0])[1]


def _sample(data: bytes) -> Iterator[bytes]:
    """Give what is not ASCII with its lines, as far as they are not long, until it is enough."""
    room, end = _SAMPLE, 0
    while room > 0 and (match := _BEYOND.search(data, end)):
        start = max(data.rfind(b"\n", end, match.start()) + 1, end, match.start() - _AROUND)
        end = data.find(b"\n", match.end())
        end = min(len(data) if end < 0 else end, match.end() + _AROUND)
        yield data[start:end][:room]
        room -= end - start
