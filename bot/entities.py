"""Names and nouns of a sentence, found by their form alone: who and what it speaks of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "thing", "group"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WH = _words("who whom whose what which when where why how")
AUXILIARIES = _words(
    "is are was were am be been do does did has have had will would can could may might must "
    "shall should isn't aren't wasn't weren't doesn't don't didn't hasn't haven't hadn't won't "
    "wouldn't can't couldn't"
)
PRONOUNS = _words(
    "he him his she her hers it its they them their theirs this that these those there then"
)
_FUNCTION = (
    WH
    | AUXILIARIES
    | PRONOUNS
    | _words(
        "a an the and or but so if as at by for from in into of off on onto out over to toward "
        "towards under up upon with within without about above across after against along among "
        "around before behind below beneath beside between beyond despite down during except "
        "inside like near outside past since through throughout till until via than not no nor "
        "yes i me my you your we us our myself himself herself itself themselves each every all "
        "any some such only just also too very more most much many few less least other another "
        "because while although though whether else ever never again still already yet now here "
        "according however moreover meanwhile instead today tomorrow yesterday mr mrs ms"
    )
)
_VERBS = _words(
    "said say says saying told tell tells think thinks thought cost costs take takes took taken "
    "make makes made get gets got give gives gave go goes went come comes came become became mean "
    "means meant happen happens happened begin begins began start starts started end ends ended "
    "open opens opened close closes closed build builds built find finds found keep keeps kept "
    "leave leaves left lose lost win won pay pays paid run runs ran see sees saw seen sell sells "
    "sold buy buys bought want wants wanted need needs needed know knows knew use uses used work "
    "works worked call calls called show shows showed shown bring brings brought hold holds held "
    "vote voted react reacts reacted respond responded plan plans planned decide decided live "
    "lives lived die dies died stop stops stopped grow grows grew stand stands stood "
    "rise rose fall fell eat eats ate drink drinks drank look looks looked belong belongs "
    "move moves moved change changes changed lead leads led join joined reach reached"
)
"""Common verbs; a noun phrase ends before them."""
_TITLES = _words(
    "president minister chancellor king queen prince princess senator governor general gen captain "
    "colonel judge professor prof doctor dr sir lady lord mr mrs ms miss pope bishop councillor "
    "chairman chairwoman chief secretary spokesman spokeswoman mayor director analyst ceo"
)
_PEOPLE = re.compile(
    r"(?:er|or|ist|ian|man|woman|ant|eur)$|^(?:president|chief|head|king|queen|cook|guide|captain|"
    r"judge|nurse|priest|pilot|clerk|boss|expert|poet|monk|nun|mother|father|wife|husband|son|"
    r"daughter|brother|sister|boy|girl|child|friend|grandmother|grandfather|secretary)$"
)
_NO_PEOPLE = _words(
    "river water tower number paper weather summer winter letter theater theatre harbor border "
    "order power computer container newspaper paper motor factor sector plant restaurant fewer "
    "offer answer corner center counter ladder danger silver layer matter charter chapter "
    "reactor tractor timer quarter shelter server router printer filter transformer water cover "
    "ferry human cellar boiler meter laser"
)
_PLACES = _words(
    "port mount street sea river lake bay point island islands city bridge university council "
    "party bank corporation company ministry foundation press union states kingdom north south "
    "east west saint st square road station hall park valley university institute agency office "
    "museum airport harbour harbor academy association committee court congress parliament "
    "times herald post news college school church tower house trust society club center centre "
    "army navy force police department treaty agreement law act war prize cup festival"
)
_BEFORE_PLACE = _words("in at from near to into across toward towards through outside")
_SPEAKING = r"(?:said|says|told|added|noted|explained|argued|warned|stated|asked|replied|wrote)"
_MONTHS = _words(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday"
)
_TOKEN = re.compile(r"\w+(?:[-.’']\w+)*\.?|[^\w\s]")
_PARTICLES = _words("of the de la van von der den al bin del for and")


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that a sentence speaks of."""

    text: str
    kind: Kind
    start: int
    end: int
    is_name: bool
    is_place: bool = False


def find_entities(sentence: str) -> list[Entity]:
    """Give the names and the noun phrases of a sentence, in order."""
    names = list(_find_names(sentence))
    taken = [(name.start, name.end) for name in names]
    nouns = (
        noun
        for noun in _find_nouns(sentence)
        if not any(start <= noun.start < end for start, end in taken)
    )
    return sorted([*names, *nouns], key=lambda entity: entity.start)


def is_function_word(word: str) -> bool:
    return word.lower().rstrip(".") in _FUNCTION


def _find_names(sentence: str) -> Iterator[Entity]:
    """Give the runs of capitalised words; "of" and the like may stand inside of them."""
    tokens = list(_TOKEN.finditer(sentence))
    at = 0
    while at < len(tokens):
        if not _is_capitalised(tokens, at):
            at += 1
            continue
        last = at
        for after in range(at + 1, len(tokens)):
            if _is_capitalised(tokens, after) and tokens[after - 1].group() not in ",;:":
                last = after
            elif tokens[after].group() not in _PARTICLES or after - last > 1:
                break
        if "and" in {t.group() for t in tokens[at : last + 1]}:
            last = next(n for n in range(at, last) if tokens[n + 1].group() == "and")
        yield from _name(sentence, tokens, at, last)
        at = last + 1


def _is_capitalised(tokens: list[re.Match[str]], at: int) -> bool:
    word = tokens[at].group()
    if not word[0].isupper() or word.lower().rstrip(".") in _MONTHS:
        return False
    return not is_function_word(word) or (word.isupper() and len(word) > 1)


def _name(sentence: str, tokens: list[re.Match[str]], first: int, last: int) -> Iterator[Entity]:
    while first < last and tokens[first].group().lower().rstrip(".") in _TITLES:
        first += 1  # the title tells the kind, and is not part of the name
    start, end = tokens[first].start(), tokens[last].end()
    text = re.sub(r"(?:[’']s?|\.)$", "", sentence[start:end])
    words = [word.lower().rstrip(".") for word in text.split()]
    before = tokens[first - 1].group().lower().rstrip(".") if first else ""
    after = sentence[end : end + 60]
    begins = first == 0
    if begins and last == 0 and (words[0] in _VERBS or words[0].endswith(("ing", "ly"))):
        return
    speaks = re.match(rf",? {_SPEAKING}\b", after) or re.search(
        rf"\b(?:{_SPEAKING}|according to)\s+(?:\w+\s+)?$", sentence[:start], re.IGNORECASE
    )
    thing = (
        before == "the"
        or any(word in _PLACES for word in words)
        or any(character.isdigit() for character in text)
        or (text.isupper() and len(text) > 1)
    )
    person = not thing and bool(
        before in _TITLES or speaks or (len(words) > 1 and before not in _BEFORE_PLACE)
    )
    plural = len(words) == 1 and begins and words[0].endswith("s") and not speaks
    kind: Kind = "person" if person else "group" if plural else "thing"
    end = start + len(text)
    if before == "the":
        start, text = tokens[first - 1].start(), f"the {text}"
        before = tokens[first - 2].group().lower() if first > 1 else ""
    place = not person and before in _BEFORE_PLACE
    yield Entity(text, kind, start, end, is_name=True, is_place=place)


def _find_nouns(sentence: str) -> Iterator[Entity]:
    """Give "the …" and "a …" up to the next function word or verb, with an "of …" after them."""
    tokens = list(_TOKEN.finditer(sentence))
    for at, token in enumerate(tokens):
        determiner = token.group().lower()
        if determiner not in ("the", "a", "an"):
            continue
        last = _end_of_noun(tokens, at + 1)
        if last == at:
            continue
        head = tokens[last].group().lower()
        if last + 2 < len(tokens) and tokens[last + 1].group() in ("of", "over", "between"):
            beyond = last + 2
            if tokens[beyond].group().lower() in ("the", "a", "an"):
                beyond += 1
            last = max(last, _end_of_noun(tokens, beyond)) if beyond < len(tokens) else last
        start, end = tokens[at + 1].start(), tokens[last].end()
        person = bool(_PEOPLE.search(head)) and head not in _NO_PEOPLE
        plural = head.endswith("s") and not head.endswith(("ss", "us", "is"))
        kind: Kind = "group" if plural else "person" if person else "thing"
        place = at > 0 and tokens[at - 1].group().lower() in _BEFORE_PLACE
        yield Entity(f"the {sentence[start:end]}", kind, token.start(), end, False, place)


def _end_of_noun(tokens: list[re.Match[str]], first: int) -> int:
    """Give the place of the last word of a noun phrase that begins at `first`; else one before."""
    last = first - 1
    for at in range(first, min(first + 5, len(tokens))):
        word = tokens[at].group().lower()
        verb = word in _VERBS and at > first
        if not word[0].isalnum() or is_function_word(word) or verb:
            break
        if at > first and word.endswith(("ed", "ing")) and at + 1 >= len(tokens) - 1:
            break
        last = at
    return last
