"""Compare what libraries read of the sample PDFs: `python -m tests.quality.pdfs [FOLDER]`.

With a folder, the samples are written there. Libraries that are not installed are left out.
"""

import io
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import mean

from index.reading.formats import pdf
from tests.quality.pdfs.measure import measure
from tests.quality.pdfs.samples import make_all

Read = Callable[[bytes], str]


def articlebot(data: bytes) -> str:
    (document,) = pdf.read(data, "a sample")
    return "\n\n".join(block.text for block in document.blocks if block.kind != "furniture")


def pypdf(data: bytes) -> str:
    reader = import_module("pypdf").PdfReader(io.BytesIO(data))
    return "\n".join(page.extract_text() for page in reader.pages)


def pypdf_layout(data: bytes) -> str:
    reader = import_module("pypdf").PdfReader(io.BytesIO(data))
    return "\n".join(page.extract_text(extraction_mode="layout") for page in reader.pages)


def pdfminer(data: bytes) -> str:
    return str(import_module("pdfminer.high_level").extract_text(io.BytesIO(data)))


def pdfplumber(data: bytes) -> str:
    with import_module("pdfplumber").open(io.BytesIO(data)) as file:
        return "\n".join(page.extract_text() or "" for page in file.pages)


def pypdfium2(data: bytes) -> str:
    document = import_module("pypdfium2").PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def pdf_oxide(data: bytes) -> str:
    document = import_module("pdf_oxide").PdfDocument.from_bytes(data)
    return "\n".join(document.extract_text(page) for page in range(document.page_count()))


def pdftext(data: bytes) -> str:
    path = Path("/dev/shm/sample.pdf")  # it reads files alone
    path.write_bytes(data)
    return str(import_module("pdftext.extraction").plain_text_output(str(path)))


READERS: tuple[Read, ...] = (
    articlebot, pypdf, pypdf_layout, pdfminer, pdfplumber, pypdfium2, pdf_oxide, pdftext,
)  # fmt: skip


def main() -> None:
    samples = make_all()
    for folder in map(Path, sys.argv[1:]):
        for sample in samples:
            (folder / f"{sample.name}.pdf").write_bytes(sample.data)
    print("| reader | words | order | sentences whole | time a file |\n|---|---|---|---|---|")
    for read in READERS:
        try:
            read(samples[0].data)
        except ImportError:
            continue
        started = time.process_time()
        texts = [read(sample.data) for sample in samples]
        taken = 1000 * (time.process_time() - started) / len(samples)
        found = [measure(text, each.text) for text, each in zip(texts, samples, strict=True)]
        words, order, whole = (
            100 * mean(getattr(score, name) for score in found)
            for name in ("words", "order", "sentences")
        )
        print(f"| {read.__name__} | {words:.1f} | {order:.1f} | {whole:.1f} | {taken:.0f} ms |")


if __name__ == "__main__":
    main()
