"""Blocks become one canonical text, and each knows its place in it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, canonical
from index.reading.assemble import assemble
from index.reading.formats.document import Block
from index.reading.split import parse_article

BLOCKS = st.lists(st.builds(Block, st.text(max_size=30), page=st.just(0)), max_size=8)


def placed(*blocks: Block) -> list[str]:
    text, paragraphs = assemble(blocks)
    return [text[p.start : p.end] for p in paragraphs]


@given(BLOCKS)
def test_places_are_exact_in_canonical_text(blocks: list[Block]) -> None:
    text, paragraphs = assemble(blocks)
    assert text == canonical(text)
    found = [text[p.start : p.end] for p in paragraphs]
    assert all(each and each == each.strip() for each in found)
    assert "".join(found).split() == text.split() or "\n\n".join(found) == text
    assert [p.number for p in paragraphs] == list(range(1, len(found) + 1))


def test_what_composes_keeps_its_place() -> None:
    decomposed = unicodedata.normalize("NFD", "Café à Gap")
    assert placed(Block(decomposed), Block("\u0301 After.")) == ["Café à Gap", "\u0301 After."]


def test_pages_are_counted_by_form_feeds() -> None:
    blocks = [Block("One.", page=1), Block("Two.", page=1), Block("Four.\fstill", page=4)]
    text, paragraphs = assemble(blocks)
    article = Article("a", "T", "/a", text)
    assert [article.page(p.start) for p in paragraphs] == [1, 1, 4]
    assert text == "One.\n\nTwo.\n\f\n\f\n\fFour.\nstill"
    starting_late = Article("a", "T", "/a", assemble([Block("Two.", page=2)])[0])
    assert starting_late.page(len(starting_late.text)) == 2


def test_kinds_and_sections_are_carried() -> None:
    blocks = [
        Block("The ferry", "heading", 1),
        Block("It sails daily."),
        Block("Returns", "heading", 2),
        Block("Refunds", "heading", 3),
        Block("They take a week."),
        Block("What of pets?", "question"),
        Block("They sail free."),
        Block("Share this", "furniture"),
        Block("By post", "heading", 3),
        Block("Write to us."),
        Block("Staff", "heading", 2),
    ]
    text, paragraphs = assemble(blocks)
    parsed = parse_article(Article("a", "The ferry!", "/a", text, layout=paragraphs))
    assert parsed.article.layout == ()
    assert [p.kind for p in parsed.paragraphs] == [block.kind for block in blocks]
    assert [(p.section, text[p.start : p.end]) for p in parsed.passages] == [
        ("", "It sails daily."),
        ("Returns › Refunds", "They take a week."),
        ("Returns › Refunds › What of pets?", "They sail free."),
        ("Returns › By post", "Write to us."),
        ("Staff", "Staff"),  # nothing else is said there
    ]


def test_code_and_rows_are_read_whole() -> None:
    blocks = [Block("a = f. g(x)\nb = 1. + 2", "code"), Block("City: St. Gallen. Age: 5.", "table")]
    text, paragraphs = assemble(blocks)
    parsed = parse_article(Article("a", "T", "/a", text, layout=paragraphs))
    assert [text[s.start : s.end] for s in parsed.sentences] == [block.text for block in blocks]
