"""Paragraphs: where they begin and end, and which of them are the story."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.article import canonical
from index.reading.clean import find_paragraphs
from tests.conftest import SEEDS


def blocks(text: str, kind: str | None = None) -> list[str]:
    return [text[p.start : p.end] for p in find_paragraphs(text) if kind in (None, p.kind)]


NEWS = """Storm closes ports along the northern coast

By Jane Doe, Staff Writer
3 March 2021

Ports along the coast were closed on Tuesday, the harbour authority said.

"We have never seen anything like it," said harbour master Ann Lee.

Advertisement

Advertisements for ferry tickets were withdrawn.

Share this article
Read more: Storm kills two
Also on Example: the ten worst storms
Sign up for our newsletter.
Storm, ports, ferries, weather
© 2021 Example News. All rights reserved.
"""

BLOG = """# Why I moved

Posted on March 3, 2021 by Sam

I've been writing C++ for ten years and never liked it. Then I met Rust!

Three things changed:

- compile times
- fewer crashes at night
1) my mood

## What is missing

* A debugger that understands async
* Faster builds

Is it worth it? Yes.

3 comments
Leave a reply
"""

MAIL = """The council met on Monday evening to talk about the bridge
which has been closed since the flood, and whether it can
be opened again before winter. Nobody objected.

A second meeting was called for Friday, when the engineers
are going to present their report.
"""

LINE_A_PARAGRAPH = """The government said on Monday that it will not raise taxes this year \
despite the pressure from the opposition and a growing deficit that has alarmed economists.
The opposition disagreed.
Taxes all over Europe
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        pytest.param(
            NEWS,
            [
                "Ports along the coast were closed on Tuesday, the harbour authority said.",
                '"We have never seen anything like it," said harbour master Ann Lee.',
                "Advertisements for ferry tickets were withdrawn.",
            ],
            id="news",
        ),
        pytest.param(
            BLOG,
            [
                "I've been writing C++ for ten years and never liked it. Then I met Rust!",
                "Three things changed:",
                "- compile times",
                "- fewer crashes at night",
                "1) my mood",
                "* A debugger that understands async",
                "* Faster builds",
                "Is it worth it? Yes.",
            ],
            id="Markdown with lists",
        ),
        pytest.param(MAIL, MAIL.strip().split("\n\n"), id="hard-wrapped"),
        pytest.param(LINE_A_PARAGRAPH, LINE_A_PARAGRAPH.splitlines()[:2], id="a line a paragraph"),
        pytest.param("milk\neggs\nbread", ["milk", "eggs", "bread"], id="nothing but notes"),
        pytest.param("你好，世界今天很好。\n\n首页", ["你好，世界今天很好。"], id="Chinese"),
        pytest.param("قال إن الأمر ممكن؟\n\nأخبار", ["قال إن الأمر ممكن؟"], id="Arabic"),
        pytest.param("The end came.[1][2]\n\nHome News", ["The end came.[1][2]"], id="notes"),
        pytest.param("He asked “why?”\n\nHome News", ["He asked “why?”"], id="closing quote"),
        pytest.param("* * *\n\n---\n\n42\n", [], id="no words at all"),
    ],
)
def test_the_story_is_told_from_what_stands_around_it(text: str, body: list[str]) -> None:
    assert blocks(text, "body") == body


@pytest.mark.parametrize(
    "sentence",
    [
        "Subscribers to the alert service were warned at night.",
        "Login credentials of the port were stolen, police said.",
        "Copyright law does not protect weather data, a court ruled.",
        "By continuing the closure, the authority hopes to protect crews.",
        "Community standards were broken, the mayor said.",
        "Comments by the mayor were not welcome.",
        "Read more books, the librarian said.",
        "Advertisement revenue fell by a third.",
    ],
)
def test_a_sentence_that_begins_like_boilerplate_is_the_story(sentence: str) -> None:
    assert blocks(f"The storm came at night.\n\n{sentence}", "body")[1:] == [sentence]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: the storm of the century has come.",
        "Read more about the storm.",
        "Subscribe to our newsletter to stay informed.",
        "Log in to comment.",
        "We use cookies to make this site better.",
        "By continuing to use this site you accept our terms.",
        "Copyright 2021 by Example News Ltd.",
        "All rights reserved.",
        "Advertisement.",
        "Community standards.",
        "Comments (3).",
        "Photo: J. Doe / Example.",
    ],
)
def test_boilerplate_is_furniture_even_with_a_full_stop(line: str) -> None:
    assert blocks(f"The storm came at night.\n\n{line}", "furniture") == [line]


def test_the_seed_articles_furniture() -> None:
    (seed,) = SEEDS.glob("*.txt")
    text = canonical(seed.read_text("utf-8"))
    furniture = blocks(text, "furniture")
    assert furniture[:4] == [
        "04:27 GMT07 August 2020",
        "Listen Live",
        "Military & Intelligence",
        "Get short URL",
    ]
    assert furniture[4].startswith("Money Talks")
    assert furniture[-1] == "Community standardsDiscussion"
    assert len(furniture) == 10
    body = blocks(text, "body")
    assert len(body) == 19
    assert body[0].startswith("Turkey wants to buy")
    assert body[-1].startswith("The system integrates")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u0085", "\f"])
def test_every_kind_of_line_end_counts_once(end: str) -> None:
    text = end.join(["First came the rain.", "Then came the wind.", "", "It blew."])
    assert blocks(text) == ["First came the rain.", "Then came the wind.", "It blew."]
    wrapped = end.join(MAIL.splitlines())
    assert len(blocks(wrapped)) == 2


any_text = st.text(
    st.one_of(st.characters(), st.sampled_from("ab. \n\r\u00a0\u2028-*#:")), max_size=300
)


@given(any_text)
@example("\x1c\x1c\n\x1d a")
@example("a\u0085\r\n\r\nb")
def test_paragraphs_are_trimmed_in_order_and_hold_all_that_is_visible(text: str) -> None:
    text = canonical(text)
    paragraphs = find_paragraphs(text)
    assert [p.number for p in paragraphs] == list(range(1, len(paragraphs) + 1))
    for one, next_one in pairwise(paragraphs):
        assert one.end <= next_one.start
    for p in paragraphs:
        block = text[p.start : p.end]
        assert block
        assert block == block.strip()
    covered = {i for p in paragraphs for i in range(p.start, p.end)}
    assert all(char.isspace() for i, char in enumerate(text) if i not in covered)
