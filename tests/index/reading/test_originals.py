"""The pages of PDFs as pictures: found again, marked, and forgotten with their article."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.web.app import create_app
from index.library import Library
from index.reading.limits import Limits
from index.reading.originals import draw_page
from index.reading.paper.sheets import read_sheets
from index.reading.read import Blob
from index.settings import Settings
from tests.bot.serving import serving
from tests.fakes import FakeEncoder
from tests.quality.pdfs.samples import MAKERS, Sample, hyphenated


@pytest.fixture(scope="module")
def sample() -> Sample:
    return hyphenated()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Settings(data=tmp_path / "data"), FakeEncoder())


def draw(library: Library, start: int, end: int) -> bytes | None:
    [summary] = library.articles()
    return draw_page(library.records, library.article(summary.id).article, start, end, Limits())


def count_marked(picture: bytes) -> int:
    pixels = np.array(Image.open(io.BytesIO(picture)))
    return int(((pixels[..., 0] > 200) & (pixels[..., 2] < 160)).sum())


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_each_line_of_a_text_has_its_place(make: Callable[[], Sample]) -> None:
    sheets = read_sheets(make().data)
    assert sheets
    assert sum(place.end - place.start for place in sheets.places) > 0.9 * len(sheets.text.strip())
    assert all(sheets.text[p.start : p.end].strip() for p in sheets.places)
    assert all(0 <= p.box.left < p.box.right for p in sheets.places if not any(sheets.turns))


def test_a_file_where_it_lies_is_shown(library: Library, sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "bridge.pdf"
    path.write_bytes(sample.data)
    library.index([path])
    [summary] = library.articles()
    text = library.article(summary.id).article.text
    start = text.index("Construction began")
    picture = draw(library, start, start + 200)
    assert picture
    assert count_marked(picture) > 1000
    path.write_bytes(b"%PDF-1.4 another")
    assert draw(library, start, start + 200) is None
    path.unlink()
    assert draw(library, start, start + 200) is None


def test_an_upload_is_kept_until_its_article_is_removed(library: Library, sample: Sample) -> None:
    library.index([Blob("bridge.pdf", sample.data)])
    [summary] = library.articles()
    assert draw(library, 0, 20)
    assert draw(library, 10**9, 10**9 + 1) is None
    library.remove([summary.id])
    assert library.records.get("original", "bridge.pdf") is None


def test_the_page_is_served_beside_the_text(library: Library, sample: Sample) -> None:
    with serving(create_app(library, library.settings)) as client:
        sent = client.post("/v1/articles", files={"file": ("bridge.pdf", sample.data)})
        assert sent.status_code == 201
        (article_id,) = sent.json()["result"]["articles"]
        page = client.get(f"/articles/{article_id}").text
        assert f'data-sheet="/articles/{article_id}/page.png"' in page
        picture = client.get(f"/articles/{article_id}/page.png?start=0&end=40")
        assert picture.headers["content-type"] == "image/png"
        assert count_marked(picture.content) > 100
        assert client.get(f"/articles/{article_id}/page.png?start=x&end=4").status_code == 422
        assert client.get("/articles/none/page.png?start=0&end=4").status_code == 404
