"""Pages that hold no article: what stands between a reader and the text, or where it was."""

import re
from collections.abc import Sequence

from index.reading.formats.document import Block

SHORT = 1200
"""Characters of what is read from a page; an article that speaks of cookies is longer."""
_WALLS = {
    "asks to switch on JavaScript": (
        r"(?:enable|turn on|activate|requires?|need) javascript",
        r"javascript (?:is|to be|must be|has been) (?:disabled|required|enabled|turned off)",
        r"javascript (?:aktivieren|einschalten)",
    ),
    "is a check whether a person reads it": (
        r"captcha|are you (?:a human|a robot|human)|not a robot|unusual traffic|security check",
        r"(?:verify|confirm|check)(?:ing)? (?:that )?(?:you are|you're|if you are|your browser)",
        r"access (?:to this page has been )?denied|ddos protection",
    ),
    "asks to accept cookies": (
        r"(?:our|its) (?:\d[\d.,]* )?partners|wir und unsere .{0,40}partner",
        r"we (?:and|use|value)\b.{0,80}(?:cookies|privacy)",
        r"(?:accept|manage|reject)(?: all)?(?: cookies| your choices| preferences)",
        r"legitimate interest|before you continue",
        r"cookies akzeptieren|accepter les cookies|aceptar (?:las )?cookies",
    ),
    "is the beginning of an article that has to be paid for": (
        r"(?:subscribe|sign in|log in|register)(?: now)?(?: to| for| and)? (?:continue|keep|read)",
        r"(?:subscribe|sign in|log in|register) (?:for full access|to unlock)",
        r"to (?:continue|keep) reading|already a (?:subscriber|member)",
        r"for subscribers only|subscriber[- ]only",
        r"(?:this|the) (?:article|story) is (?:for|reserved for|only for|exclusive)",
        r"(?:you['’]ve|you have) (?:reached|read|used) .{0,30}(?:free|articles)",
        r"weiterlesen mit|jetzt (?:abonnieren|weiterlesen)",
        r"réservé aux abonnés|solo para suscriptores",
    ),
    "says that there is nothing at its address": (
        r"(?:page|article|file) (?:(?:is|was|could|can)(?: ?not|n['’]t)|not)(?: be)? found",
        r"(?:page|article|file) (?:is not|isn['’]t|not) available|page does(?: not|n['’]t) exist",
        r"(?:error|http) 404|404 (?:error|not found|-)|no longer (?:available|exists)",
        r"seite (?:wurde )?nicht gefunden|page introuvable|página no encontrada",
    ),
}
_PATTERNS = {what: re.compile("|".join(ways), re.IGNORECASE) for what, ways in _WALLS.items()}
_LOADING = re.compile(
    r"(?:loading|please wait|bitte warten|wird geladen|chargement|cargando)\W*", re.IGNORECASE
)


def find_wall(blocks: Sequence[Block], title: str) -> str:
    """Tell what a page is instead of an article; nothing where it may be one.

    Args:
        blocks: what was read from it.
        title: its own.
    """
    read = [block.text for block in blocks if block.kind != "furniture"]
    if not read or all(map(_LOADING.fullmatch, read)):
        return "is empty until a program in it has loaded its text"
    if sum(map(len, read)) > SHORT:
        return ""
    shown = [*read, *(block.text for block in blocks if block.kind == "furniture"), title]
    text = " ".join(shown)[: 4 * SHORT]
    return next((what for what, pattern in _PATTERNS.items() if pattern.search(text)), "")
