"""What Slack shows besides messages: modals, and the Home tab."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ContextActionsBlock,
    HeaderBlock,
    InputBlock,
    PlainTextInputElement,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextSectionElement,
)
from slack_sdk.models.views import View

from bot.answering.passage import AnswerPassage
from bot.question import MAX_QUESTION
from bot.slack.blocks import (
    MAX_TITLE,
    citation_parts,
    fit,
    is_absolute,
    paragraph,
    quote_element,
)
from bot.slack.text import clean, head, line, tail
from index.article import ArticleSummary, ParsedArticle

RIGHT_ANSWER = "right_answer"
ASK_ABOUT = "ask_about_message"
INPUT = "input"
"""Both block and action of the one input of a modal."""
MAX_COMMENT = 2000
NEWEST = 10
"""Articles named on the Home tab."""

_Text = RichTextElementParts.Text
_Link = RichTextElementParts.Link


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage with the paragraphs around it, or what became of its article."""

    passage: AnswerPassage
    before: str = ""
    text: str = ""
    """Of the paragraph itself."""
    start: int = 0
    """Of the cited words in it."""
    after: str = ""
    lost: str = ""
    """Why it cannot be shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a person asked, and the best of what was quoted."""

    question: str
    found: bool
    quote: str
    title: str
    link: str


def find_piece(passage: AnswerPassage, parsed: ParsedArticle) -> Piece:
    """Give the paragraph of a passage with its neighbours, furniture left out."""
    text, cited = parsed.article.text, passage.citation
    body = [p for p in parsed.paragraphs if p.kind != "furniture" or p.number == cited.paragraph]
    place = next((n for n, p in enumerate(body) if p.number == cited.paragraph), None)
    if place is None or text[cited.start : cited.end] != cited.quote:
        return Piece(passage, lost="The article has changed since.")
    around = [text[p.start : p.end] for p in body]
    start, end = min(body[place].start, cited.start), max(body[place].end, cited.end)
    return Piece(
        passage,
        before=around[place - 1] if place else "",
        text=text[start:end],
        start=cited.start - start,
        after=around[place + 1] if place + 1 < len(around) else "",
    )


def context_view(pieces: Sequence[Piece]) -> View:
    """Give a modal that shows passages, each with the paragraph before and after."""
    shows = [lambda room, piece=piece: _in_context(piece, room) for piece in pieces]
    nothing = [paragraph(_Text(text="No passages."))]
    return _modal("Shown in context", fit(shows) or nothing)


def _in_context(piece: Piece, room: int) -> Block:
    elements: list[RichTextElement] = []
    if piece.lost:
        elements.append(RichTextSectionElement(elements=[_Text(text=piece.lost)]))
    else:
        length = len(piece.passage.citation.quote)
        before, after = tail(clean(piece.before), room // 3), head(clean(piece.after), room // 3)
        quote = quote_element(piece.text, piece.start, piece.start + length, room // 2, bold=True)
        neighbours = [
            RichTextSectionElement(elements=[_Text(text=text)]) if text else None
            for text in (f"{before}\n" if before else "", f"\n{after}\n" if after else "")
        ]
        elements += [e for e in (neighbours[0], quote, neighbours[1]) if e]
    elements.append(RichTextSectionElement(elements=citation_parts(piece.passage)))
    return RichTextBlock(elements=elements)


def blocks_view(title: str, blocks: Sequence[Block]) -> View:
    """Give a modal of blocks that were made for a message; Slack has thumbs in messages alone."""
    return _modal(title, [each for each in blocks if not isinstance(each, ContextActionsBlock)])


def text_view(title: str, text: str) -> View:
    """Give a modal of one sentence: that it is being searched, or an error."""
    return _modal(title, [paragraph(_Text(text=head(clean(text).strip(), MAX_COMMENT) or "…"))])


def right_answer_view(answer_id: str) -> View:
    """Give the modal that asks for the right answer, after a bad one."""
    return _asking(
        RIGHT_ANSWER, "What is right?", "What is the right answer?", "Send", answer_id, MAX_COMMENT
    )


def ask_about_view(text: str, metadata: str) -> View:
    """Give the modal that has a message's text as its question."""
    question = line(text, MAX_QUESTION)
    return _asking(
        ASK_ABOUT, "Ask the articles", "Question", "Ask", metadata, MAX_QUESTION, question
    )


def _asking(
    callback: str,
    title: str,
    label: str,
    submit: str,
    metadata: str,
    longest: int,
    initial: str | None = None,
) -> View:
    field = PlainTextInputElement(
        action_id=INPUT, multiline=True, max_length=longest, initial_value=initial or None
    )
    return View(
        type="modal",
        callback_id=callback,
        title=title,
        submit=submit,
        close="Cancel",
        private_metadata=metadata,
        blocks=[InputBlock(block_id=INPUT, label=label, element=field)],
    )


def _modal(title: str, blocks: Sequence[Block]) -> View:
    return View(type="modal", title=title, close="Close", blocks=[*blocks])


def home_view(
    articles: Sequence[ArticleSummary], examples: Sequence[str], asked: Sequence[Asked]
) -> View:
    """Give the Home tab: what is in the index, how to ask, what this person asked last.

    Args:
        articles: all that are in the index.
        examples: questions that they answer.
        asked: what this person asked, last first.
    """
    newest = sorted(articles, key=lambda each: each.added, reverse=True)[:NEWEST]
    count = f"{len(articles):,} article{'s' * (len(articles) != 1)}"
    blocks = [
        HeaderBlock(text="How to ask"),
        paragraph(
            _Text(
                text="Mention me in a channel, write to me here under Messages, or type /ask and a"
                " question, whose answer you alone see. I quote what the articles say, and where."
            )
        ),
        *(paragraph(_Text(text=f"“{line(each, MAX_TITLE)}”")) for each in examples),
        HeaderBlock(text="What you asked last"),
        *([_told(each) for each in asked] or [paragraph(_Text(text="Nothing yet."))]),
        HeaderBlock(text="In the index"),
        paragraph(_Text(text=f"{count}; the newest:" if newest else "No articles yet.")),
        *(paragraph(_Text(text=_listed(each))) for each in newest),
    ]
    return View(type="home", blocks=blocks)


def _told(asked: Asked) -> Block:
    title = line(asked.title, MAX_TITLE) or "untitled"
    place = _Link(url=asked.link, text=title) if is_absolute(asked.link) else _Text(text=title)
    question = _Text(text=line(asked.question, MAX_TITLE) or "…", style={"bold": True})
    if not asked.found:
        return paragraph(question, _Text(text="\nnot found in the articles"))
    return paragraph(question, _Text(text=f"\n“{line(asked.quote, 300)}” "), place)


def _listed(article: ArticleSummary) -> str:
    date = f", {article.published.isoformat()}" if article.published else ""
    return f"{line(article.title, MAX_TITLE) or 'untitled'}{date}"
