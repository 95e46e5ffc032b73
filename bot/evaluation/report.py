"""The report of an evaluation: a table on the terminal, or one self-contained HTML page.

The page asks nothing of any server. Whatever an article or a question holds is escaped in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING

from bot.answering.passage import AnswerPassage
from bot.evaluation.evaluate import Evaluation
from bot.evaluation.figures import (
    Figures,
    Outcome,
    Point,
    compute_figures,
    risk_coverage_curve,
    roc_curve,
)
from bot.evaluation.questions import Span
from bot.wording import neutralise
from index.article import ParsedArticle

if TYPE_CHECKING:
    from rich.console import Console

WORST = 50
"""Misses on the page, at most."""

LABELS = {
    "n": "questions",
    "p_at_1": "right answer first (P@1)",
    "p_at_3": "right answer among three (P@3)",
    "mrr_at_10": "mean reciprocal rank (MRR@10)",
    "citations_exact": "citations exact",
    "mean_quote_chars": "length of the marked sentence, mean (characters)",
    "auroc": "answerable against unanswerable, by confidence (AUROC)",
    "abstained_answerable": "answerable questions not answered",
    "answered_unanswerable": "unanswerable questions answered",
    "latency_ms_p50": "latency, median (ms)",
    "latency_ms_p95": "latency, 95th percentile (ms)",
    "em": "words of the answer exact, where its sentence is first (EM)",
    "f1": "words of the answer in common with the right ones (F1)",
}
_PERCENT = (
    *("p_at_1", "p_at_3", "citations_exact", "abstained_answerable", "answered_unanswerable"),
    *("em", "f1"),
)

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation: {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: auto; padding: 1rem; }}
table {{ border-collapse: collapse; }}
th {{ font-weight: normal; text-align: left; padding-right: 2rem; }}
td {{ font-variant-numeric: tabular-nums; text-align: right; }}
.curves, .miss div {{ display: flex; flex-wrap: wrap; gap: 2rem; }}
.miss section {{ flex: 1 1 20rem; min-width: 0; overflow-wrap: anywhere; }}
.miss {{ border-top: 1px solid; }}
svg {{ width: 20rem; max-width: 100%; }}
svg text {{ fill: currentColor; font-size: 10px; }}
</style>
</head>
<body>
<h1>Evaluation: <bdi>{title}</bdi></h1>
<table>
{rows}
</table>
<div class="curves">
{curves}
</div>
<h2>{misses_title}</h2>
{misses}
</body>
</html>
"""

_FIGURE = """\
<figure><figcaption>{title}</figcaption>
<svg viewBox="-40 -10 260 260" role="img" aria-label="{title}">
<path d="M0 0V200H200" fill="none" stroke="currentColor"/>
{marks}
<polyline points="{points}" fill="none" stroke="#06c" stroke-width="2"/>
<text x="100" y="235" text-anchor="middle">{across}</text>
<text transform="translate(-30 100) rotate(-90)" text-anchor="middle">{up}</text>
</svg></figure>"""

_MISS = """\
<article class="miss">
<h3 dir="auto">{question}</h3>
<p>{verdict}</p>
<div>
<section><h4>Shown first</h4>{seen}</section>
<section><h4>Should have been found</h4>{wanted}</section>
</div>
</article>"""


def print_figures(figures: Figures, console: "Console") -> None:
    """Print the figures as a table."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for label, value in _rows(figures):
        table.add_row(Text(label), Text(value))
    console.print(table)


def render_report(evaluation: Evaluation, title: str) -> str:
    """Give the page: the figures, the curves, and the misses that were most confident."""
    outcomes = evaluation.outcomes
    figures = _rows(compute_figures(outcomes))
    misses = find_misses(outcomes)
    kept = misses[:WORST]
    return _PAGE.format(
        title=_text(title),
        rows="\n".join(f"<tr><th>{label}</th><td>{value}</td></tr>" for label, value in figures),
        curves="\n".join(_curves(outcomes)),
        misses_title=f"Misses: {len(misses)}, the {len(kept)} most confident"
        if misses
        else "No misses",
        misses="\n".join(_miss(outcome, evaluation.articles) for outcome in kept),
    )


def find_misses(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Give the outcomes that mislead a user, the most confident first.

    Those are wrong passages that come first, whether as an answer or as the closest, and answers
    to unanswerable questions.
    """
    misses = [o for o in outcomes if (not o.right if o.answerable else o.answer.found)]
    return sorted(misses, key=lambda outcome: -outcome.answer.confidence)


def _rows(figures: Figures) -> list[tuple[str, str]]:
    values = asdict(figures)
    rows = [(label, _value(name, values[name])) for name, label in LABELS.items()]
    for name, part in {**figures.by_kind, **figures.by_overlap}.items():
        right = "" if part.p_at_1 is None else f"P@1 {part.p_at_1:.1%}, "
        rows.append((f"{name} ({part.n})", f"{right}answered {part.answered:.1%}"))
    return rows


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name in _PERCENT:
        return f"{value:.1%}"
    if name == "n":
        return f"{value:,}"
    return f"{value:.1f}" if name.startswith(("latency", "mean_quote")) else f"{value:.3f}"


def _curves(outcomes: Sequence[Outcome]) -> list[str]:
    risk = risk_coverage_curve(outcomes)
    curves = [_curve("Risk and coverage", risk, "share answered", "share of answers wrong")]
    confidences: dict[bool, list[float]] = {True: [], False: []}
    for outcome in outcomes:
        confidences[outcome.answerable].append(outcome.answer.confidence)
    if roc := roc_curve(confidences[True], confidences[False]):
        across, up = "share of unanswerable answered", "share of answerable answered"
        curves.append(_curve("Receiver operating characteristic (ROC)", roc, across, up))
    return curves


def _curve(title: str, points: Sequence[Point], across: str, up: str) -> str:
    marks = "".join(
        f'<text x="{200 * share:.0f}" y="215" text-anchor="middle">{share:.0%}</text>'
        f'<text x="-4" y="{203 - 200 * share:.0f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.5, 1)
    )
    drawn = " ".join(f"{200 * x:.1f},{200 - 200 * y:.1f}" for x, y in points)
    return _FIGURE.format(title=title, marks=marks, points=drawn, across=across, up=up)


def _miss(outcome: Outcome, articles: Mapping[str, ParsedArticle]) -> str:
    passages = outcome.answer.shown
    verdict = "Answered" if outcome.answer.found else "Not answered"
    rank = f"; the right one came at rank {outcome.rank}" if outcome.rank else ""
    return _MISS.format(
        question=_text(outcome.question.text),
        verdict=f"{verdict} with confidence {outcome.answer.confidence:.2f}{rank}",
        seen=_seen(passages[0]) if passages else "<p>Nothing</p>",
        wanted=_wanted(outcome, articles) or "<p>Nothing: no article answers it</p>",
    )


def _seen(passage: AnswerPassage) -> str:
    cited = passage.citation
    mark = (cited.start - passage.start, cited.end - passage.start)
    return _quote(cited.title, cited.paragraph, passage.text, [mark])


def _wanted(outcome: Outcome, articles: Mapping[str, ParsedArticle]) -> str:
    """Give the paragraphs that hold the answer, the answer marked."""
    parsed = articles[outcome.question.article_id]
    parts = []
    for paragraph in parsed.paragraphs:
        marks = [
            (max(start - paragraph.start, 0), end - paragraph.start)
            for start, end in outcome.question.places
            if start < paragraph.end and end > paragraph.start
        ]
        if marks:
            text = parsed.article.text[paragraph.start : paragraph.end]
            parts.append(_quote(parsed.article.title, paragraph.number, text, marks))
    return "".join(parts)


def _quote(title: str, paragraph: int, text: str, marks: Sequence[Span]) -> str:
    parts, at = [], 0
    for start, end in sorted(marks):
        if start >= at:  # answers may stand in one another
            parts += [_text(text[at:start]), f"<mark>{_text(text[start:end])}</mark>"]
            at = end
    parts.append(_text(text[at:]))
    return (
        f'<p dir="auto">{"".join(parts)}</p><p><bdi>{_text(title)}</bdi>, paragraph {paragraph}</p>'
    )


def _text(text: str) -> str:
    """Escape; control characters and direction overrides are shown, as on a terminal."""
    return escape(neutralise(text))
