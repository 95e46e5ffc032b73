"""How plausible the letters of a text are: what tells a right decoding from a wrong one."""

import re
import unicodedata
from collections import Counter
from functools import cache

_LANGUAGES = (
    "ÄÖÜßäöü",  # German
    "ÀÂÇÈÉÊËÎÏÔÙÛÜŒÆàâçèéêëîïôùûüÿœæ",  # French
    "ÁÉÍÓÚÜÑáéíóúüñªº",  # Spanish
    "ÀÁÂÃÇÉÊÍÓÔÕÚÜàáâãçéêíóôõúüªº",  # Portuguese
    "ÀÈÉÌÍÒÓÙÚàèéìíòóùú",  # Italian
    "ÀÇÈÉÍÏÒÓÚÜàçèéíïòóúü",  # Catalan
    "ÅÄÖÉÜåäöéü",  # Swedish, Finnish
    "ÅÆØÉÈÊÓÒÔÜÄÖåæøéèêóòôüäö",  # Danish, Norwegian
    "ÁÐÉÍÓÚÝÞÆÖáðéíóúýþæö",  # Icelandic
    "ËÏÉÈÜÖëïéèüöĳ",  # Dutch
    "ĄĆĘŁŃÓŚŹŻąćęłńóśźż",  # Polish
    "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽáčďéěíňóřšťúůýž",  # Czech
    "ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽáäčďéíĺľňóôŕšťúýž",  # Slovak
    "ÁÉÍÓÖŐÚÜŰáéíóöőúüű",  # Hungarian
    "ĂÂÎȘȚŞŢăâîșțşţ",  # Romanian
    "ČĆĐŠŽčćđšž",  # Croatian, Slovene
    "ÇĞİÖŞÜÂÎçğıöşüâî",  # Turkish
    "ĄČĘĖĮŠŲŪŽąčęėįšųūž",  # Lithuanian
    "ĀČĒĢĪĶĻŅŠŪŽāčēģīķļņšūž",  # Latvian
    "ÄÖÕÜŠŽäöõüšž",  # Estonian
)
"""Letters beyond ASCII that a language of Latin script writes."""
_CYRILLIC_VOWELS = "аеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄ"
_FEW = 3
"""Kinds of letters that a foreign name may bring into a text of another language."""

_USUAL = frozenset("§©®™º°½¼¾±²³×")
"""Signs that are not rare."""


def measure_plausibility(text: str) -> float:
    """Give how plausible the characters beyond ASCII are: 1 where all are, 0 where none is.

    Letters of Latin script are those of one language; no capital follows a small letter; symbols
    and quotation marks stand where they are written; what means nothing counts against a text.
    """
    beyond = sum(not character.isascii() for character in text)
    if not beyond:
        return 1.0
    latin: Counter[str] = Counter()
    cyrillic: Counter[str] = Counter()
    good = 0.0
    for match in re.finditer(r"[^\x00-\x7f]", text):
        place, character = match.start(), match.group()
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        script, category = _script(character), unicodedata.category(character)
        if category.startswith("L") or category == "Mn":
            if _is_torn(before, character, after, script):
                good -= 0.5
            elif script == "HALFWIDTH":  # what single bytes look like in Japanese sets
                good += 0.3
            elif script == "LATIN":
                latin[character] += 1
            elif script == "CYRILLIC":
                cyrillic[character] += 1
            else:
                good += 1
        elif category in ("Cn", "Co", "Cc", "Cs") or character == "\N{REPLACEMENT CHARACTER}":
            good -= 1
        else:
            good += _weigh_sign(before, character, after, category)
    return max(0.0, (good + _weigh_latin(latin) + _weigh_cyrillic(cyrillic)) / beyond)


def _weigh_latin(letters: Counter[str]) -> float:
    """Give how many of the letters the language writes that writes most of them."""
    total = letters.total()
    best = max((sum(letters[each] for each in language) for language in _LANGUAGES), default=0)
    strange = total - best
    return best + (strange * 0.5 if len(letters) <= _FEW else 0.0)


def _weigh_cyrillic(letters: Counter[str]) -> float:
    """Give how many letters there are, or half of it where next to none is a vowel."""
    total = letters.total()
    vowels = sum(letters[each] for each in _CYRILLIC_VOWELS)
    return total if vowels > total / 5 else total / 2


def _is_torn(before: str, character: str, after: str, script: str) -> bool:
    """Tell whether a letter does not fit its neighbours: another script, or a capital within."""
    if character.isupper() and before.islower():
        return True
    if script in ("LATIN", "CYRILLIC", "GREEK"):
        others = {_script(near) for near in (before, after) if near.isalpha()}
        if others - {script}:
            return True
    return script == "LATIN" and character.isupper() and after.isdigit()


def _weigh_sign(before: str, character: str, after: str, category: str) -> float:
    """Give 1 for a sign that stands where it is written, 0 for one that does not."""
    if character in "’'":
        return float(before.isalnum() or after.isalnum())
    if before.isalpha() and after.isalpha() and category[0] in "SNP" and category != "Pd":
        return float(character in "·…")
    if character == "¤":  # the euro sign of a set that had none
        return 0.0
    if category == "Sc":
        return float(after.isdigit() or before.isdigit() or after in (" ", "") or before == " ")
    return 1.0 if category == "Zs" or category[0] == "P" or character in _USUAL else 0.5


@cache
def _script(character: str) -> str:
    """Give the first word of a character's name, which is its script where it is a letter."""
    return unicodedata.name(character, "").partition(" ")[0]
