"""Pages become blocks by their elements: what a reader sees as one is one."""

import pytest

from index.article import Kind
from index.reading.formats import html
from index.reading.formats.document import Block, Document

STORY = (
    "<p>The council of Lund closed the old bridge on Monday because its timber piles had been"
    " found to be rotten below the water line.</p><p>Mayor Anna Velde said that the repair would"
    " cost eleven million crowns and take three years.</p>"
)


def page(body: str, head: str = "<title>Bridge closes</title>") -> Document:
    markup = f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    (document,) = html.read(markup, "page.html")
    return document


def texts(document: Document, *kinds: Kind) -> list[str]:
    wanted = kinds or ("body",)
    return [block.text for block in document.blocks if block.kind in wanted]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<div>\nThe work on the northern\nquay of Lund begins\nin June.\n</div>", "body"),
        (
            "<blockquote>The work on the\nnorthern quay of Lund\nbegins in June.</blockquote>",
            "body",
        ),
        ("<section>The work on the northern<br>\nquay of Lund\nbegins in June.</section>", "body"),
        ("<p>The work on the <code>northern\nquay</code> of Lund<br>begins in June.</p>", "body"),
        ("<pre>The work on the northern\nquay of Lund\nbegins in June.</pre>", "body"),
        ("<ul><li>The work on the northern\nquay of Lund\nbegins in June.</li></ul>", "item"),
    ],
)
def test_line_ends_of_the_source_mean_nothing(markup: str, expected: Kind) -> None:
    found = page(f"<article><h1>The quay</h1>{STORY}{markup}{STORY[:150]}</p></article>")
    plain = "The work on the northern quay of Lund begins in June."
    assert [b.kind for b in found.blocks if b.text == plain] == [expected]


def test_soft_wrapped_paragraphs() -> None:
    found = page(
        "<article><h1>The quay at Lund</h1>\n<p>The harbour commission has nine members, who are"
        " elected by the captains every four years in March.</p>\n<div>\nThe harbour commission of"
        " Lund decided on Friday that the northern quay\nwould be closed to fishing boats from the"
        " first of May because its\ntimber piles had been found to be rotten.\n</div>\n<blockquote>"
        "We have asked the county for a grant of eleven million crowns\nand expect an answer before"
        " the end of the\nsummer, said the chairman.</blockquote>\n<p>The work begins on the fourth"
        " of June,<br>\nwhen the ice has gone from the\ninner harbour.</p></article>"
    )
    assert [b.kind for b in found.blocks] == ["heading", *["body"] * 4]
    assert found.blocks[3].text == (
        "We have asked the county for a grant of eleven million crowns and expect an answer before"
        " the end of the summer, said the chairman."
    )


def test_kinds_are_those_of_the_elements() -> None:
    found = page(
        f"<main><h2>Returns</h2>{STORY}<h3>Refunds</h3>{STORY.replace('Monday', 'Friday')}"
        "<ul><li>Keep the receipt in the box</li><li>Write to the shop within a week</li></ul>"
        "<figure><img src=a.png><figcaption>The shop on the quay, seen from the sea"
        "</figcaption></figure>"
        "<pre><code>def refund(order):\n    return order.total()</code></pre>"
        "<table><tr><th>Size</th><th>Price</th></tr><tr><td>Small</td><td>5</td></tr></table>"
        f"{STORY.replace('Monday', 'Sunday')}</main>"
    )
    assert [(b.text, b.level) for b in found.blocks if b.kind == "heading"] == [
        ("Returns", 2),
        ("Refunds", 3),
    ]
    assert texts(found, "item") == [
        "Keep the receipt in the box",
        "Write to the shop within a week",
    ]
    assert texts(found, "caption") == ["The shop on the quay, seen from the sea"]
    assert texts(found, "code") == ["def refund(order):\n    return order.total()"]
    assert texts(found, "table") == ["Size | Price", "Size: Small; Price: 5."]
    assert len(texts(found)) == 6


def test_teasers_merged_into_a_short_story_are_not_it() -> None:
    found = page(
        "<div class=story><p>The council of Lund closed the old bridge on Monday.</p>"
        "<p>Mayor Anna Velde said that the repair would cost eleven million crowns.</p></div>"
        "<div class=related><h3>More from Lund</h3><ul><li><a href=/1>Baker fined forty crowns for"
        " short loaves</a></li><li><a href=/2>Ferry to run on Sundays again</a></li></ul></div>"
    )
    said = " ".join(block.text for block in found.blocks if block.kind != "furniture")
    assert "eleven million" in said
    assert "Baker" not in said


def test_what_is_hidden_is_not_read_and_what_unfolds_is() -> None:
    found = page(
        f"<article>{STORY}<p style='visibility: hidden'>Nobody sees this sentence on the page.</p>"
        "<p hidden>Nobody sees this other sentence either, whatever they do.</p>"
        "<button aria-controls=a1>More</button><div id=a1 style='display:none'><p>The ferry costs"
        " nine crowns for a car and two for a walker, and children travel free.</p></div>"
        f"{STORY.replace('Monday', 'Friday')}</article>"
    )
    said = " ".join(texts(found))
    assert "Nobody sees" not in said
    assert "nine crowns" in said


def test_a_page_of_chinese_lines_is_all_read() -> None:
    lines = [
        "渡轮公司有十二名水手和两名船长",
        "码头在星期一早上六点开放",
        "票价是九克朗，孩子免费",
        "冬天不开船",
    ]
    found = page("<article>" + "".join(f"<p>{line}</p>" for line in lines) + "</article>")
    assert texts(found) == lines


def test_an_article_in_data_for_programs_is_read() -> None:
    body = "The council of Lund closed the old bridge on Monday. It will be repaired in June." * 3
    data = f'{{"@type": "NewsArticle", "headline": "Bridge closes", "articleBody": "{body}"}}'
    head = f'<title>Bridge</title><script type="application/ld+json">{data}</script>'
    found = page("<div id=app></div>", head)
    assert "The council of Lund closed" in " ".join(texts(found))


@pytest.mark.parametrize(
    ("markup", "question", "answer"),
    [
        ("<h2>{q}</h2><p>{a}</p>", 2, "body"),
        ("<p><strong>{q}</strong></p><p>{a}</p>", 0, "body"),
        ("<p><b>{q}</b><br>{a}</p>", 0, "body"),
        ("<p><b>{q}</b> {a}</p>", 0, "body"),
        ("<dl><dt>{q}</dt><dd>{a}</dd></dl>", 0, "item"),
        ("<details><summary>{q}</summary><p>{a}</p></details>", 6, "body"),
        ("<p>Q: {q}</p><p>A: {a}</p>", 0, "body"),
    ],
)
def test_questions_go_before_their_answers(markup: str, question: int, answer: Kind) -> None:
    from index.reading.assemble import assemble
    from index.reading.questions import mark_questions

    asked = "How much does the ferry to the island cost?"
    said = "Nine crowns for a car and two for a walker. Children travel free until they are six."
    found = page(
        f"<main>{STORY}{markup.format(q=asked, a=said)}{STORY.replace('Mon', 'Fri')}</main>"
    )
    text, layout = assemble(found.blocks)
    marked = {text[p.start : p.end]: p for p in mark_questions(text, layout)}
    (at,) = (each for each in marked if each.endswith(asked))
    assert (marked[at].kind, marked[at].level) == ("question", question)
    (below,) = (each for each in marked if each.endswith(said))
    assert marked[below].kind == answer


def test_blocks_keep_the_text_of_a_document() -> None:
    assert Document(blocks=(Block("One."), Block("Two."))).text == "One.\n\nTwo."
