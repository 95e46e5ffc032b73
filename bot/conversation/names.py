"""Names of people as the articles write them: in full once, by the surname from then on."""

import re
from collections.abc import Iterable
from typing import Annotated

from bot.conversation.entities import find_names
from index.patterns import AtMost

LONGEST_NAME = 60
"""Characters of the name before a surname."""
_BEFORE: Annotated[re.Pattern[str], AtMost(LONGEST_NAME)] = re.compile(r"[A-Z][\w’'-]+ $")
_IDENTITY = re.compile(r"who (?:is|was|are|were)\b", re.IGNORECASE)


def spell_names(full: str, asked: str, texts: Iterable[str]) -> str:
    """Write the names that resolving a follow-up has put in as its articles go on writing them.

    "What did Anton Rehn say?" is searched as "What did Rehn say?", where sentences speak of Rehn;
    "Who is Rehn?" as "Who is Anton Rehn?".

    Args:
        full: the question in full.
        asked: as it was asked; names that stand in it are left alone.
        texts: of the articles that the conversation is about.
    """
    for name in reversed(list(find_names(full))):
        words = name.text.split()
        surname = words[-1]
        people = name.kind == "person" or name.may_be_person
        if not people or name.text in asked or not surname.isalpha():
            continue
        introduced, alone = _forms(surname, texts)
        if len(words) > 1 and alone and not _IDENTITY.match(full):
            spelled = surname
        elif len(words) == 1 and introduced and _IDENTITY.match(full):
            spelled = introduced
        else:
            continue
        full = full[: name.start] + spelled + full[name.end :]
    return full


def _forms(surname: str, texts: Iterable[str]) -> tuple[str | None, bool]:
    """Give the first full name that has a surname, and whether it stands alone elsewhere."""
    introduced, alone = None, False
    for text in texts:
        for match in re.finditer(rf"\b{re.escape(surname)}\b", text):
            before = _BEFORE.search(text, max(match.start() - LONGEST_NAME, 0), match.start())
            if before:
                introduced = introduced or f"{before.group()}{surname}"
            else:
                alone = True
    return introduced, alone
