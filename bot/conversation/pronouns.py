"""Pronouns that a question leaves open: what they stand for by the turns before."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from bot.conversation.entities import (
    AUXILIARIES,
    Entity,
    Kind,
    find_entities,
    head_of,
    is_function_word,
    names_people,
)
from bot.conversation.subjects import find_subject
from index.store import Turn

MOST_PRONOUNS = 12
"""What a pronoun stands for is looked up in the turns before for each of them."""
WH_PATTERN = r"(?:who|whom|what|which|when|where|why|how)"
_LEAD = re.compile(r"(?:and|but|so|ok(?:ay)?|well|then),? ", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"\bit(?:’s|'s)? (?:rain|snow|take|took|seem|appear|turn(?:s|ed)? out|matter|cost to|"
    r"mean (?:to|for|that)|(?:is|was|be|been)? ?(?:not )?(?:\w+ )?(?:(?:im)?possible|true|"
    r"(?:un)?likely|necessary|legal|important|known|clear|difficult|easy|hard|safe|allowed|worth|"
    r"time|\w+ed (?:that|wh\w+))\b)|"
    r"\b(?:is|was) it (?:\w+ )?(?:or \w+ )?(?:\w+er (?:to|for)|that|true|(?:im)?possible|likely|"
    r"necessary|legal|important|known|clear|difficult|easy|hard|safe|allowed|worth)\b",
    re.IGNORECASE,
)
_VERBS = r"(?:is|was|does|did|do|will|would|can|could|has|have)"
_POINTING = re.compile(
    rf"\b{_VERBS}\s+(?:that|this)(?=\s+(?:mean|happen|matter|work|affect|help|change|cost|end|true|"
    rf"right|so|possible)\b)|(?<=\w )(?<!\bdo )(?<!\bsay )(?<!\bsaid )(?<!\bthink )"
    rf"(?:that|this|these|those)(?=\W*$|,)",
    re.IGNORECASE,
)
"""Where "that" and the like stand for something, and do not begin a clause or go with a noun.

What somebody did or said is no thing that could be named for it: "Why did he say that?" stays.
"""
_PRONOUN = re.compile(
    r"\b(he|him|his|she|her|hers|it|its|they|them|their|theirs|there|that|this|these|those)\b"
    r"(?![’'-]\w)",
    re.IGNORECASE,
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("he", "him", "his", "she", "her", "hers"), "person"),
    **dict.fromkeys(("it", "its", "this", "that"), "thing"),
    **dict.fromkeys(("they", "them", "their", "theirs", "these", "those"), "group"),
}
_OBJECTS = frozenset(("him", "her", "it", "them"))
_CLAUSE = re.compile(
    r"[,;]|\b(?:that|when|if|because|while|whether|how|why|where|who|what|and|after|before|as|since|"
    r"until|than)\b"
)
_AUXILIARY = rf"(?:{'|'.join(sorted(AUXILIARIES))})"
_BEGINS = re.compile(
    rf"(?:(?:and|but|so|ok(?:ay)?|well|then),? )?(?:\w+ )?(?:{WH_PATTERN}|whose|{_AUXILIARY})\b",
    re.IGNORECASE,
)
_INVERTED = r"(?:is|are|was|were|do|does|did)"
_ASKS_FOR_SUBJECT = re.compile(
    rf"who (?!{_AUXILIARY}\b)|(?:which|what) (?!{_INVERTED}\b)\w+ (?!{_INVERTED} (?!not\b))",
    re.IGNORECASE,
)
_WHO = re.compile(r"[Ww]ho (?!(?:is|was|are|were) [A-Z])")
"""Asks for somebody who is not named yet, unlike "Who is Anton Rehn?"."""
_OF_PEOPLE = re.compile(r" (?:say|said|tell|told|think|thought|want|wanted|argue|fear|ask)\b")
_POSSESSIVE = frozenset(("his", "her", "its", "their"))


def is_subject(asked: str, entity: Entity) -> bool:
    """Tell whether an entity is the subject of a question: it follows the auxiliary verb."""
    before = asked[: entity.start].split()[-1:]
    owns = asked[entity.end :].startswith(("’s", "'s"))
    return bool(before) and before[0].lower() in AUXILIARIES and not owns


def replace_pronouns(question: str, turns: Sequence[Turn]) -> str:
    """Put names and nouns of the last turns for the pronouns that the question leaves open."""
    own = find_entities(question)
    used = {entity.text for entity in own}
    said = set(re.findall(r"[\w-]+", question.lower()))
    kinds: set[str] = set()
    replaced: list[str] = []
    at = 0
    for match in islice(_PRONOUN.finditer(question), MOST_PRONOUNS):
        word = match.group().lower()
        if not _is_open(question, match, own):
            continue
        if _KINDS.get(word, word) in kinds:
            continue  # bound by the name that stands before it now
        speaks = bool(_OF_PEOPLE.match(question[match.end() :]))
        fitting = (
            e
            for e in _candidates(word, turns, speaks)
            if e.text not in used and (e.is_name or head_of(e.text) not in said)
        )
        found = next(fitting, None)
        if found is None:
            continue
        replaced += [question[at : match.start()], _inflect(question, match, found)]
        used.add(found.text)
        kinds.add(_KINDS.get(word, word))
        at = match.end()
    rest = "".join([*replaced, question[at:]])
    if replaced and (lead := _LEAD.match(rest)):
        rest = rest[lead.end() :]
        rest = rest[:1].upper() + rest[1:]
    return rest


def _is_open(question: str, match: re.Match[str], own: Sequence[Entity]) -> bool:
    """Tell whether nothing before a pronoun in its own question can be what it stands for."""
    word = match.group().lower()
    after = question[match.end() :].lstrip()
    following = re.match(r"[\w’'-]+", after)
    follows = following.group().lower() if following else ""
    if word == "there":
        before = question[: match.start()].split()[-1:] or [""]
        bound = follows in AUXILIARIES or before[0].lower() in AUXILIARIES
        return not bound and not any(e.is_place for e in own)
    if word in ("that", "this", "these", "those"):
        return any(m.start() <= match.start() < m.end() for m in _POINTING.finditer(question))
    if word == "it" and _EXPLETIVE.search(question):
        return False
    owns = word in _POSSESSIVE and bool(follows) and not is_function_word(follows)
    if owns and _ASKS_FOR_SUBJECT.match(question):
        return False  # "Who moved his court?": the one who is asked for
    turned = not _BEGINS.match(question)  # "In his letters, what did Rehn …?"
    own = [
        e
        for e in own
        if turned
        or (owns and is_subject(question, e))  # "How many of their boats did the fishermen lose?"
        or (e.end <= match.start() and _may_bind(question, e, match, owns, follows))
    ]
    if _KINDS[word] == "group":
        return not any(e.kind == "group" or owns or (e.is_name and e.kind == "thing") for e in own)
    if _KINDS[word] == "person":
        return not any(e.kind == "person" or e.may_be_person for e in own)
    return not any(e.kind == "thing" for e in own)


def _may_bind(
    question: str, entity: Entity, match: re.Match[str], owns: bool, follows: str
) -> bool:
    """Tell whether grammar lets a pronoun stand for an entity before it.

    The object of a clause is never its subject: in "What did Caro teach her?" she is another.
    """
    is_object = match.group().lower() in _OBJECTS and not owns and follows not in AUXILIARIES
    between = question[entity.end : match.start()]
    return not (is_object and is_subject(question, entity) and not _CLAUSE.search(between))


def _candidates(word: str, turns: Sequence[Turn], speaks: bool) -> Iterator[Entity]:
    """Give what a pronoun may stand for, the likeliest first.

    After "who raised concerns" it is not the concerns that `speaks`, but those who raised them.
    """
    people = {e.text.rsplit(" ", 1)[-1] for e in _mentioned(turns) if e.kind == "person"}
    for turn in reversed(turns[-4:]):
        asked, told = find_entities(turn.resolved_question), list(answering(turn))
        # The answer to "who …" is who is spoken of next.
        asks_who = _WHO.match(turn.resolved_question)
        told_first = asks_who and _KINDS.get(word) in ("person", "group")
        told = [e for e in told if _may_have_done(word, e, turn, people)]
        if told_first and speaks:
            asked = [e for e in asked if e.kind != "group" or e.is_name or names_people(e)]
        for entities in (told, asked) if told_first else (asked, told):
            subjects = {e.text for e in asked if is_subject(turn.resolved_question, e)}
            yield from sorted(
                _fitting(word, entities, people), key=lambda e: e.text not in subjects
            )


def _may_have_done(word: str, entity: Entity, turn: Turn, people: set[str]) -> bool:
    """Tell whether "he" or "they" can be what an answer names besides, and not only "it".

    A name may be a country's that merely stands in the sentence, unless it is known for
    somebody's, or the subject. Those who did what was asked are people.
    """
    kind = _KINDS.get(word)
    if kind not in ("person", "group") or entity.kind == "person" or entity.text in people:
        return True
    if kind == "person" and not entity.may_be_person:
        return True
    asks_who = _WHO.match(turn.resolved_question)
    if kind == "group" and (not asks_who or (entity.kind == "group" and names_people(entity))):
        return True
    predicate = turn.resolved_question.rstrip(" ?!.").partition(" ")[2]
    return bool(asks_who) and find_subject(predicate, turn.cited[0].quote) == entity.text


def _mentioned(turns: Sequence[Turn]) -> Iterator[Entity]:
    for turn in turns:
        yield from find_entities(turn.resolved_question)
        for cited in turn.cited[:1]:
            yield from find_entities(cited.quote)


def _fitting(word: str, entities: Sequence[Entity], people: set[str]) -> Iterator[Entity]:
    """Give the entities that a pronoun can stand for; `people` are the surnames that are known."""
    if word == "there":
        yield from (e for e in entities if e.is_place)
        return
    persons = [e for e in entities if e.kind == "person" or (e.is_name and e.text in people)]
    things = [e for e in entities if e.kind == "thing" and e not in persons]
    groups = [e for e in entities if e.kind == "group"]
    match _KINDS[word]:
        case "person":
            yield from sorted(persons, key=lambda e: not e.is_name)
            yield from (e for e in things if e.may_be_person)
        case "group":
            yield from [*groups, *things]
        case "thing":
            yield from sorted(things, key=lambda e: e.may_be_person)


def answering(turn: Turn) -> Iterator[Entity]:
    """Give what an answer names and its question does not."""
    asked = turn.resolved_question.lower()
    words = set(re.findall(r"[\w-]+", asked))
    for cited in turn.cited[:1]:
        for entity in find_entities(cited.quote):
            told = entity.text.lower().removeprefix("the ")
            known = told in asked or (not entity.is_name and head_of(told) in words)
            if not known:
                yield entity


def _inflect(question: str, match: re.Match[str], entity: Entity) -> str:
    """Give the words for a pronoun, in its place in the sentence."""
    word, text = match.group().lower(), entity.text
    if word == "there":
        return f"in {text}"
    after = re.match(r"\s+([\w’'-]+)", question[match.end() :])
    owns = (
        word in _POSSESSIVE and after and not (word == "her" and is_function_word(after.group(1)))
    )
    if owns or word in ("hers", "theirs"):
        text += "’" if text.endswith("s") else "’s"
    return text[:1].upper() + text[1:] if match.start() == 0 else text
