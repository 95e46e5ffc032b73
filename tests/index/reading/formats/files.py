"""Real files of each kind, made by the libraries that write them, and how they are read."""

import io

import docx
from fpdf import FPDF

from index.errors import SourceError
from index.reading.formats import detect
from index.reading.formats.document import Document

BODY = (
    "The town of Marl voted on Sunday to keep its tram, and the count went on until midnight.",
    "“The tram will run again in the spring,” the mayor, Ada Brandt, said after the vote.",
    "About nine thousand people took part, which is more than in any vote since 1990.",
)

STORY = " ".join(BODY).replace("“", '"').replace("”", '"')
PAGE = f"""<!doctype html>
<html lang="de-DE"><head><title>Town keeps its tram | Marl Post</title>
<meta charset="utf-8">
<meta property="og:title" content="Town keeps its tram">
<meta property="article:published_time" content="2019-05-06T09:30:00+02:00">
<meta name="author" content="Jo Lind">
<link rel="canonical" href="https://post.example/tram">
</head><body><nav><ul><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul></nav>
<div class="clock">Tuesday, 24 November 2026</div>
<article><h1>Town keeps its tram</h1>{"".join(f"<p>{p}</p>" for p in BODY)}</article>
<footer>© 2026 Marl Post. All rights reserved.</footer></body></html>"""


def pdf(*pages: str, title: str = "", password: str = "") -> bytes:
    document = FPDF()
    document.set_font("Helvetica", size=11)
    if title:
        document.set_title(title)
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    for page in pages:
        document.add_page()
        for paragraph in page.split("\n\n"):
            document.multi_cell(0, 6, paragraph.encode("latin-1", "replace").decode("latin-1"))
            document.ln(4)
    return bytes(document.output())


def word(*paragraphs: str, heading: str = "", title: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = "Jo Lind"
    if heading:
        document.add_heading(heading, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "Votes"
    table.rows[0].cells[1].text = "9,000"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Marl Post</title>
<link>https://post.example/</link><language>en-gb</language>
<item><title>Town keeps &amp;amp; mends its tram</title><link>https://post.example/tram</link>
<guid>tram-1</guid><pubDate>Mon, 06 May 2019 09:30:00 +0200</pubDate>
<dc:creator>Jo Lind</dc:creator>
<description>Short.</description><content:encoded><![CDATA[<p>The town voted to keep its tram.</p>
<p>The count went on <b>until</b> midnight.</p><script>track()</script>]]></content:encoded></item>
<item><title>Empty</title><link>https://post.example/empty</link></item>
<item><title>Rain</title><link>https://post.example/rain</link>
<description>It rained all day in Marl.</description></item></channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Marl Post</title>
<id>urn:post</id><updated>2026-11-24T00:00:00Z</updated>
<entry><title>Town keeps its tram</title><id>urn:post:1</id>
<link href="https://post.example/tram"/><published>2019-05-06T09:30:00Z</published>
<updated>2020-01-01T00:00:00Z</updated><author><name>Jo Lind</name></author>
<content type="html">&lt;p&gt;The town voted to keep its tram.&lt;/p&gt;</content></entry></feed>"""


def read(data: bytes | str, name: str) -> list[Document | SourceError]:
    raw = data.encode() if isinstance(data, str) else data
    return list(detect.read(raw, name, f".{name.rpartition('.')[2]}"))


def one(data: bytes | str, name: str = "file") -> Document:
    (document,) = read(data, name)
    assert isinstance(document, Document)
    return document


def said(document: Document) -> list[tuple[str, str]]:
    """Give the kind and the text of each block."""
    return [(block.kind, block.text) for block in document.blocks]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]
