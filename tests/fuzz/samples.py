"""Real files of every format, to be damaged, and the words that their formats are made of."""

import json
from dataclasses import dataclass
from functools import cache

from tests.index.reading.formats.files import ATOM, BODY, PAGE, RSS, STORY, pdf, word


@dataclass(frozen=True)
class Format:
    """A format: files of it, and tokens that lead its reader far."""

    name: str
    suffix: str
    samples: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()


_LD = (
    '{"@graph": [{"@type": "NewsArticle", "datePublished": "2019-05-06T09:30:00Z",'
    ' "author": [{"name": "Jo Lind"}]}]}'
)
_LD_PAGE = PAGE.replace("<title>", f'<script type="application/ld+json">{_LD}</script><title>')
_TABLE = "<table><tr><th>City</th><th>Votes</th></tr><tr><td>Marl</td><td>9,000</td></tr></table>"
_FRONT = (
    "---\ntitle: Town keeps its tram\ndate: 2019-05-06\nauthors: [Jo Lind, {name: Al}]\n"
    "source: &s https://post.example/tram\nlink: *s\n---\n"
)
_MARKDOWN = (
    "# Town *keeps* its tram\n\nOne **came** to [Marl](http://x).\n\n- a\n- b\n\n3. three\n\n"
    "| City | Votes |\n|---|---|\n| Marl | 9,000 |\n\n> quoted\n\n```\ncode\n```\n"
)
_FURNITURE = (
    "04:27 GMT06 May 2019\nShare this\n\n\tGet short URL\n\nRelated: Rain in Marl [1][2]\n\n"
)
_XML = (b"<![CDATA[", b"]]>", b"&#0;", b"&#xD800;", b"&lol;", b"<!ENTITY a 'b'>", b"<!--", b"-->")
_DATES = (b"10000-01-01", b"0000-00-00", b"2017-13-45T99:99:99Z", b"1 Jan 9999999999 +9999")
_BYTES = (b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xc2\x9b", b"\xe2\x80\xae", b"\x0c", b"\x1b[2J")


def _text_formats() -> tuple[Format, ...]:
    text = _FURNITURE + "\n\n".join(BODY)
    line = {"title": "Town keeps its tram", "url": "https://post.example/tram", "text": STORY}
    rows = [line | {"published": "2019-05-06", "author": ["Jo", {"name": "Al"}]}, line | {"id": 7}]
    yaml = (b"!!bool x", b'!!int ""', b"1:59:59", b"&a [*a]", b"? ", b"<<: *s", b"|\n", b"---\n")
    return (
        Format(
            "text",
            ".txt",
            (
                text.encode(),
                (_FRONT + text).encode(),
                text.encode("utf-16"),
                text.encode("cp1252", "replace"),
                ("Die Bürger wählten am Sonntag. " * 20).encode("cp1252"),
            ),
            (*yaml, *_DATES, b" [1]", b"[" * 9, b" " * 99, b"\xc2\x85", b"\xe2\x80\xa8"),
        ),
        Format(
            "markdown",
            ".md",
            (_MARKDOWN.encode(), (_FRONT + _MARKDOWN + text).encode()),
            (*yaml, *_DATES, b"[", b"](", b"`" * 3, b"*" * 9, b"> " * 9, b"|", b"- " * 9, b"![["),
        ),
        Format(
            "jsonl",
            ".jsonl",
            ("\n".join(map(json.dumps, rows)).encode(), (json.dumps(rows[0]) + "\n{\n").encode()),
            (*_DATES, b"\\ud800", b"[" * 99, b"1e999", b"9" * 99, b"NaN", b'"text": ', b"null"),
        ),
    )


def _markup_formats() -> tuple[Format, ...]:
    page = _LD_PAGE.replace("</article>", f"{_TABLE}</article>")
    markup = (*_XML, *_DATES, b"<b>", b"</div>", b"<table>", b"<tr><td>", b"<p", b"<svg>", b'="')
    return (
        Format(
            "html",
            ".html",
            (PAGE.encode(), page.encode(), page.encode("utf-16"), f"<html><p>{STORY}".encode()),
            (
                *markup,
                b'"@graph": 5',
                b"http://[x",
                b"charset=punycode",
                b"<script type='application/ld+json'>",
            ),
        ),
        Format(
            "rss", ".xml", (RSS.encode(), RSS.replace("utf-8", "utf-16").encode("utf-16")), markup
        ),
        Format(
            "atom",
            ".atom",
            (ATOM.encode(), ATOM.replace("</entry>", '<content src="x"/></entry>').encode()),
            markup,
        ),
    )


@cache
def all_formats() -> tuple[Format, ...]:
    """Give every format that is read."""
    numbers = (b"1000000", b"-1", b"99999999999", b'w:val="1000000"', b"0 R", b"<<", b">>", b"[")
    return (
        *_text_formats(),
        *_markup_formats(),
        Format("pdf", ".pdf", (pdf(STORY, STORY, title="Tram"), pdf("\n\n".join(BODY))), numbers),
        Format(
            "docx",
            ".docx",
            (word(*BODY, heading="Town keeps its tram", title="Tram"), word(STORY)),
            (*numbers, b"<w:p/>", b"<w:tbl>", b"<w:tc>", b"</w:tc>", *_XML),
        ),
    )


ANYWHERE = (*_BYTES, *_DATES)
"""What is put into files of every format."""
