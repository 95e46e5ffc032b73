"""Which pieces of a page are its article: what extractors find, weighed by what is around it.

The figures are those of `tests/quality/pages.py` on public pages; `tests/quality/README.md` has
them, and those of the rules that were tried.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from index.article import Kind
from index.reading.web import names
from index.reading.web.extractors import Found, split_words
from index.reading.web.phrases import leads_away
from index.reading.web.pieces import UNFOLDS, Piece, Place

SMALL_PART = 0.3
"""Share of the chosen text from which on a part of a page is the article, whatever its name."""
LINKED = 0.7
"""Share of a piece that is links, from which on it leads to other pages."""
ALL_LINKED = 0.95
"""The same for a piece that is text by its length."""
LEAD_LENGTH, LEAD_REACH = 50, 12
"""Characters of a lead, and how many pieces before the text it may stand."""
TEXT_LENGTH = 100
"""Characters of a piece that is text beyond doubt."""
POOR, ASTRAY = 0.8, 0.5
"""Shares of what the second extractor finds, and of what the first does, that both should find;
below, a third one is asked."""
SET_IN: frozenset[Kind] = frozenset({"caption", "heading", "item", "code", "table"})
"""Kinds that are the article where they stand amid its paragraphs."""
REACH = 3
"""Elements around a piece in which it may be enclosed by the article."""
WORTH = 60
"""Characters of a piece that two others must find where the first does not."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A piece that is read, and whether it is the article or stands between its parts."""

    piece: Piece
    article: bool


class Choice:
    """The pieces of one page and what the extractors say of them."""

    def __init__(self, pieces: Sequence[Piece], summary: str) -> None:
        self.pieces = pieces
        self._words = [split_words(piece.source or piece.text) for piece in pieces]
        self._summary = Found(summary)

    def holds(self, found: Found) -> list[bool]:
        """Tell of each piece whether an extractor found it."""
        return [found.holds(words) for words in self._words]

    def choose(self, first: Found, second: Found, ask_third: Callable[[], Found]) -> list[Chosen]:
        """Choose what the first extractor finds; where the second differs, what two others do.

        Args:
            first: finds the fewest wrong pieces.
            second: finds the most pieces.
            ask_third: takes the longest.
        """
        one, two = self.holds(first), self.holds(second)
        chosen = self._weigh(one, two)
        alike = self._weigh(two, two)
        both = self._length(a and b for a, b in zip(chosen, alike, strict=True))
        poor = both < POOR * self._length(alike) or both < ASTRAY * self._length(chosen)
        if poor:
            three = self.holds(ask_third())
            one = [
                a or (b and c and len(piece.text) > WORTH)
                for piece, a, b, c in zip(self.pieces, one, two, three, strict=True)
            ]
            chosen = self._weigh(one, two)
        return [
            Chosen(piece, article)
            for piece, article, read in zip(self.pieces, chosen, one, strict=True)
            if article or read
        ]

    def _length(self, chosen: Iterable[bool]) -> int:
        return sum(len(words) for words, each in zip(self._words, chosen, strict=True) if each)

    def _weigh(self, found: Sequence[bool], also: Sequence[bool]) -> list[bool]:
        """Tell which found pieces are the article, and which others lead into it."""
        beside = self._find_beside(found)
        inside = [
            not any(place.number in beside for place in piece.places) for piece in self.pieces
        ]
        article = [
            is_found and is_inside and not _leads_away(piece)
            for piece, is_found, is_inside in zip(self.pieces, found, inside, strict=True)
        ]
        texts = (n for n, each in enumerate(article) if each)
        long = (n for n, each in enumerate(article) if each and self._is_text(n))
        start = next(long, next(texts, 0))
        for n in range(max(0, start - LEAD_REACH), start):
            if not found[n] and inside[n] and self._is_lead(n, also[n]):
                article[n] = True
        self._fill(article, inside, also)
        return article

    def _fill(self, article: list[bool], inside: Sequence[bool], also: Sequence[bool]) -> None:
        """Take what stands between pieces of the article, in the same element, and was missed."""
        before: dict[int, int] = {}
        after: dict[int, int] = {}
        for n, piece in enumerate(self.pieces):
            if article[n]:
                for place in piece.places[:REACH]:
                    before.setdefault(place.number, n)
                    after[place.number] = n
        for n, piece in enumerate(self.pieces):
            if article[n] or not inside[n] or _leads_away(piece):
                continue
            # Libraries leave out captions and, of short pages, lists and headings; and they do not
            # see what a reader can unfold.
            if not also[n] and piece.kind not in SET_IN and not _unfolds(piece):
                continue
            article[n] = any(
                before.get(place.number, n) < n < after.get(place.number, n)
                for place in piece.places[:REACH]
            )

    def _is_text(self, number: int) -> bool:
        return len(self.pieces[number].text) >= TEXT_LENGTH

    def _is_lead(self, number: int, also: bool) -> bool:
        piece = self.pieces[number]
        if len(piece.text) <= LEAD_LENGTH or piece.linked >= LINKED / 2:
            return False
        named = any(names.is_lead(place.name) for place in piece.places[:2])
        summarises = self._summary.holds(self._words[number])
        block = bool(piece.places) and piece.places[0].tag in ("p", "h2", "h3")
        return (named and (block or summarises or also)) or (also and summarises)

    def _find_beside(self, found: Sequence[bool]) -> set[int]:
        """Give the numbers of the elements that are small parts beside the article by their name.

        A name that stands for a large part somewhere means nothing on this page: the comments of
        a forum are what it is about.
        """
        sizes: Counter[int] = Counter()
        named: Counter[str] = Counter()
        places: dict[int, Place] = {}
        for piece, said, is_found in zip(self.pieces, self._words, found, strict=True):
            places.update((place.number, place) for place in piece.places)
            if is_found:
                length = len(said)  # in words, whose number is alike in all scripts
                sizes.update({place.number: length for place in piece.places})
                words = {w for place in piece.places for w in names.find_beside(place.name)}
                named.update(dict.fromkeys(words, length))
        large = SMALL_PART * self._length(found)
        meant = {word for word, size in named.items() if size >= large}
        return {
            place.number
            for place in places.values()
            if sizes[place.number] < large
            and (
                place.tag in names.TAGS
                or place.role in names.ROLES
                or names.find_beside(place.name) - meant
            )
        }


def _leads_away(piece: Piece) -> bool:
    linked = ALL_LINKED if len(piece.text) > TEXT_LENGTH else LINKED
    return piece.linked >= linked or leads_away(piece.text)


def _unfolds(piece: Piece) -> bool:
    return any(place.role == UNFOLDS for place in piece.places[:REACH])
