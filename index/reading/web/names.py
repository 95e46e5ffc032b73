"""What the classes and ids of elements say: which parts of a page are beside its article."""

import itertools
import re
from functools import lru_cache

_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_BESIDE = frozenset(
    word
    for words in (
        "nav navbar navigation menu submenu breadcrumb breadcrumbs footer masthead toolbar toc",
        "comment comments commentlist kommentare kommentar comentarios commentaires disqus",
        "related verwandte sidebar recommend recommended recommendation recommendations outbrain",
        "taboola trending popular readnext teasers pagination pager tags tagged taglist",
        "share sharing shares social socials newsletter subscribe subscription signup login cta",
        "promo promotion advert advertisement adverts advertising ad ads adsense anzeige werbung",
        "sponsor sponsored banner popup modal paywall cookie cookies consent rating ratings",
        "author autor bio reviewed disclaimer copyright imprint legal metadata postmeta meta",
    )
    for word in words.split()
)
_PAIRS = frozenset(
    {
        *("read more", "see also", "more from", "also read", "up next", "read next", "most read"),
        *("top stories", "inline box", "inline textbox", "post author", "news teaser"),
        *("skip link", "page tools"),
    }
)
_LEAD = re.compile(
    r"lead|intro|deck|dek\b|excerpt|standfirst|subhead|subtitle|teaser-?text|summary|description"
    r"|abstract|hero",
    re.IGNORECASE,
)
TAGS = frozenset({"nav", "footer", "aside"})
ROLES = frozenset({"navigation", "complementary", "contentinfo", "banner", "search", "dialog"})


@lru_cache(maxsize=4096)
def find_beside(name: str) -> frozenset[str]:
    """Give the words in classes and id that stand for something beside an article."""
    found: set[str] = set()
    for token in name[:500].split():
        words = [word.lower() for word in _TOKEN.findall(token)]
        found |= _BESIDE.intersection(words)
        found |= _PAIRS.intersection(map(" ".join, itertools.pairwise(words)))
    return frozenset(found)


def is_lead(name: str) -> bool:
    """Tell whether classes and id say that an element leads into an article."""
    return bool(_LEAD.search(name))
