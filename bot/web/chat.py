"""Chat completions as OpenAI's API has them, so that existing chat front ends can ask."""

import json
import re
import secrets
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.answering.passage import AnswerPassage, Citation
from bot.answering.query import Query
from bot.conversation.follow_up import resolve
from bot.question import MAX_QUESTION, MOST_TURNS, check_question, make_turn
from bot.web.ask import KeptAnswer, answer_and_keep, require_json
from bot.web.openapi import events, problems
from bot.web.samples import CHAT_EVENTS
from bot.web.service import Service
from bot.wording import NOT_FOUND, UNSURE, describe_verdict, join_answers
from index.errors import UsageError
from index.store import Turn

MODEL = "articlebot"
EXAMPLE = {"model": MODEL, "messages": [{"role": "user", "content": "Who raised concerns?"}]}


class TextPart(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str | None = None


class Message(BaseModel):
    """A message of the conversation; fields that are not known here are passed over."""

    role: str
    content: str | list[TextPart] | None = None


class ChatRequest(BaseModel):
    """A request as OpenAI's API takes it. Sampling options change nothing: nothing is sampled."""

    model: str = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=500)]
    stream: bool = Field(default=False, strict=True)


class UrlCitation(BaseModel):
    """Where a number in the text leads; the indices frame the number, in code points."""

    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(BaseModel):
    """A citation in the form of OpenAI's annotations, with the checked citation beside it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation
    citation: Citation


class AssistantMessage(BaseModel):
    """The quoted passages with numbered citations."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one answer."""

    index: int = 0
    message: AssistantMessage
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """No tokens are counted, as no language model writes anything."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatCompletion(BaseModel):
    """An answer as OpenAI's API gives it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage = Usage()


class Model(BaseModel):
    """The one model there is."""

    model_config = ConfigDict(frozen=True)

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelList(BaseModel):
    """What front ends ask for to fill their menus."""

    object: Literal["list"] = "list"
    data: tuple[Model, ...] = (Model(),)


def find_question(messages: list[Message]) -> str:
    """Give the last thing that the user said, in full where it follows up what was said before.

    Raises:
        UsageError: the user has said nothing, or what is no question.
    """
    asked = [number for number, message in enumerate(messages) if message.role == "user"]
    if not asked:
        raise UsageError("there is no message of the user", 'send one with the role "user"')
    question = check_question(_text(messages[asked[-1]]))
    return resolve(question, _read_turns(messages[: asked[-1]][-2 * MOST_TURNS :]))


def _read_turns(messages: list[Message]) -> list[Turn]:
    """Give what was asked before and what of the articles was told; it may be made up."""
    turns: list[Turn] = []
    asked = ""
    for message in messages:
        text = _text(message)
        if message.role == "user":
            asked = resolve(" ".join(text[:MAX_QUESTION].split()), turns)
        elif message.role == "assistant" and asked:
            quotes = (_unescape(line) for line in text.splitlines() if line.startswith("> "))
            found = not text.startswith((NOT_FOUND, UNSURE))
            turns.append(make_turn(asked, next(quotes, None), found=found))
    return turns


def _text(message: Message) -> str:
    content = message.content or ""
    if isinstance(content, str):
        return content
    return " ".join(part.text for part in content if part.text)


def _unescape(quote: str) -> str:
    """Give a quotation of an earlier answer as it stands in the article."""
    text = re.sub(r" \[\d+\]$", "", quote.removeprefix("> ")).replace("**", "")
    return re.sub(r"\\(.)", r"\1", text)


def write_message(answer: KeptAnswer, base_url: str) -> AssistantMessage:
    """Write an answer as Markdown: quotes, each with the number of its citation, then these.

    Links begin with `base_url`, as they are followed from the site of a chat front end.
    """
    shown = answer.shown
    if not answer.found:
        lead = describe_verdict(answer.verdict, shown=bool(shown))
    else:
        lead = f"**{_plain(join_answers(answer.answers))}**" if answer.answers else ""
    content, annotations = lead, []
    for passage in shown:
        content += ("\n\n" if content else "") + _quote(passage) + " "
        number = f"[{passage.rank}]"
        cited = UrlCitation(
            url=_absolute(passage.citation.link, base_url),
            title=passage.citation.title,
            start_index=len(content),
            end_index=len(content) + len(number),
        )
        annotations.append(Annotation(url_citation=cited, citation=passage.citation))
        content += number
    if shown:
        content += "\n\n" + "\n".join(
            f"{passage.rank}. [{_plain(passage.citation.title)}](<{each.url_citation.url}>),"
            f" paragraph {passage.citation.paragraph}"
            for passage, each in zip(shown, annotations, strict=True)
        )
    return AssistantMessage(content=content, annotations=annotations)


def _quote(passage: AnswerPassage) -> str:
    """Give a passage as a Markdown quotation, the answering sentence bold, its text as text."""
    start, end = passage.citation.start - passage.start, passage.citation.end - passage.start
    before, quote, after = passage.text[:start], passage.text[start:end], passage.text[end:]
    marked = f"{_plain(before)} **{_plain(quote)}** {_plain(after)}"
    return f"> {marked.strip()}"


_MARKUP = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>#|~&$"})


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_MARKUP)


def _absolute(link: str, base_url: str) -> str:
    url = f"{base_url.rstrip('/')}{link}" if link.startswith("/") else link
    return url.replace("<", "%3C").replace(">", "%3E")


def stream_completion(completion: ChatCompletion) -> Iterator[str]:
    """Give a completion as the events of OpenAI's API: role, text, citations, end."""
    message = completion.choices[0].message
    annotations = [each.model_dump(mode="json") for each in message.annotations]
    yield _chunk(completion, {"role": "assistant", "content": ""})
    for line in message.content.splitlines(keepends=True):
        yield _chunk(completion, {"content": line})
    yield _chunk(completion, {"annotations": annotations})
    yield _chunk(completion, {}, "stop")
    yield "data: [DONE]\n\n"


def _chunk(completion: ChatCompletion, delta: dict[str, Any], finish: str | None = None) -> str:
    chunk = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return f"data: {json.dumps(chunk)}\n\n"


def make_router(service: Service) -> APIRouter:
    """Give the endpoints that chat front ends know."""
    may_read = [Depends(service.gate.may_read)]
    router = APIRouter(prefix="/v1", tags=["chat"], dependencies=may_read)

    def complete(chat: ChatRequest, base_url: str) -> ChatCompletion:
        answer = answer_and_keep(service, Query(question=find_question(chat.messages)))
        message = write_message(answer, base_url)
        return ChatCompletion(
            id=f"chatcmpl-{answer.id or secrets.token_urlsafe(9)}",
            created=int(time.time()),
            choices=[Choice(message=message)],
        )

    @router.post(
        "/chat/completions",
        dependencies=[Depends(require_json)],
        response_model=ChatCompletion,
        responses=problems(401, 403, 413, 415, 422, 429, 503, 504)
        | {
            200: {
                "description": "The quoted passages; with `stream`, as server-sent events",
                "content": events(CHAT_EVENTS),
            }
        },
    )
    async def complete_chat(
        chat: Annotated[ChatRequest, Body(examples=[EXAMPLE])], request: Request
    ) -> ChatCompletion | StreamingResponse:
        """Answer the user's last message, as OpenAI's API does, with quotes and citations."""
        base_url = service.settings.public_url or str(request.base_url)
        completion = await service.workers.run(complete, chat, base_url)
        if chat.stream:
            return StreamingResponse(stream_completion(completion), media_type="text/event-stream")
        return completion

    @router.get("/models", responses=problems(401, 403, 429))
    async def list_models() -> ModelList:
        """List the one model there is, as OpenAI's API does."""
        return ModelList()

    return router
