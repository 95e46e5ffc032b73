"""What somebody sends to be added: a file, an address or a text, read from a request."""

from typing import Annotated, Any, Self, TypeVar

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import UploadFile

from bot.answering.query import Day
from index.article import is_url
from index.reading.formats.document import Metadata
from index.reading.read import Blob, Reading
from index.settings import Settings

M = TypeVar("M", bound=BaseModel)

MAX_LINE = 500
MAX_FIELDS = 10
POSTED = "posted text"
"""The source of a text that comes without one: its title names no file."""


def _one_line(text: str) -> str:
    return " ".join(text.split())


_Line = Annotated[str, Field(max_length=MAX_LINE), AfterValidator(_one_line)] | None


class About(BaseModel):
    """What is said about an article; it goes before what the article says itself."""

    model_config = ConfigDict(extra="forbid")

    title: _Line = None
    author: _Line = None
    published: Day | None = Field(default=None, description="The day of publication.")
    source: _Line = Field(default=None, description="Where it was first published.")

    def metadata(self) -> Metadata:
        return Metadata(self.title, self.author, self.published, self.source)


class NewArticle(About):
    """An article to be added: either its text, or the address of its page."""

    text: str | None = Field(default=None, min_length=1, description="The article's text.")
    url: str | None = Field(
        default=None, max_length=2000, description="The page's address, http or https."
    )

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if (self.text is None) == (self.url is None):
            raise ValueError("give either text or url")
        if self.url is not None and not is_url(self.url):
            raise ValueError("the url must begin with http:// or https://")
        return self


_ABOUT: dict[str, Any] = {
    name: {**schema, "anyOf": [*schema["anyOf"], {"const": ""}]}  # a form sends what is not given
    for name, schema in About.model_json_schema()["properties"].items()
}
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": NewArticle.model_json_schema(),
            "examples": {
                "text": {
                    "summary": "A text",
                    "value": {"title": "The visit", "text": "The king came by train on Monday."},
                },
                "url": {
                    "summary": "A web page",
                    "value": {"url": "https://example.org/visit", "published": "2024-05-31"},
                },
            },
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}, **_ABOUT},
                "required": ["file"],
                "additionalProperties": False,
            },
            "example": {"file": "The king came by train on Monday.", "title": "The visit"},
        },
    },
}
"""The request body for the OpenAPI document."""


async def read_intake(request: Request, settings: Settings) -> tuple[Blob | str, Reading]:
    """Give what is to be read, and how.

    Raises:
        HTTPException: 403, web pages are not to be fetched; 415, neither JSON nor a form.
        RequestValidationError: something in it cannot be used.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        new = _validate(NewArticle, await _json(request))
        if new.url is None:
            name = f"{(new.title or 'text').replace('/', ' ')}.txt"
            data = (new.text or "").encode("utf-8", "replace")
            return Blob(name, data, POSTED), _reading(new)
        if not settings.fetch_urls:
            raise HTTPException(
                403, "Web pages are not fetched here: ARTICLEBOT_FETCH_URLS is off."
            )
        return new.url, _reading(new)
    if media_type == "multipart/form-data":
        async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise _invalid("file", "Give a file.")
            given = {name: value for name, value in form.items() if name != "file" and value}
            about = _validate(About, given)
            return Blob(file.filename or "upload", await file.read()), _reading(about)
    raise HTTPException(415, "Send JSON (application/json) or a form with a file.")


def _reading(about: About) -> Reading:
    return Reading(about=about.metadata(), public_only=True)


async def _json(request: Request) -> object:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        raise _invalid("", "The body is not valid JSON in UTF-8.") from None


def _validate(model: type[M], given: object) -> M:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors) from None


def _invalid(field: str, message: str) -> RequestValidationError:
    location = ("body", field) if field else ("body",)
    return RequestValidationError([{"type": "value_error", "loc": location, "msg": message}])
