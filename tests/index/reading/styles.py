"""Pages in twenty styles of sites, each with stories made up for them, and what is which."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import fill

from index.article import Kind

NAV = ("Home", "World", "Business", "Weather", "Log in", "All sections of the paper")
RELATED = (
    "Baker fined forty crowns for short loaves",
    "Ferry to run on Sundays again from the middle of May",
    "Why the lighthouse keeper of Orm never learned to swim",
)
NEWSLETTER = "Sign up for our newsletter and get the best stories in your inbox every morning."
BIO = "Nils Brandt writes about harbours and ships, and has lived on a boat since 2009."
COMMENTS = (
    "I have lived here for thirty years and nobody has ever asked me about any of this.",
    "The same as every summer, and nothing is going to change in the next ten years either.",
)
FOOTER = "© 2026 The Orm Post. All rights reserved. Printed by the harbour press of Orm."
ADVERT = "Advertisement"
SHARE = ("Share this", "Copy link")
FURNITURE = (*NAV, *RELATED, NEWSLETTER, BIO, *COMMENTS, FOOTER, ADVERT, *SHARE)


@dataclass(frozen=True)
class Story:
    """What has to be read of a page, in its order."""

    name: str
    title: str
    parts: tuple[tuple[Kind, str], ...]


STORIES = (
    Story(
        "news",
        "Council of Orm closes the old bridge",
        (
            (
                "body",
                (
                    "The council of Orm closed the old bridge on Monday, because its piles had"
                    " been found to be rotten below the water line."
                ),
            ),
            (
                "body",
                (
                    "The repair will cost eleven million crowns and take three years, said the"
                    " mayor, Anna Velde, after a meeting that lasted until midnight."
                ),
            ),
            (
                "body",
                (
                    "“We have asked the county for a grant and expect an answer before the end of"
                    " the summer,” she said."
                ),
            ),
            ("heading", "Ferry instead"),
            (
                "body",
                (
                    "Until then a ferry carries cars and walkers over the sound from six in the"
                    " morning to ten in the evening, on every day but Sunday."
                ),
            ),
            (
                "body",
                (
                    "The captains, who elect the nine members of the harbour commission, had"
                    " warned of the state of the bridge for years."
                ),
            ),
        ),
    ),
    Story(
        "guide",
        "How to tar a wooden boat",
        (
            (
                "body",
                (
                    "A boat that lies in the water all summer wants to be tarred each spring, and"
                    " the work takes a dry weekend and a quiet mind."
                ),
            ),
            ("heading", "What you need"),
            ("item", "Four litres of pine tar from the mill"),
            ("item", "A brush as broad as your hand"),
            ("item", "Linseed oil, which thins the tar where it is cold"),
            ("heading", "The first day"),
            (
                "body",
                (
                    "Scrape off what is loose, wash the planks with fresh water, and let them dry"
                    " in the sun until they are as pale as straw."
                ),
            ),
            (
                "body",
                (
                    "Then warm the tar until it runs from the brush like honey, and lay it on in"
                    " the direction of the grain, from the keel upwards."
                ),
            ),
            (
                "body",
                (
                    "Let it stand for a night, and look in the morning for places that shine:"
                    " there the wood has taken enough."
                ),
            ),
        ),
    ),
    Story(
        "chinese",
        "奥尔姆关闭旧桥",
        (
            ("body", "奥尔姆市议会星期一关闭了旧桥，因为水线以下的木桩已经腐烂"),
            ("body", "市长安娜说，修理费用为一千一百万克朗，需要三年时间。"),
            ("body", "在此之前，渡轮每天早上六点到晚上十点运送汽车和行人，星期天除外。"),
            ("body", "港务委员会的船长们多年来一直警告说桥的状况不好，但没有人愿意付钱。"),
        ),
    ),
)


def _links(texts: tuple[str, ...], tag: str = "li") -> str:
    return "".join(f"<{tag}><a href=/x>{text}</a></{tag}>" for text in texts)


def _body(story: Story, paragraph: str, *, wrapped: bool = False) -> str:
    """Give the parts of a story as elements, its paragraphs by a pattern of their own."""
    made = []
    for kind, text in story.parts:
        if kind == "heading":
            made.append(f"<h2>{text}</h2>")
        elif kind == "item":
            made.append(f"<ul><li>{text}</li></ul>")
        else:
            said = fill(text, 60) if wrapped else text
            made.append(paragraph.replace("@", said))
    return "\n".join(made).replace("</ul>\n<ul>", "")


_SHARED = {
    "nav": f"<nav><ul>{_links(NAV)}</ul></nav>",
    "menu": f"<div class=main-menu>{_links(NAV, 'span')}</div>",
    "related": f"<div class=related-posts><h3>More stories</h3><ul>{_links(RELATED)}</ul></div>",
    "teasers": f"<aside>{_links(RELATED, 'h4')}</aside>",
    "letter": f"<div class=newsletter-box><p>{NEWSLETTER}</p></div>",
    "bio": f"<div class=author-bio><p>{BIO}</p></div>",
    "comments": "<section id=comments><h2>Comments</h2>"
    + "".join(f"<div class=comment><p>{text}</p></div>" for text in COMMENTS)
    + "</section>",
    "footer": f"<footer><p>{FOOTER}</p></footer>",
    "foot": f"<div id=footer>{FOOTER}</div>",
    "ad": f"<div class=ad-slot><p>{ADVERT}</p></div>",
    "share": f"<div class=share-buttons>{_links(SHARE, 'span')}</div>",
}
_P = "<p>@</p>"
STYLES: dict[str, tuple[str, str]] = {
    "gazette": (_P, "%nav<article><h1>#</h1>%share*%bio</article>%related%footer"),
    "weblog": (
        _P,
        (
            "%menu<div class=post><h2 class=entry-title>#</h2><div class=entry-content>*"
            "</div>%share</div>%comments%foot"
        ),
    ),
    "portal": (
        _P,
        (
            "%nav<div id=page><div class=col-8><h1>#</h1><div class=story-body>*</div>"
            "%letter</div><div class=col-4>%teasers%ad</div></div>%footer"
        ),
    ),
    "wrapped divs": ("<div>\n@\n</div>", "%nav<main><h1>#</h1>*</main>%related%foot"),
    "breaks": ("@<br><br>", "%menu<div id=content><h1>#</h1><div class=text>*</div></div>%foot"),
    "tables for layout": (
        _P,
        "<table><tr><td>%menu</td><td><h1>#</h1>*</td><td>%related</td></tr></table>%foot",
    ),
    "sections": (
        "<section><p>@</p></section>",
        "%nav<main><article><header><h1>#</h1></header>*</article></main>%letter%footer",
    ),
    "utility classes": (
        "<p class='mt-4 leading-7'>@</p>",
        (
            "<div class='flex px-5'>%nav</div><div"
            " class='mx-auto max-w-2xl'><h1 class='text-4xl'>#</h1>*</div>%letter"
            "%footer"
        ),
    ),
    "advert between": ("<p>@</p>%ad", "%nav<article><h1>#</h1>*</article>%related%footer"),
    "hashed classes": (
        "<p class=css-1x9>@</p>",
        (
            "%nav<div class=css-a1><h1 class=css-b2>#</h1>"
            "<div class=css-c3>*</div></div>%teasers%footer"
        ),
    ),
    "university": (
        _P,
        "%nav<div class=content-wrapper><div class=breadcrumb>"
        + _links(NAV[:2], "span")
        + "</div><h1>#</h1>*<div class=contact></div></div>"
        "%footer",
    ),
    "microdata": (
        "<p>@</p>",
        (
            "%nav<div itemscope itemtype=https://schema.org/NewsArticle><h1"
            " itemprop=headline>#</h1><div itemprop=articleBody>*</div>%bio</div>%comments"
            "%footer"
        ),
    ),
    "mobile": (
        "<p>@</p>",
        "<header>%menu</header><main role=main><h1>#</h1>*</main>%share%related%foot",
    ),
    "knowledge base": (
        _P,
        (
            "<div class=sidebar>%nav</div><div class=kb-article><h1>#</h1>*<p"
            " class=share>Share this</p></div>%foot"
        ),
    ),
    "press release": (
        _P,
        "%nav<div class=press><h1>#</h1>*</div><div class=related>%teasers</div>%footer",
    ),
    "magazine": (
        "<p class=dropcap>@</p>",
        (
            "%nav<article class=longread><header class=hero><h1>#"
            "</h1></header><div class=longread__body>*</div></article>%letter%bio%comments"
            "%footer"
        ),
    ),
    "old markup": (
        "<p><font face=Arial>@</font>",
        "<center>%menu</center><font size=5><b>#</b></font>*<hr>%foot",
    ),
    "custom elements": (
        "<x-text><p>@</p></x-text>",
        "<x-header>%nav</x-header><x-story><h1>#</h1>*</x-story><x-more>%related</x-more>%footer",
    ),
    "archive": (_P, "%menu<div id=main><div id=doc><h1>#</h1>*</div></div>%letter%foot"),
    "preformatted": ("<pre>@\n</pre>", "%nav<div class=doc><h1>#</h1>*</div>%footer"),
}
"""The pattern of a paragraph, and of the page: `#` is the title, `*` the story."""


def make_pages() -> Iterator[tuple[str, Story, str]]:
    """Give the name, the story and the markup of each page."""
    for style, (paragraph, pattern) in STYLES.items():
        wrapped = "wrapped" in style or style == "preformatted"
        for story in STORIES:
            body = pattern.replace("#", story.title)
            body = body.replace("*", _body(story, paragraph, wrapped=wrapped))
            body = re.sub(r"%(\w+?)(?=%|<|$|\n|\*)", lambda match: _SHARED[match[1]], body)
            head = f"<meta charset=utf-8><title>{story.title} | The Orm Post</title>"
            yield (
                f"{style}, {story.name}",
                story,
                (f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>"),
            )
