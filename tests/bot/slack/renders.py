"""What the bot shows in Slack: each message and view, made from the seed article.

`python -m tests.bot.slack.renders` writes them anew into `messages`: their JSON, and the pictures
of them that `bot/slack/README.md` shows. Pictures need chromium.
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
from tests.bot.slack.look import draw, photograph

ROOT = Path(__file__).parents[3]
MESSAGES = Path(__file__).parent / "messages"
SPANS = ((1161, 1371), (2830, 3012))
"""Of the sentences that are quoted, in the seed article's text."""
PICTURES = {
    "answer": ("answer",),
    "follow-up": ("follow-up",),
    "not-found": ("not-found",),
    "to-the-asker": ("to-the-asker", "shared"),
    "sentences": ("help", "added", "no-editor", "error"),
    "modals": ("in-context", "what-is-right", "ask-about"),
    "home": ("home",),
}
"""Names of pictures, and what is on each; *More passages* looks as an answer does."""
ABOVE = {"to-the-asker": "Only visible to you"}


def renders() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the name and the JSON of each message and view."""
    article = read_article(ROOT / "seeds" / "turkey-s400.txt")
    parsed = parse_article(article)
    passages = tuple(_passage(parsed, *span, rank) for rank, span in enumerate(SPANS, 1))
    found = _answer("Who raised concerns?", passages, found=True)
    buttons = answer_buttons("q4hN8rOYbZ3T", passages=True)
    yield "answer", _shown(answer_message(found, buttons))
    full = found.model_copy(
        update={
            "question": "And Erdogan?",
            "resolved_question": "What did Erdogan say?",
            "passages": (passages[1].model_copy(update={"rank": 1, "also_in": ("erdogan-1a2b",)}),),
        }
    )
    yield "follow-up", _shown(answer_message(full, buttons))
    missing = _answer("What is the capital of France?", passages[:1], found=False)
    yield "not-found", _shown(answer_message(missing, buttons))
    share = answer_buttons("q4hN8rOYbZ3T", passages=True, share=True)
    yield "to-the-asker", _shown(answer_message(found, share))
    yield "shared", _shown(answer_message(found, buttons, shared_by="U012AB3CD"))
    error = "Something went wrong here; whoever runs this bot finds it by reference 5f0c1a2b."
    yield "error", _shown(plain_message(error))
    yield "help", _shown(plain_message(HELP))
    yield "added", _shown(plain_message("Articles: 1 added (25 sentences)."))
    yield "no-editor", _shown(plain_message(NOT_AN_EDITOR))
    yield "more-passages", blocks_view("More passages", passage_blocks(found)).to_dict()
    yield "in-context", context_view([find_piece(passages[1], parsed)]).to_dict()
    yield "what-is-right", right_answer_view("q4hN").to_dict()
    asking = ask_about_view("Did anybody raise concerns about the deal?", "C012AB3CD")
    yield "ask-about", asking.to_dict()
    cited = passages[0].citation
    asked = Asked("Who raised concerns?", True, cited.quote, cited.title, cited.link)
    summary = ArticleSummary(article.id, article.title, article.source, None, 25, "2026-11-24")
    yield "home", home_view([summary], ["What is the S-400 Triumph?"], [asked]).to_dict()


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


def files() -> dict[Path, str]:
    """Give the JSON of each message and view, by its file."""
    return {
        MESSAGES / f"{name}.json": json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
        for name, shown in renders()
    }


def pictures() -> dict[Path, str]:
    """Give the page that each picture is of, by its file."""
    shown = dict(renders())
    return {
        MESSAGES / f"{name}.png": draw([(shown[each], ABOVE.get(each, "")) for each in parts])
        for name, parts in PICTURES.items()
    }


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
    photograph(pictures())
