"""A citation tells the headings that it stands under, in every interface."""

import io

from bot.answering.answer import ask
from bot.answering.citation import _text_first
from bot.answering.query import Query
from bot.cli.render import print_answer, terminal
from bot.slack.blocks import citation_parts
from bot.web.html import plain_answer, render_turn
from index.article import Article
from index.library import Library
from index.reading.assemble import assemble
from index.reading.formats.document import Block
from tests.bot.cli.test_render import answer, passage


def test_a_citation_has_the_section_of_its_passage(library: Library) -> None:
    blocks = [
        Block("Returns", "heading", 1),
        Block("Refunds", "heading", 2),
        Block("What is sent back is paid back within a week."),
    ]
    text, layout = assemble(blocks)
    library.add([Article("a", "The shop", "/a", text, layout=layout)])
    found = ask(library, Query(question="When is it paid back?"))
    (shown,) = found.shown
    assert shown.citation.section == "Returns › Refunds"
    assert shown.citation.quote == shown.text == blocks[-1].text
    assert '"section":"Returns › Refunds"' in found.model_dump_json()


def test_every_interface_shows_it() -> None:
    section = "Returns › <Refunds>\u202e"
    given = answer(passage(section=section))
    page = render_turn(given, "1")
    assert "<span>Returns › &lt;Refunds&gt;</span>" in page
    assert "Missiles, Returns › <Refunds>, 2017-10-30" in plain_answer(given)
    out = io.StringIO()
    print_answer(given, terminal(out))
    assert "Missiles, Returns › <Refunds>" in out.getvalue()
    told = "".join(part.text or "" for part in citation_parts(given.passages[0]))
    assert "Missiles, Returns › <Refunds>" in told


def test_the_text_comes_before_what_stands_beside_it() -> None:
    given = [
        passage(paragraph=n).model_copy(update={"score": s}) for n, s in enumerate((0.9, 0.8, 0.01))
    ]
    for beside, order in (({0}, [1, 0, 2]), ({1}, [0, 1, 2]), ({0, 1}, [0, 1, 2])):
        ordered = _text_first(given, {("a-1", n) for n in beside}, 0.1)
        assert [p.citation.paragraph for p in ordered] == order
