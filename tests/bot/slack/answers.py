"""Answers made by hand, to be shown in Slack."""

from datetime import date

from bot.answering.answer import Answer, IndexInfo
from bot.answering.passage import AnswerPassage, Citation

LINK = "https://news.example/story?a=1&b=2#:~:text=Mattis"


def passage(
    before: str,
    quote: str,
    after: str = "",
    *,
    rank: int = 1,
    title: str = "S-400",
    link: str = LINK,
    published: date | None = date(2018, 5, 2),
    offset: int = 100,
) -> AnswerPassage:
    start = offset + len(before)
    return AnswerPassage(
        rank=rank,
        score=0.9,
        text=before + quote + after,
        start=offset,
        end=start + len(quote) + len(after),
        citation=Citation(
            article_id="a1",
            title=title,
            source="seeds/a.txt",
            published=published,
            paragraph=4,
            start=start,
            end=start + len(quote),
            quote=quote,
            text_sha256="0" * 64,
            link=link,
        ),
    )


def answer(*passages: AnswerPassage, found: bool = True) -> Answer:
    return Answer(
        question="Who?",
        resolved_question="Who?",
        found=found,
        confidence=0.9 if found else 0.1,
        passages=passages if found else (),
        closest=() if found else passages,
        index=IndexInfo(fingerprint="f", articles=1, sentences=9),
        took_ms=1.0,
    )
