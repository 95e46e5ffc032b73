"""Follow-up questions: said in full, with the names and nouns of the turns before.

A question is taken for a follow-up by its form: a bare question word ("Why?"), a fragment after
"and" or "what about" ("And Russia?"), or a pronoun that nothing in the question itself explains
("What did he say about NATO?"). Any other question is complete and stays as it is.
"""

import re
from collections.abc import Sequence
from typing import Annotated

from bot.conversation.entities import AUXILIARIES, WH, find_entities, is_function_word, is_verb
from bot.conversation.pronouns import WH_PATTERN, is_subject, replace_pronouns
from bot.conversation.subjects import find_subject
from bot.question import MAX_QUESTION, MAX_QUOTE, MOST_TURNS
from index.patterns import AtMost
from index.store import Turn

LONGEST_CLAUSE = 200
"""Characters of an answer that a follow-up may take up."""
_BARE = re.compile(
    rf"(?:(?:and|but|so|ok(?:ay)?|then),? )?(?P<wh>(?:(?:since|until|by|for|with|to|from|in|at) )?"
    rf"{WH_PATTERN}(?: (?:long|often|far|much|many|old|big|high|soon|year|day|month))?)"
    rf"(?: (?:exactly|so|not|then|precisely|"
    rf"(?:do|does|did) (?:he|she|they) do (?:that|this|it|so)|"
    rf"(?:is|was|were|did|does) (?:that|this|it(?= happen)|(?<=when was )it)"
    rf"(?: happen(?:ed)?| so| the case)?))?\W*",
    re.IGNORECASE,
)
_AND_WH = re.compile(rf", and (?:\w+ )?{WH_PATTERN}(?: \w+)?$")
_INSTEAD: Annotated[re.Pattern[str], AtMost(MAX_QUESTION)] = re.compile(
    r"(?:(?:and|but|or),? )?(?P<lead>what about|how about|and|but|or) (?P<new>[^?]+?)"
    r"(?:,? (?:then|too|as well))?[\s?.!]*",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?P<new>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,2})\s*\?")
_WHO_SAID_THAT = re.compile(
    r"(?:and )?who (?:said|says|told|wrote) (?:that|this|it|so)\W*", re.IGNORECASE
)
_HOW_DEEP = re.compile(
    r"how (?!much\b|many\b|often\b)(?P<adjective>\w+) (?P<verb>is|are|was|were) (?P<rest>.+)",
    re.IGNORECASE,
)
_BEFORE_WH = re.compile(rf"\w+ {WH_PATTERN}\b", re.IGNORECASE)
_ASKS_WHO_DID = re.compile(rf"who (?!(?:{'|'.join(sorted(AUXILIARIES))})\b)", re.IGNORECASE)
_SPOKEN: Annotated[re.Pattern[str], AtMost(MAX_QUOTE)] = re.compile(r"[“\"](.{12,}?),?[”\"]")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def resolve(question: str, turns: Sequence[Turn]) -> str:
    """Give a question in full; one that is complete in itself stays as it is.

    So does one that would become longer than a question may be, as follow-ups of follow-ups could.

    Args:
        question: on one line, at most `MAX_QUESTION` long.
        turns: of its conversation, oldest first.
    """
    full = _resolve(question, turns[-MOST_TURNS:]) if turns else question
    return full if len(full) <= MAX_QUESTION else question


def _resolve(question: str, turns: Sequence[Turn]) -> str:
    last = turns[-1]
    if _WHO_SAID_THAT.fullmatch(question) and last.found and last.cited:
        return f"Who said “{_spoken(last.cited[0].quote)}”?"
    if match := _BARE.fullmatch(question):
        return _ask_again(match["wh"], last)
    match = _INSTEAD.fullmatch(question) or _ALONE.fullmatch(question)
    if match and _is_phrase(match["new"]):
        return _ask_instead(replace_pronouns(match["new"], turns), last)
    return replace_pronouns(question, turns)


def _is_phrase(text: str) -> bool:
    """Tell whether a text is a few words without a verb that would make it a question."""
    words = [word.strip("?,.!").lower() for word in text.split()]
    verbs = (word in AUXILIARIES or word in WH or is_verb(word) for word in words)
    return 0 < len(words) <= 6 and not any(verbs)


def _ask_again(wh: str, last: Turn) -> str:
    """Ask the last question with another question word.

    Who did what was asked is named only where the cited sentence says so; a name that merely
    stands in it would make a false statement of the question.
    """
    asked = _bare(last.resolved_question)
    if _BARE.fullmatch(last.question):  # "Who raised concerns, and why?" was asked as "Why?"
        asked = _AND_WH.sub("", asked)
    wh = wh[0].upper() + wh[1:].lower()
    first, _, rest = asked.partition(" ")
    first, second = first.lower(), rest.split(" ", 1)[0].lower()
    told = _clause(last.cited[0].quote) if last.found and last.cited else None
    if first in AUXILIARIES:
        return f"{wh} {first} {rest}?"
    if match := _HOW_DEEP.match(asked):  # the adjective is what is asked about
        return f"{wh} {match['verb']} {match['rest']} {match['adjective']}?"
    cleft = "is it that" if wh.lower() == "why" else "was it that"
    about_what = first == "what" and second in ("do", "does", "did", "happened")
    if not (about_what and told):
        verb = _find_auxiliary(asked)
        asks_for_what = first in ("who", "what", "which") and not _BEFORE_WH.match(asked)
        if verb and not asks_for_what:
            return f"{wh} {asked[verb:]}?"
        if first == "who" and wh.lower() in ("how many", "who"):
            return f"{wh} {rest}?"
        if asks_for_what:
            name = find_subject(rest, last.cited[0].quote) if first == "who" and told else None
            return f"{wh} {cleft} {name} {rest}?" if name else f"{asked}, and {wh.lower()}?"
    return f"{wh} {cleft} {told}?" if told else f"{asked}, and {wh.lower()}?"


def _find_auxiliary(asked: str) -> int | None:
    """Give the place of the first auxiliary verb after the beginning."""
    words = re.finditer(r"\S+", asked)
    return next((w.start() for w in words if w.start() and w.group().lower() in AUXILIARIES), None)


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
    if is_name and _ASKS_WHO_DID.match(asked) and all(e.kind == "group" for e in old):
        return f"{_bare(asked)}, and what about {new}?"  # nobody raises Erdogan, but concerns
    # A name takes the place of a name, somebody the place of somebody.
    best = min(
        old,
        key=lambda e: (e.is_name != is_name, e.kind != kind, not is_subject(asked, e), e.start),
    )
    return asked[: best.start] + new + asked[best.end :]


def _bare(question: str) -> str:
    return question.rstrip(" ?!.")


def _spoken(quote: str) -> str:
    """Give what a sentence quotes, else all of it."""
    spoken = _SPOKEN.search(quote[:MAX_QUOTE])
    return _clause(spoken.group(1) if spoken else quote)


def _clause(quote: str) -> str:
    """Give a quoted sentence as a part of a question, its first word in lower case if it may."""
    text = " ".join(quote.split()).strip(' .!?"“”')
    if len(text) > LONGEST_CLAUSE:
        text = text[:LONGEST_CLAUSE].rsplit(" ", 1)[0] + "…"
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if is_function_word(first) else text
