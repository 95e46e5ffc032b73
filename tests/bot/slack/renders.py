"""What `bot/slack/README.md` shows: each message and view, made from the seed article.

`python -m tests.bot.slack.renders` writes the page anew.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.answering.answer import Answer, IndexInfo
from bot.answering.passage import AnswerPassage, Citation
from bot.slack.articles import NOT_AN_EDITOR
from bot.slack.blocks import HELP, Message, answer_message, passage_blocks, plain_message
from bot.slack.buttons import answer_buttons
from bot.slack.commands import TITLE
from bot.slack.views import (
    Asked,
    ask_about_view,
    blocks_view,
    context_view,
    find_piece,
    home_view,
    right_answer_view,
)
from index.article import ArticleSummary, ParsedArticle
from index.reading.read import read_article
from index.reading.split import parse_article

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "bot" / "slack" / "README.md"
SPANS = ((1161, 1371), (2830, 3012))
"""Of the sentences that are quoted, in the seed article's text."""
INTRODUCTION = """\
# What the bot shows in Slack

Each message and view below is the JSON of its blocks, just as the bot sends it for the article in
[seeds](../../seeds); paste one into the [Block Kit Builder](https://app.slack.com/block-kit-builder)
to see it. A test keeps this page as the program is. How to set the bot up stands in the
[README](../../README.md#slack).
"""


def renders() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give a title, an explanation, and the JSON of each message and view."""
    article = read_article(ROOT / "seeds" / "turkey-s400.txt")
    parsed = parse_article(article)
    passages = tuple(_passage(parsed, *span, rank) for rank, span in enumerate(SPANS, 1))
    found = _answer("Who raised concerns?", passages, found=True)
    buttons = answer_buttons("q4hN8rOYbZ3T", passages=True)
    yield (
        "An answer",
        "In the thread of a mention, or in a DM.",
        _shown(answer_message(found, buttons)),
    )
    full = found.model_copy(
        update={
            "question": "And Erdogan?",
            "resolved_question": "What did Erdogan say?",
            "passages": (passages[1].model_copy(update={"rank": 1, "also_in": ("erdogan-1a2b",)}),),
        }
    )
    yield (
        "A follow-up",
        "It says what was searched, and where else the same stands.",
        _shown(answer_message(full, buttons)),
    )
    missing = _answer("What is the capital of France?", passages[:1], found=False)
    yield (
        "Not found",
        "The closest passages are shown as such.",
        _shown(answer_message(missing, buttons)),
    )
    yield (
        "The answer to `/ask`",
        "The asker alone sees it, and may share it.",
        _shown(answer_message(found, answer_buttons("q4hN8rOYbZ3T", passages=True, share=True))),
    )
    yield (
        "A shared answer",
        "It names who shared it.",
        _shown(answer_message(found, buttons, shared_by="U012AB3CD")),
    )
    error = "Something went wrong here; whoever runs this bot finds it by reference 5f0c1a2b."
    yield "An error", "The log tells more under the number.", _shown(plain_message(error))
    yield "Help", "Where somebody only calls the bot's name.", _shown(plain_message(HELP))
    added = "Articles: 1 added (25 sentences)."
    yield "An article was added", "In place of how far it has come.", _shown(plain_message(added))
    yield "No editor", "Where somebody else sends a file.", _shown(plain_message(NOT_AN_EDITOR))
    yield "More passages", "A modal.", blocks_view("More passages", passage_blocks(found)).to_dict()
    pieces = [find_piece(passages[1], parsed)]
    yield "Shown in context", "A modal.", context_view(pieces).to_dict()
    yield "What is right?", "A modal, after a thumb down.", right_answer_view("q4hN").to_dict()
    asking = ask_about_view("Did anybody raise concerns about the deal?", "C012AB3CD")
    yield TITLE, "A modal, from *Ask about this message*.", asking.to_dict()
    cited = passages[0].citation
    asked = Asked("Who raised concerns?", True, cited.quote, cited.title, cited.link)
    summary = ArticleSummary(article.id, article.title, article.source, None, 25, "2026-11-24")
    home = home_view([summary], ["What is the S-400 Triumph?"], [asked])
    yield "Home", "The tab of the app.", home.to_dict()


def _passage(parsed: ParsedArticle, start: int, end: int, rank: int) -> AnswerPassage:
    text = parsed.article.text
    paragraph = next(p for p in parsed.paragraphs if p.start <= start < p.end)
    return AnswerPassage(
        rank=rank,
        score=0.66 / rank,
        text=text[paragraph.start : paragraph.end],
        start=paragraph.start,
        end=paragraph.end,
        citation=Citation(
            article_id="turkey-s400",
            title=parsed.article.title,
            source="seeds/turkey-s400.txt",
            published=None,
            paragraph=paragraph.number,
            start=start,
            end=end,
            quote=text[start:end],
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
            link=f"https://bot.example/articles/turkey-s400#s={start}-{end}",
        ),
    )


def _answer(question: str, passages: tuple[AnswerPassage, ...], *, found: bool) -> Answer:
    return Answer(
        question=question,
        resolved_question=question,
        found=found,
        confidence=0.66 if found else 0.01,
        passages=passages if found else (),
        closest=() if found else passages,
        index=IndexInfo(fingerprint="f", articles=1, sentences=25),
        took_ms=9.0,
    )


def _shown(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": [block.to_dict() for block in message.blocks]}


def page() -> str:
    """Give the page."""
    parts = [INTRODUCTION]
    for title, told, shown in renders():
        code = json.dumps(shown, ensure_ascii=False, indent=1)
        parts.append(f"\n## {title}\n\n{told}\n\n```json\n{code}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
