"""Real files of the other kinds, made by the libraries that write them, or as their programs do."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.comments import Comment
from pptx.util import Inches

NAMES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return written.getvalue()


def word_body(markup: str, *, parts: Mapping[str, str] | None = None) -> bytes:
    """Make a Word document of the elements of its body, and of parts such as footnotes."""
    document = docx.Document()
    body = document.element.body
    for element in parse_xml(f"<w:body {nsdecls('w')} {NAMES}>{markup}</w:body>"):
        body.insert(len(body) - 1, element)
    for name, content in (parts or {}).items():
        _relate(document, name, content)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _relate(document: Any, name: str, content: str) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}+xml"
    markup = f"<w:{name} {nsdecls('w')}>{content}</w:{name}>".encode()
    part = Part(PackURI(f"/word/{name}.xml"), kind, markup, document.part.package)
    document.part.relate_to(part, f"{base}/{name}")


def paragraph(*runs: str, style: str = "", mark: str = "") -> str:
    """Give the markup of a paragraph; a run that is no markup is its text."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    marked = f"<w:rPr>{mark}</w:rPr>" if mark else ""
    inner = "".join(each if each.startswith("<") else run(each) for each in runs)
    return f"<w:p><w:pPr>{styled}{marked}</w:pPr>{inner}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(rows: Sequence[Sequence[str]]) -> str:
    """Give the markup of a table; a cell that is no markup is its text."""
    said = "".join(
        "<w:tr>" + "".join(f"<w:tc>{_cell(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{said}</w:tbl>"


def _cell(cell: str) -> str:
    return cell if cell.startswith("<") else paragraph(cell)


def slides() -> bytes:
    show = pptx.Presentation()
    show.core_properties.author = "Jo Lind"
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "The ferry of Marl"
    frame = first.placeholders[1].text_frame
    frame.text = "The ferry sails at nine."
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "It takes forty minutes.", 1
    first.notes_slide.notes_text_frame.text = "The toll rises in June."
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Tolls"
    grid = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(2)).table
    for number, cells in enumerate((("Season", "Toll"), ("Winter", "five crowns"))):
        for column, cell in enumerate(cells):
            grid.cell(number, column).text = cell
    hidden = show.slides.add_slide(show.slide_layouts[5])
    hidden.shapes.title.text = "Not to be seen"
    hidden._element.set("show", "0")
    last = show.slides.add_slide(show.slide_layouts[6])
    group = last.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 100, 100).text_frame.text = "In a group stands this."
    return _saved(show)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    tolls = book.worksheets[0]
    tolls.title = "Tolls"
    tolls.append(["Tolls of the ferry"])
    tolls.append([])
    tolls.append(["Season", "Toll", "Share", "Since"])
    tolls.append(["Summer", 9.5, 0.125, date(2021, 5, 1)])
    tolls.append(["Winter", 1234567, 0.5, datetime(2021, 5, 1, 9, 30)])  # noqa: DTZ001
    for number in (4, 5):
        tolls.cell(number, 2).number_format = '#,##0.00 "kr"'
        tolls.cell(number, 3).number_format = "0.0%"
    tolls["A4"].comment = Comment("Why?", "Jo")
    hidden = book.create_sheet("Drafts")
    hidden.append(["Not to be seen"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Crew").append(["Name", "Age"])
    book["Crew"].append(["Anna", 41])
    book.properties.creator = "Jo Lind"
    return _saved(book)


def _saved(file: Any) -> bytes:
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()


ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("style", "style")),
        *(("draw", "drawing"), ("meta", "meta"), ("presentation", "presentation")),
    )
)


def open_document(kind: str, body: str, styles: str = "") -> bytes:
    """Make an OpenDocument file: `text`, `spreadsheet` or `presentation`."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    meta = (
        f'<office:document-meta {ODF} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        "<meta:initial-creator>Jo Lind</meta:initial-creator><dc:language>en-GB</dc:language>"
        "</office:meta></office:document-meta>"
    )
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return archive({"mimetype": mimetype, "content.xml": content, "meta.xml": meta})


def book(chapters: Mapping[str, str], *, more: Mapping[str, str] | None = None) -> bytes:
    """Make an EPUB of its chapters' bodies by the names of their files."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n, _ in enumerate(chapters))
    links = "".join(f'<li><a href="{name}">Of {name}</a></li>' for name in chapters)
    xhtml = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        'container"><rootfiles><rootfile full-path="EPUB/book.opf"/></rootfiles></container>',
        "EPUB/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The ferry</dc:title>'
        "<dc:creator>Jo Lind</dc:creator><dc:creator>Al Berg</dc:creator>"
        "<dc:language>en-GB</dc:language><dc:date>2020-05-01</dc:date></metadata><manifest>"
        '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        f'{items}</manifest><spine><itemref idref="n"/>{spine}</spine></package>',
        "EPUB/nav.xhtml": xhtml.format(f"<nav><ol>{links}</ol></nav>"),
    }
    pages = {f"EPUB/{name}": xhtml.format(body) for name, body in chapters.items()}
    return archive(parts | pages | dict(more or {}))


def mail(
    text: str,
    *,
    html: str = "",
    attached: Mapping[str, bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    message = EmailMessage()
    usual = {
        "From": "Jo Lind <jo@post.example>",
        "To": "Ada Brandt <ada@post.example>",
        "Subject": "Re: The ferry of Marl",
        "Date": "Mon, 06 May 2024 23:30:00 -0700",
        "Message-ID": "<2@post.example>",
    }
    for name, value in (usual | dict(headers or {})).items():
        message[name] = value
    if text:
        message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in (attached or {}).items():
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return message.as_bytes()


def mailbox(*mails: bytes) -> bytes:
    return b"".join(b"From jo@post.example Mon May  6 10:00:00 2024\n" + m + b"\n" for m in mails)


VTT = """WEBVTT - The council of Marl

NOTE Nobody reads this.

1
00:00:01.000 --> 00:00:04.000
<v Jo Lind>Good evening. The ferry

00:00:04.000 --> 00:00:07.000
<v Jo Lind>sails at nine.

00:01:12.000 --> 00:01:15.000 align:start
<v Ada Brandt>The toll is five crowns.</v>
"""

SRT = """1
00:00:01,000 --> 00:00:04,000
JO LIND: Good evening. <i>The ferry</i>

2
00:00:04,000 --> 00:00:07,000
sails at nine.

3
00:01:12,000 --> 00:01:15,000
ADA: The toll is five crowns.
[applause]
"""

RST = """==================
The ferry of Marl
==================

:Author: Jo Lind
:Date: 2024-05-06

The *ferry* sails at ``nine``; see :ref:`the plan <plan>`.

Tolls
-----

- Summer is dear.
- Winter is not.

.. versionadded:: 1.2
   The toll was added.

.. toctree::

   a

.. code-block:: sh

   ferry --sail

======  ============
Season  Toll
======  ============
Winter  five crowns
======  ============

.. include:: /etc/hostname
"""

CSV = 'Season;Toll;Mayor\nSummer;9,5;Ada Brandt\nWinter;5;"Lind; Jo"\n'
