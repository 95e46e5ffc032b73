"""Who or what did what a question asks for its doer, where a sentence says so outright.

It is told only of a sentence such as "The mayor, Ada Brandt, opened the line" or "The line was
opened by Ada Brandt", in the verb of the question itself. A name that merely stands in the
sentence ("… has raised concerns among Turkey's allies") has not done it.
"""

import re

from bot.conversation.entities import (
    AUXILIARIES,
    TITLES,
    find_names,
    is_function_word,
    is_person_noun,
)

_DETERMINERS = frozenset(["the", "a", "an", "his", "her", "its", "their", "our"])
_PASSIVE = re.compile(r" (?:is|are|was|were|been) $")
_BY = re.compile(r"(?: (?:in|on|at)(?: \w+){1,3})? by ")
_ADJUNCT = re.compile(r" (?:of|on|in|at|with|from|by|about|over|between|against)\b")
_ABBREVIATED = re.compile(r"\b(Gen|Prof|Dr|Mrs?|Ms)\.")


def find_subject(predicate: str, sentence: str) -> str | None:
    """Give the name that a sentence has as the subject of a predicate; None where it has none."""
    first, _, rest = predicate.partition(" ")
    verb, _, rest = rest.partition(" ") if first.lower() in AUXILIARIES else (first, "", rest)
    asked = f"{first} {verb}" if verb != first else verb
    sentence = _ABBREVIATED.sub(r"\1", " ".join(sentence.split()))
    match = re.search(rf"\b{re.escape(asked)}\b", sentence) if verb else None
    if match is None:
        return None
    before, after = sentence[: match.start()], sentence[match.end() :]
    if passive := _PASSIVE.search(before):
        name, place = _find_agent(after), before[: passive.start()]
        plain = _is_plain(place)
    else:
        name, place = _find_doer(before), after
        plain = True
    return name if plain and _holds_object(place, rest) else None


def _find_agent(after: str) -> str | None:
    """Give whom words after a verb in the passive name as the one by whom it was done."""
    by = _BY.match(after)
    people = (e for e in find_names(after) if by and e.start >= by.end() and e.kind == "person")
    agent = next(people, None)
    return agent.text if by and agent and _is_plain(after[by.end() : agent.start]) else None


def _find_doer(before: str) -> str | None:
    """Give the name that words before a verb end with, if they are no more than its title."""
    name = next(reversed(list(find_names(before))), None)
    if name is None:
        return None
    lead, rest = before[: name.start].rstrip(), before[name.end :].strip()
    role = lead.removesuffix(",")
    if rest != lead[len(role) :] or not _is_plain(role):  # "the mayor, Ada Brandt," has two commas
        return None
    last = role.rpartition(" ")[2].lower()
    titled = not last or last in _DETERMINERS or last in TITLES or is_person_noun(last)
    return name.text if titled else None


def _is_plain(text: str) -> bool:
    """Tell whether a text is one noun phrase: no clause, no preposition, no quotation."""
    words = text.lower().split()
    own = all(word in _DETERMINERS or not is_function_word(word) for word in words)
    return own and not re.search(r"[^\w\s’'-]", text)


def _holds_object(text: str, asked: str) -> bool:
    """Tell whether a part of a sentence names what the question says that it was done to."""
    objects = _ADJUNCT.split(asked.strip(), maxsplit=1)[0]
    heads, last = [], ""
    for word in [*re.findall(r"[\w’'-]+", objects), "the"]:
        if is_function_word(word) and last:
            heads.append(last)
        last = "" if is_function_word(word) else word
    clause = re.split(r"[,;]", text)[0]
    return all(re.search(rf"\b{re.escape(head)}\b", clause, re.IGNORECASE) for head in heads)
