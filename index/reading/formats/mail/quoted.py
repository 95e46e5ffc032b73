"""What of a mail its author wrote, and what only surrounds it: quoted mails and signatures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from index.patterns import AtMost
from index.reading.clean import find_paragraphs
from index.reading.formats.document import Block
from index.reading.formats.fragment import read_fragment

if TYPE_CHECKING:
    from lxml.etree import _Element

_ATTRIBUTION = re.compile(
    r"(?:On|Am|Le|El|Il|Em|Op|Den|På|W dniu)\b.{6,200}"
    r"(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał\(?a?\)?)"
    r".{0,100}:\s*$",
    re.IGNORECASE,
)
_SHORT_ATTRIBUTION = re.compile(
    r".{3,100}\b(?:wrote|writes|schrieb|a écrit|escribió|skrev):\s*$", re.IGNORECASE
)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d.origine|"
    r"Mensaje original|Messaggio originale|Oprindelig meddelelse)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\s*\*?(From|Sent|To|Date|Subject|Cc|Von|Gesendet|An|Betreff|De|Envoyé|À|Objet|Para|Asunto)"
    r"\s?:\*?\s",
)
_FORWARDED = re.compile(
    r"\s*-{3,}\s*(?:Forwarded message|Weitergeleitete Nachricht)\s*-{3,}\s*$|"
    r"\s*Begin forwarded message:\s*$",
    re.IGNORECASE,
)
_HEADERS = re.compile(
    r"(?:From|Von|De|Från)\s?: .{3,200}?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Skickat)\s?: "
    r".{3,100}?(?:To|An|À|Para|Till)\s?: "
)
_SIGNATURE = re.compile(r"--[ \t]*$")
_DEVICE = re.compile(
    r"\s*(?:Sent from my |Get Outlook for |Von meinem .{2,30} gesendet)", re.IGNORECASE
)
_SHORT = 80
"""Characters of a line by which a mail is signed."""
_CLOSING: Annotated[re.Pattern[str], AtMost(_SHORT)] = re.compile(
    r"\s*(?:(?:kind|best|warm|with kind|many)?\s*regards|best(?: wishes)?|cheers|sincerely|"
    r"yours(?: \w+)?|many thanks|thanks(?: again)?|thank you|mit freundlichen grüßen|"
    r"(?:viele|beste|liebe|herzliche) grüße|cordialement|bien à vous|saludos|"
    r"(?:med )?vänlig(?:a)? hälsning(?:ar)?|mvh)[\s,.!]*$",
    re.IGNORECASE,
)
_SIGNED = 8
"""Lines below a closing, at most: the name, the office, the telephone."""
_LONGEST_ATTRIBUTION = 300
_FOREIGN = (
    *("gmail_quote", "yahoo_quoted", "protonmail_quote", "zmail_extra", "moz-cite-prefix"),
    *("gmail_signature", "moz-signature", "protonmail_signature_block", "divRplyFwdMsg"),
)
"""Classes and ids by which programs mark what they quote, and how they sign."""


def read_plain(text: str) -> list[Block]:
    """Give the paragraphs of a mail in plain text; what its author did not write is furniture."""
    blocks: list[Block] = []
    for own, lines in _runs(text.splitlines()):
        run = "\n".join(lines)
        for paragraph in find_paragraphs(run):
            said = " ".join(run[paragraph.start : paragraph.end].split())
            blocks.append(Block(said, "body" if own else "furniture"))
    return blocks


def read_html(markup: str) -> list[Block]:
    """Give the blocks of a mail in HTML; what its author did not write is furniture."""
    blocks = read_fragment(markup, _is_foreign)
    lines = ["> " if block.kind == "furniture" else block.text for block in blocks]
    ended = False
    for number, block in enumerate(blocks):
        ended = ended or _ends_own(lines, number)
        if ended or _attributes(lines, number):
            blocks[number] = replace(block, kind="furniture", level=0)
    return blocks


def _runs(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Give lines that belong together, and whether the author wrote them."""
    run: list[str] = []
    own = True
    ended = False
    for number, line in enumerate(lines):
        ended = ended or _ends_own(lines, number)
        quoted = _is_quoted(line) or _attributes(lines, number)
        now = not ended and not quoted
        if line.strip() and now != own:
            yield own, run
            run, own = [], now
        run.append(line.lstrip(" \t>") if quoted else line)
    yield own, run


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \t").startswith(">")


def _attributes(lines: Sequence[str], number: int) -> bool:
    """Tell whether a line, alone or with one beside it, says who wrote what is quoted below."""
    first = lines[number]
    if not first.strip() or not any(map(_is_quoted, lines[number + 1 : number + 6])):
        return False
    second = lines[number + 1] if number + 1 < len(lines) else ""
    before = lines[number - 1] if number else ""
    if max(map(len, (first, second, before))) > _LONGEST_ATTRIBUTION:
        return False
    if second.strip() and not _is_quoted(second) and _ATTRIBUTION.match(f"{first} {second}"):
        return _quotes(lines, number + 2)
    said = _ATTRIBUTION.match(first) or _SHORT_ATTRIBUTION.match(first)
    said = said or (_ATTRIBUTION.match(f"{before} {first}") if before.strip() else None)
    return bool(said) and _quotes(lines, number + 1)


def _quotes(lines: Sequence[str], number: int) -> bool:
    following = (line for line in lines[number : number + 3] if line.strip())
    return _is_quoted(next(following, ""))


def _ends_own(lines: Sequence[str], number: int) -> bool:
    """Tell whether nothing of what follows from a line on is the author's own."""
    line = lines[number]
    if _SIGNATURE.match(line) or _DEVICE.match(line) or _ORIGINAL.match(line):
        return True
    if _HEADERS.match(line) or (_HEADER.match(line) and _has_headers(lines, number)):
        before = [each for each in lines[max(0, number - 3) : number] if each.strip()]
        return bool(before) and not any(map(_FORWARDED.match, before))
    return len(line) <= _SHORT and bool(_CLOSING.match(line)) and _is_signed(lines, number)


def _has_headers(lines: Sequence[str], number: int) -> bool:
    return sum(bool(_HEADER.match(line)) for line in lines[number : number + 5]) >= 3


def _is_signed(lines: Sequence[str], number: int) -> bool:
    """Tell whether only a name, an office, a telephone follow: few short lines to the end."""
    short = 0
    for line in lines[number + 1 : number + 3 * _SIGNED]:
        if _is_quoted(line) or short > _SIGNED or len(line) > _SHORT:
            return short <= _SIGNED and len(line) <= _SHORT
        short += bool(line.strip())
    return short <= _SIGNED and number + 3 * _SIGNED >= len(lines)


def _is_foreign(element: "_Element") -> bool:
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    cited = element.get("type") == "cite" or element.get("cite") is not None
    if element.tag == "blockquote" and cited:
        return True
    return any(each in named for each in _FOREIGN)
