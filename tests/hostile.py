"""Files that are small and cost much, each of a kind that a reader is known to suffer from."""

import io
import zipfile

from tests.index.reading.formats.files import word

PAGE = "<html><body><article>{}</article></body></html>"
CELL = "<w:tc><w:tcPr>{}</w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"


def document(body: str | bytes) -> bytes:
    """Give a Word document with this XML in its body."""
    inner = body.encode() if isinstance(body, str) else body
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word("One came."))) as plain,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for part in plain.infolist():
            data = plain.read(part)
            if part.filename == "word/document.xml":
                data = data[: data.index(b"<w:body>") + 8] + inner + b"</w:body></w:document>"
            file.writestr(part.filename, data)
    return written.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """Give a Word document in which a part is another."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word("One came."))) as plain,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for part in plain.infolist():
            file.writestr(part.filename, data if part.filename == name else plain.read(part))
    return written.getvalue()


def wide_cell(columns: int) -> bytes:
    cell = CELL.format(f'<w:gridSpan w:val="{columns}"/>', "One came.")
    return document(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")


def empty_paragraphs(count: int) -> bytes:
    return document(b"<w:p/>" * count)


def tall_cell(length: int, rows: int) -> bytes:
    """Give a table with one long cell over all its rows."""
    first = CELL.format('<w:vMerge w:val="restart"/>', "long " * (length // 5))
    more = CELL.format("<w:vMerge/>", "")
    return document(f"<w:tbl><w:tr>{first}</w:tr>{f'<w:tr>{more}</w:tr>' * rows}</w:tbl>")


def inline_tags(count: int, tag: str = "b") -> bytes:
    return PAGE.format(f"<p>{f'<{tag}>x</{tag}> ' * count}</p>").encode()


def page_of(*, paragraphs: int) -> bytes:
    return PAGE.format("<p>One came here today.</p>" * paragraphs).encode()


def nested(depth: int) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"One came."


def no_dates(count: int) -> bytes:
    times = "".join(f"<time>12 janvier 2020x{number}</time>" for number in range(count))
    return PAGE.format(f"<header>{times}</header><p>One came here today.</p>").encode()


def pdf_bomb(megabytes: int, pages: int = 1) -> bytes:
    """Give a PDF whose pages share one stream that unpacks to much."""
    import zlib

    packer = zlib.compressobj(9)
    text = b"BT /F1 12 Tf (One came.) Tj ET " * 33_000
    packed = b"".join([*(packer.compress(text) for _ in range(megabytes)), packer.flush()])
    kids = " ".join(f"{5 + number} 0 R" for number in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 9 9]"
        b" /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        *[page] * pages,
    ]
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(file + b"startxref\n%d\n%%%%EOF" % start)
