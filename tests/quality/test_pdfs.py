"""Floors of what is read of PDFs as they are met; `tests/quality/README.md` compares libraries."""

import pytest

from index.reading.formats.document import Block
from tests.index.reading.formats.files import one
from tests.quality.pdfs.measure import measure
from tests.quality.pdfs.samples import MAKERS, Sample

FLOORS = {"a table": 0.93, "a figure with a caption": 0.99, "ligatures": 0.94}
"""Where not all words stand in their order: rows are said with the names of their columns, a
caption stands where its figure does, and one page alone does not tell its running head."""


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__)
def sample(request: pytest.FixtureRequest) -> Sample:
    made: Sample = request.param()
    return made


def test_what_stands_in_a_pdf_is_read_in_its_order(sample: Sample) -> None:
    blocks = one(sample.data).blocks
    text = [block for block in blocks if block.kind != "furniture"]
    score = measure("\n\n".join(block.text for block in text), sample.text)
    assert score.order >= FLOORS.get(sample.name, 1.0)
    if sample.name != "ligatures":
        assert not [line for line in sample.furniture if any(line in each.text for each in text)]
    assert list(map(_page, blocks)) == sorted(map(_page, blocks))


def _page(block: Block) -> int:
    return block.page
