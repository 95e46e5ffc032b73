"""Answers as HTML for the page, and as plain text to copy. Articles and users give text only."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import PurePath
from types import MappingProxyType
from urllib.parse import quote as percent_encode

from bot.answering.answer import Answer
from bot.answering.dates import NOT_LIMITED
from bot.answering.passage import AnswerPassage, Citation
from bot.failures import Failure
from bot.wording import describe_confidence, describe_verdict, join_answers, percent

AGAIN = "Search all dates"

_WEB = ("http://", "https://")
_UNSEEN = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Direction marks and overrides: in a title they could make a citation read as another."""

_TURN = """\
<article class="turn {state}" data-answer="{id}" \
aria-labelledby="q-{id}">
<h2 class="asked" id="q-{id}" dir="auto" tabindex="-1">{question}</h2>
{resolved}<div class="verdict"><p>{verdict}</p>{meter}</div>
<ol class="passages">
{passages}
</ol>
<footer class="actions">{actions}</footer>
<pre class="plain" hidden>{plain}</pre>
</article>
"""

_PASSAGE = """\
<li class="passage" id="{id}-{rank}">
<blockquote{cite}><p lang="" dir="auto">{before}<mark>{quote}</mark>{after}</p></blockquote>
<p class="citation"><a class="cited" href="{reader}" data-reader>\
<span class="number">{rank}</span><span class="unseen"> Read in the article: </span>\
<cite dir="auto">{title}</cite></a><span class="where">{where}</span></p>{also}
</li>"""

_METER = """\
<svg class="meter" viewBox="0 0 100 8" role="meter" aria-label="Confidence" aria-valuemin="0" \
aria-valuemax="100" aria-valuenow="{percent}"><rect width="100" height="8" rx="4"/>\
<rect class="level" width="{percent}" height="8" rx="4"/></svg>"""

_ACTIONS = """\
<button type="button" class="tool scripted" data-copy>Copy with citations</button>\
<a class="tool" href="/answers/{id}" data-link>Link to this answer</a>\
<span class="feedback scripted" role="group" aria-label="Was this a good answer?">\
<button type="button" class="tool icon" data-verdict="up" aria-pressed="false" \
aria-label="Good answer">{thumb}</button>\
<button type="button" class="tool icon down" data-verdict="down" aria-pressed="false" \
aria-label="Bad answer">{thumb}</button></span>"""

_THUMB = """\
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 21h4V10H2zm20-10c0-1.1-.9-2-2-2h-6.2l\
.9-4.5v-.3c0-.4-.2-.8-.4-1.1L13.2 2 6.9 8.3c-.4.4-.6.9-.6 1.4V19c0 1.1.9 2 2 2H17c.8 0 \
1.5-.5 1.8-1.2l3-7c.1-.2.2-.5.2-.8z"/></svg>"""


def escape_text(text: str) -> str:
    """Escape for HTML, one code point on the page for each in `text`.

    An HTML parser drops NUL and turns CR and CRLF into LF, which would shift what follows.
    """
    return escape(text).replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r", "&#13;")


def reader_path(citation: Citation) -> str:
    """Give the address of a citation's place in the bot's own reader."""
    article = percent_encode(citation.article_id, safe="")
    return f"/articles/{article}#s={citation.start}-{citation.end}"


def render_turn(
    answer: Answer,
    answer_id: str | None,
    titles: Mapping[str, str] = MappingProxyType({}),
    *,
    dated: bool = False,
) -> str:
    """Give a question with its answer as an `<article>`.

    Args:
        answer: what to show.
        answer_id: makes the ids of its elements unique; None where it is not kept.
        titles: of copies, as `title_copies` gives them; without one, the id has to do.
        dated: whether it can be asked again without the limit that its own dates set.
    """
    shown, name = answer.shown, answer_id or "unkept"
    resolved = ""
    if " ".join(answer.question.split()) != answer.resolved_question:
        resolved = f'<p class="resolved">Searching: {_line(answer.resolved_question)}</p>\n'
    if answer.limited_to:
        again = f' <button type="button" class="again scripted" data-undated>{AGAIN}</button>'
        limit = _line(answer.limited_to) + (
            again if dated and NOT_LIMITED not in answer.limited_to else ""
        )
        resolved += f'<p class="resolved">In: {limit}</p>\n'
    meter = _METER.format(percent=round(100 * answer.confidence))
    if answer.found:
        said = _line(join_answers(answer.answers))
        verdict = f'<strong class="answer" dir="auto">{said}</strong> ' if said else ""
        verdict += f"Confidence: {describe_confidence(answer.confidence)}"
    else:
        told, _, rest = describe_verdict(answer.verdict, shown=bool(shown)).partition(". ")
        verdict = f"<strong>{told.rstrip('.')}.</strong> {rest}".strip()
    return _TURN.format(
        state="found" if answer.found else "missing",
        id=escape(name),
        question=_line(answer.question),
        resolved=resolved,
        verdict=verdict,
        meter=meter if answer.found else "",
        passages="\n".join(_passage(name, passage, answer.found, titles) for passage in shown),
        actions=_ACTIONS.format(id=escape(name), thumb=_THUMB) if answer_id else "",
        plain=escape_text(plain_answer(answer)),
    )


def render_error(failure: Failure) -> str:
    """Give the reason why there is no answer, in the place of a turn."""
    told = ". ".join(
        part[0].upper() + part[1:] for part in (failure.detail, failure.remedy) if part
    )
    return f'<article class="turn"><p class="error" role="alert">{escape_text(told)}.</p></article>'


def _passage(name: str, passage: AnswerPassage, found: bool, titles: Mapping[str, str]) -> str:
    citation, text = passage.citation, passage.text
    start, end = citation.start - passage.start, citation.end - passage.start
    where = [*_place(citation), f"{percent(passage.score)} likely" if found else "not an answer"]
    web = citation.source.startswith(_WEB)
    cite = f' cite="{escape(citation.source)}"' if web else ""
    link = f'<a href="{escape(citation.link)}" rel="nofollow noreferrer">Source</a>' if web else ""
    also = ""
    if passage.also_in:
        names = ", ".join(
            f'<a href="/articles/{percent_encode(id_, safe="")}">{_line(titles.get(id_, id_))}</a>'
            for id_ in passage.also_in
        )
        also = f'\n<p class="also">Also in {names}</p>'
    return _PASSAGE.format(
        id=escape(name),
        rank=passage.rank,
        cite=cite,
        before=escape_text(text[:start]),
        quote=_marked(passage),
        after=escape_text(text[end:]),
        reader=escape(reader_path(citation)),
        title=_line(citation.title) or "untitled",
        where="".join(f"<span>{escape(part)}</span>" for part in where) + link,
        also=also,
    )


def _marked(passage: AnswerPassage) -> str:
    """Give the quote, with the words that answer set off."""
    quote, answer = passage.citation.quote, passage.answer
    if answer is None:
        return escape_text(quote)
    start, end = (each - passage.citation.start for each in (answer.start, answer.end))
    parts = (escape_text(part) for part in (quote[:start], quote[start:end], quote[end:]))
    return "{}<strong>{}</strong>{}".format(*parts)


def _place(citation: Citation) -> list[str]:
    published = [citation.published.isoformat()] if citation.published else []
    page = [f"page {citation.page}"] if citation.page else []
    section = [_UNSEEN.sub("", citation.section)] if citation.section else []
    place = [*page, f"paragraph {citation.paragraph}"]
    return [*section, *published, source_name(citation.source), *place]


def source_name(source: str) -> str:
    """Give the site of an address, and of a path the file's name: a path leads nobody anywhere."""
    if source.startswith(_WEB):
        return source.split("/")[2]
    return PurePath(source).name or source


def _line(text: str) -> str:
    return escape_text(_UNSEEN.sub("", " ".join(text.split())))


def plain_answer(answer: Answer) -> str:
    """Give an answer as text with numbered citations, as somebody would paste it."""
    shown = answer.shown
    lines = [answer.question, ""]
    if not answer.found:
        lines += [describe_verdict(answer.verdict, shown=bool(shown)), ""]
    elif answer.answers:
        lines += [join_answers(answer.answers), ""]
    lines += [f"“{' '.join(p.citation.quote.split())}” [{p.rank}]" for p in shown]
    lines += [""] if shown else []
    lines += [
        f"[{p.rank}] {p.citation.title}, {', '.join(_place(p.citation))},"
        f" characters {p.citation.start}-{p.citation.end}: {p.citation.link}"
        for p in shown
    ]
    return "\n".join(lines).strip()
