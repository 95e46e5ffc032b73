"""Phrases that stand in articles, and lead away from them."""

import re

LONGEST = 240
"""Characters; a longer paragraph that begins like this is taken for text."""

_AWAY = re.compile(
    r"(?:lea (?:también|tambien|más|mas)\b|lee también\b|lea:|mira:|puedes ver\b|"
    r"(?:le|te) puede interesar\b|leia (?:também|mais)\b|veja (?:também|mais)\b|"
    r"read (?:more|also|next)\b(?: ?[:»>…→]|\W*$| (?:about|on|at|here)\b)|"
    r"also read\b|see also\b.{0,3}$|"
    r"related\b.{0,20}(?::|$)|lesen sie (?:auch|mehr|hier)\b|mehr zum thema\b|zum thema\b.{0,3}$|"
    r"weitere (?:informationen|artikel|themen|meldungen|beiträge|tourentipps)\b.{0,40}:?$|"
    r"das könnte (?:sie|dich)\b|auch interessant\b|czytaj (?:też|także|również|więcej)\b|"
    r"zobacz (?:też|także|również)\b|przeczytaj\b|à lire\b|lire aussi\b|voir aussi\b|sur le même\b|"
    r"leggi anche\b|lees ook\b|läs också\b|les også\b|"
    r"(?:photo|foto|fotos|image|bild|bilder|crédits? photos?)\b.{0,12}:|bild via\b|quelle:|source:|"
    r"teilen\b.{0,3}$|share (?:this|on|via)\b|share\W*$|partager\b|compartir\b|kommentieren\b|"
    r"(?:view )?comments?\b.{0,3}$|leave a (?:reply|comment)\b|advertisement\W*$|anzeige\b.{0,3}$|"
    r"publicidad\W*$|werbung\W*$|sign up\b|subscribe\b|newsletter\b|abonnieren\b|follow us\b|"
    r"folge uns\b|download (?:the|our) app|aktualisiert\b.{0,30}$|updated?:|"
    r"(?:tags?|schlagworte|stichworte):|©|\(c\)|copyright (?:©|\(c\)|by\b|\d)|all rights reserved|"
    r"kontakt:|contact:|(?:press office|tel|phone|fax|e-?mail)[.:]|categor(?:y|ies):|"
    r"click here\b|tap here\b|log ?in(?:$| (?:to|or|with|here)\b)|we use cookies|"
    r"this (?:web)?site uses cookies|by continuing to (?:use|browse|visit)|accept (?:all )?cookies|"
    r"(?:gallery|in pictures|watch|listen|video):|press release$|pressemitteilung$|"
    r"communiqué de presse$|comunicado de prensa$|"
    r"(?:[^\W\d]{3,12},? )?\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d]{3,12}\.?,? \d{4}$|"
    r"[^\W\d]{3,12} \d{1,2}, \d{4}$|"
    r"get short url|listen live|this page was last )",
    re.IGNORECASE,
)


def leads_away(text: str) -> bool:
    """Tell whether a piece is a pointer to something else, a credit or a button."""
    return len(text) < LONGEST and bool(_AWAY.match(text))
