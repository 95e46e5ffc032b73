"""Names and nouns of a sentence, found by their form alone: who and what it speaks of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["person", "thing", "group"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WH = _words("who whom whose what which when where why how")
AUXILIARIES = _words(
    "is are was were am be been being do does did has have had will would can could may might must "
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
    "cost costs take takes start starts end ends open opens close run runs need needs use uses "
    "work works call calls show shows vote votes plan plans look looks change changes lead leads "
    "move moves stop stops report reports found find finds want wants saw cut left live lives rest "
    "rests say says get gets give gives go goes make makes stand stands demand demands claim "
    "claims like likes help helps watch watches"
)
"""Words that are nouns as well, and most often verbs after a noun."""
TITLES = _words(
    "president minister chancellor king queen prince princess senator governor general gen captain "
    "colonel judge professor prof doctor dr sir lady lord mr mrs ms miss pope bishop councillor "
    "chairman chairwoman chief secretary spokesman spokeswoman mayor director analyst ceo"
)
_PEOPLE = _words(
    "president minister chief head king queen cook guide captain judge nurse priest pilot clerk "
    "boss expert poet monk nun mother father wife husband son daughter brother sister boy girl "
    "child friend grandmother grandfather secretary mayor engineer officer doctor author "
    "professor soldier member lawyer partner neighbour neighbor candidate student colleague critic "
    "official resident volunteer astronomer mechanic citizen tenant"
)
_NO_PEOPLE = _words(
    "river water tower number paper weather summer winter letter theater harbor border order power "
    "computer container newspaper motor factor sector offer answer corner center counter ladder "
    "danger silver layer matter charter chapter reactor tractor timer quarter shelter server "
    "router printer filter transformer cover boiler cellar meter laser barrier carrier engine "
    "monitor scooter trailer elevator generator heater cooler freezer mirror error terror door"
)
_PLACES = _words(
    "port mount street sea river lake bay point island islands city bridge university council "
    "party bank corporation company ministry foundation press union states kingdom north south "
    "east west saint st square road station hall park valley university institute agency office "
    "museum airport harbour harbor academy association committee court congress parliament "
    "times herald post news college school church tower house trust society club center centre "
    "army navy force police department treaty agreement law act war prize cup festival"
)
_BEFORE_PLACE = _words("in on at from near to into across toward towards through outside")
_SPEAKING = r"(?:said|says|told|added|noted|explained|argued|warned|stated|asked|replied|wrote)"
_MONTHS = _words(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday"
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:[-.’']\w+)*\.?|[^\w\s]")
_DOING = _words("do does did")
_DETERMINERS = _words("the a an which what many much")
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
    may_be_person: bool = False
    """A single name, of which nothing shows whether somebody or something has it."""


def find_entities(sentence: str) -> list[Entity]:
    """Give the names and the noun phrases of a sentence, in order."""
    return list(_find_entities(sentence))


@lru_cache(maxsize=128)
def _find_entities(sentence: str) -> tuple[Entity, ...]:
    """Find them once: each pronoun of a follow-up is looked up in the same few turns."""
    names = list(find_names(sentence))
    taken = [(name.start, name.end) for name in names]
    nouns = (
        noun
        for noun in _find_nouns(sentence)
        if not any(start <= noun.start < end for start, end in taken)
    )
    return tuple(sorted([*names, *nouns], key=lambda entity: entity.start))


def is_function_word(word: str) -> bool:
    return word.lower().rstrip(".") in _FUNCTION


def find_names(sentence: str, *, look_up: bool = True) -> Iterator[Entity]:
    """Give the runs of capitalised words; "of" and the like may stand inside of them.

    With `look_up` a word of the dictionary that begins the sentence is no name. The dictionary
    takes half a second to load.
    """
    tokens = list(_TOKEN.finditer(sentence))
    at = 0
    while at < len(tokens):
        if not _is_capitalised(tokens, at, look_up):
            at += 1
            continue
        last = at
        for after in range(at + 1, len(tokens)):
            if tokens[last].group().endswith(("’s", "'s")):
                break
            if _is_capitalised(tokens, after, look_up) and tokens[after - 1].group() not in ",;:":
                last = after
            elif tokens[after].group() not in _PARTICLES or after - last > 1:
                break
        words = [token.group().lower() for token in tokens[at : last + 1]]
        if "and" in words and not _PLACES.intersection(words[: words.index("and")]):
            last = at + words.index("and") - 1  # two names, not the Ministry of this and that
        yield from _name(sentence, tokens, at, last)
        at = last + 1


def _is_capitalised(tokens: list[re.Match[str]], at: int, look_up: bool) -> bool:
    word = tokens[at].group()
    if not word[0].isupper() or word.lower().rstrip(".") in _MONTHS:
        return False
    if look_up and at == 0 and _parts_of_speech(word.lower()) and not _follows_a_capital(tokens):
        return False  # any word begins a sentence with a capital
    return not is_function_word(word) or (word.isupper() and len(word) > 1)


def _follows_a_capital(tokens: list[re.Match[str]]) -> bool:
    return len(tokens) > 1 and tokens[1].group()[0].isupper()


@lru_cache(maxsize=10_000)  # of foreign words there is no end
def _parts_of_speech(word: str) -> frozenset[str]:
    """Give what a word may be by the dictionary, and "PLURAL" where it is one of a noun."""
    from lemminflect import getAllLemmas

    lemmas = getAllLemmas(word)
    plural = "NOUN" in lemmas and word not in lemmas["NOUN"]
    return frozenset([*lemmas, *(["PLURAL"] if plural else [])])


def is_verb(word: str) -> bool:
    parts = _parts_of_speech(word)
    return word in _VERBS or ("VERB" in parts and not parts & {"NOUN", "ADJ"})


def is_person_noun(noun: str) -> bool:
    """Tell whether a noun, in the singular, names people by what they are or do."""
    if noun in _PEOPLE or noun.endswith(("ist", "ian", "man", "woman")):
        return True
    stem = noun[:-2] if noun.endswith(("er", "or")) and noun not in _NO_PEOPLE else ""
    return len(stem) > 2 and any("VERB" in _parts_of_speech(v) for v in (stem, f"{stem}e"))


def names_people(group: Entity) -> bool:
    """Tell whether several are people by what they are called: "the engineers of the dam"."""
    from lemminflect import getAllLemmas

    return any(is_person_noun(one) for one in getAllLemmas(head_of(group.text)).get("NOUN", ()))


def head_of(noun: str) -> str:
    """Give the word that says what it is: "concerns" of "serious concerns over the deal"."""
    return re.split(r" (?:of|over|between) ", noun)[0].rsplit(" ", 1)[-1].lower()


def _is_plural(word: str) -> bool:
    return "PLURAL" in _parts_of_speech(word) and not is_verb(word)


def _name(sentence: str, tokens: list[re.Match[str]], first: int, last: int) -> Iterator[Entity]:
    while first < last and tokens[first].group().lower().rstrip(".") in TITLES:
        first += 1  # the title tells the kind, and is not part of the name
    start, end = tokens[first].start(), tokens[last].end()
    text = re.sub(r"(?:[’']s?|\.)$", "", sentence[start:end])
    words = [word.lower().rstrip(".") for word in text.split()]
    before = tokens[first - 1].group().lower().rstrip(".") if first else ""
    after = sentence[end : end + 60]
    speaks = re.match(rf",? {_SPEAKING}\b", after) or re.search(
        rf"\b(?:{_SPEAKING}|according to)\s+(?:\w+\s+)?$",
        sentence[max(start - 60, 0) : start],
        re.IGNORECASE,
    )
    thing = (
        before == "the"
        or any(word in _PLACES for word in words)
        or any(character.isdigit() for character in text)
        or (text.isupper() and len(text) > 1)
    )
    person = not thing and bool(
        before in TITLES or speaks or (len(words) > 1 and before not in _BEFORE_PLACE)
    )
    kind: Kind = "person" if person else "thing"
    end = start + len(text)
    if before == "the":
        start, text = tokens[first - 1].start(), f"the {text}"
        before = tokens[first - 2].group().lower() if first > 1 else ""
    place = not person and before in _BEFORE_PLACE
    unclear = not person and not thing and len(words) == 1 and not place
    yield Entity(text, kind, start, end, True, place, unclear)


def _find_nouns(sentence: str) -> Iterator[Entity]:
    """Give nouns after "the", "a", "which", "how many", and plurals that stand by themselves."""
    tokens = list(_TOKEN.finditer(sentence))
    at = 0
    while at < len(tokens):
        word = tokens[at].group().lower()
        if word in _DETERMINERS:
            first, last = at + 1, _end_of_noun(tokens, at + 1, named=word in ("the", "a", "an"))
        elif not is_function_word(word) and word not in _VERBS and word.isalpha():
            first, last = at, _end_of_noun(tokens, at)
            head = tokens[last].group()
            subject = at > 0 and tokens[at - 1].group().lower() in _DOING and word == head.lower()
            if not (_is_plural(head.lower()) or subject) or (head[0].isupper() and last):
                last = first - 1
        else:
            first, last = at, at - 1
        if last >= first:
            yield _noun(sentence, tokens, at, first, last)
        at = max(at, last) + 1


def _noun(sentence: str, tokens: list[re.Match[str]], at: int, first: int, last: int) -> Entity:
    head = tokens[last].group().lower()
    if last + 2 < len(tokens) and tokens[last + 1].group() in ("of", "over", "between"):
        beyond = last + 2 + (tokens[last + 2].group().lower() in ("the", "a", "an"))
        last = max(last, _end_of_noun(tokens, beyond))
    start, end = tokens[first].start(), tokens[last].end()
    kind: Kind = "group" if _is_plural(head) else "person" if is_person_noun(head) else "thing"
    place = at > 0 and tokens[at - 1].group().lower() in _BEFORE_PLACE
    text = sentence[start:end]
    text = f"the {text[:1].lower() if first == 0 else text[:1]}{text[1:]}"
    return Entity(text, kind, tokens[at].start(), end, False, place)


def _end_of_noun(tokens: list[re.Match[str]], first: int, *, named: bool = False) -> int:
    """Give the place of the last word of a noun phrase that begins at `first`; else one before."""
    last = first - 1
    for at in range(first, min(first + 5, len(tokens))):
        word = tokens[at].group().lower()
        if not word[0].isalnum() or is_function_word(word):
            break
        if at > first and is_verb(word):
            break
        if at == first and not named and is_verb(word) and word not in _VERBS:
            break
        last = at
    return last
