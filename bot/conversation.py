"""Follow-up questions: said in full, with the names and nouns of the turns before.

A question is taken for a follow-up by its form: a bare question word ("Why?"), a fragment after
"and" or "what about" ("And Russia?"), or a pronoun that nothing in the question itself explains
("What did he say about NATO?"). Any other question is complete and stays as it is.
"""

import re
from collections.abc import Iterator, Sequence

from bot.entities import AUXILIARIES, WH, Entity, Kind, find_entities, is_function_word
from index.store import Turn

LONGEST_CLAUSE = 200
"""Characters of an answer that a follow-up may take up."""

_WH = r"(?:who|whom|what|which|when|where|why|how)"
_BARE = re.compile(
    rf"(?:(?:and|but|so|ok(?:ay)?|then),? )?(?P<wh>(?:(?:since|until|by|for|with|to|from|in|at) )?"
    rf"{_WH}(?: (?:long|often|far|much|many|old|big|high|soon|year|day|month))?)"
    rf"(?: (?:exactly|so|not|then|precisely|"
    rf"(?:is|was|were|did|does) (?:that|this|it)(?: happen(?:ed)?| so| the case)?))?\W*",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"(?:(?:and|but|or),? )?(?P<lead>what about|how about|and|but|or) (?P<new>[^?]+?)"
    r"(?:,? (?:then|too|as well))?[\s?.!]*",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?P<new>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,2})\s*\?")
_LEAD = re.compile(r"(?:and|but|so|ok(?:ay)?|well|then),?\s+", re.IGNORECASE)
_WHO_SAID_THAT = re.compile(
    r"(?:and )?who (?:said|says|told|wrote) (?:that|this|it|so)\W*", re.IGNORECASE
)
_EXPLETIVE = re.compile(
    r"\bit(?:’s|'s)? (?:rain|snow|take|took|true that|seem|appear|turn(?:s|ed)? out|matter|"
    r"(?:is|was|be|been)? ?(?:\w+ )?(?:possible|impossible|true|likely|necessary|legal|important|"
    r"known|clear|difficult|easy|hard|safe|allowed|worth|said|that|time)\b)|"
    r"\b(?:is|was) it (?:\w+ )?(?:that|true|possible|likely|necessary|legal|important|known|clear|"
    r"difficult|easy|hard|safe|allowed|worth)\b",
    re.IGNORECASE,
)
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
_POSSESSIVE = frozenset(("his", "her", "its", "their"))
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def resolve(question: str, turns: Sequence[Turn]) -> str:
    """Give a question in full; one that is complete in itself stays as it is.

    Args:
        question: on one line.
        turns: of its conversation, oldest first.
    """
    if not turns:
        return question
    last = turns[-1]
    if _WHO_SAID_THAT.fullmatch(question) and last.found and last.cited:
        return f"Who said “{_spoken(last.cited[0].quote)}”?"
    if match := _BARE.fullmatch(question):
        return _ask_again(match["wh"], last)
    match = _INSTEAD.fullmatch(question) or _ALONE.fullmatch(question)
    if match and _is_phrase(match["new"]):
        return _ask_instead(_replace_pronouns(match["new"], turns), last)
    return _replace_pronouns(question, turns)


def _is_phrase(text: str) -> bool:
    """Tell whether a text is a few words without a verb that would make it a question."""
    words = [word.strip("?,.!").lower() for word in text.split()]
    return len(words) <= 6 and not any(word in AUXILIARIES or word in WH for word in words)


def _ask_again(wh: str, last: Turn) -> str:
    """Ask the last question with another question word."""
    asked = _bare(last.resolved_question)
    wh = wh[0].upper() + wh[1:].lower()
    first, _, rest = asked.partition(" ")
    second = rest.split(" ", 1)[0].lower()
    if first.lower() in AUXILIARIES:
        return f"{wh} {first.lower()} {rest}?"
    match = re.match(
        r"(?:\w+ )?(?:when|where|why|how)\b(?: \w+)?? (?=(?:\w+n['’]t|\w+)\b)", asked, re.IGNORECASE
    )
    for found in re.finditer(r"\S+", asked):
        if found.start() and found.group().lower() in AUXILIARIES:
            rest = asked[found.start() :]
            if match or second in ("do", "does", "did") or first.lower() not in ("who", "what"):
                return f"{wh} {rest}?"
            break
    if second in AUXILIARIES and not re.match(r"\w+ (?:\w+(?:ing|ed)|been|to)\b", rest):
        return f"{wh} {rest}?"
    if first.lower() == "who" and wh.lower() in ("how many", "who"):
        return f"{wh} {rest}?"
    named = sorted(_answering(last), key=lambda e: (not e.is_name, e.kind != "person"))
    subject = named[0].text if named else None
    verb = "is it that" if wh.lower() == "why" else "was it that"
    if first.lower() == "who" and subject:
        return f"{wh} {verb} {subject} {rest}?"
    if last.found and last.cited:
        return f"{wh} {verb} {_clause(last.cited[0].quote)}?"
    return f"{asked}, and {wh.lower()}?"


def _ask_instead(new: str, last: Turn) -> str:
    """Ask the last question about somebody or something else."""
    asked = last.resolved_question
    mark = re.match(r"(in|at|on|for|by|with|from|to|during|after|before)\s+", new, re.IGNORECASE)
    other_year = new.rsplit(maxsplit=1)[-1]
    if _YEAR.fullmatch(other_year) and (year := _YEAR.search(asked)):
        return asked[: year.start()] + other_year + asked[year.end() :]
    old = [entity for entity in find_entities(asked) if entity.text.lower() not in new.lower()]
    if mark:
        word = mark.group(1).lower()
        old = [
            e for e in old if re.search(rf"\b{word} (?:the )?$", asked[: e.start], re.IGNORECASE)
        ]
        new = new[mark.end() :] if old else new
    if not old:
        return f"{_bare(asked)} {new if mark else f'and {new}'}?"
    replacement = find_entities(new) or find_entities(f"about {new}")
    kind = replacement[0].kind if replacement else "thing"
    is_name = bool(replacement) and replacement[0].is_name
    # A name takes the place of a name, somebody the place of somebody.
    best = min(old, key=lambda e: (e.is_name != is_name, e.kind != kind, e.start))
    return asked[: best.start] + new + asked[best.end :]


def _replace_pronouns(question: str, turns: Sequence[Turn]) -> str:
    """Put names and nouns of the last turns for the pronouns that the question leaves open."""
    own = find_entities(question)
    replaced: list[str] = []
    at = 0
    for match in _PRONOUN.finditer(question):
        word = match.group().lower()
        if not _is_open(question, match, own):
            continue
        used = {entity.text for entity in own}
        found = next((e for e in _candidates(word, turns) if e.text not in used), None)
        if found is None:
            continue
        replaced += [question[at : match.start()], _inflect(question, match, found)]
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
    if (
        word in ("that", "this", "these", "those")
        and follows
        and not (
            is_function_word(follows)
            and follows not in ("the", "a", "an", "he", "she", "it", "they")
        )
    ):
        return False  # "that deal", "said that the …"
    if (
        word == "that"
        and re.search(
            r"\b(?:say|said|claim|think|know|believe|sure|so)\s+$",
            question[: match.start()],
            re.IGNORECASE,
        )
        and follows
    ):
        return False
    if word == "it" and _EXPLETIVE.search(question):
        return False
    kinds = {_KINDS[word]} | ({"thing", "person"} if _KINDS[word] == "group" else set())
    if word in ("it", "its"):
        kinds |= {"group"}
    return not any(e.end <= match.start() and e.kind in kinds for e in own)


def _candidates(word: str, turns: Sequence[Turn]) -> Iterator[Entity]:
    """Give what a pronoun may stand for, the likeliest first."""
    for turn in reversed(turns[-4:]):
        asked = find_entities(turn.resolved_question)
        told = list(_answering(turn))
        who = re.match(r"who\b", turn.resolved_question, re.IGNORECASE)
        groups = (
            [told, asked] if who and word in _KINDS and _KINDS[word] == "person" else [asked, told]
        )
        for entities in groups:
            yield from _fitting(word, entities)


def _fitting(word: str, entities: Sequence[Entity]) -> Iterator[Entity]:
    if word == "there":
        yield from (e for e in entities if e.is_place)
        return
    kind = _KINDS[word]
    fitting = [e for e in entities if e.kind == kind]
    if kind == "person":
        fitting.sort(key=lambda e: not e.is_name)
    if kind == "group":
        fitting += [e for e in entities if e.kind == "thing"]
    yield from fitting


def _answering(turn: Turn) -> Iterator[Entity]:
    """Give what an answer names and its question does not."""
    if turn.found and turn.cited:
        asked = turn.resolved_question.lower()
        for entity in find_entities(turn.cited[0].quote):
            if entity.text.lower().removeprefix("the ") not in asked:
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


def _bare(question: str) -> str:
    return question.rstrip(" ?!.")


def _spoken(quote: str) -> str:
    """Give what a sentence quotes, else all of it."""
    spoken = re.search(r"[“\"](.{12,}?),?[”\"]", quote)
    return _clause(spoken.group(1) if spoken else quote)


def _clause(quote: str) -> str:
    """Give a quoted sentence as a part of a question, its first word in lower case if it may."""
    text = " ".join(quote.split()).strip(' .!?"“”')
    if len(text) > LONGEST_CLAUSE:
        text = text[:LONGEST_CLAUSE].rsplit(" ", 1)[0] + "…"
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if is_function_word(first) else text
