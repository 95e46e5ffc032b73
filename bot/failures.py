"""The bot's own errors as those are told who are not at this machine: without its paths."""

import os
import re
import sys
import tempfile
from pathlib import Path

from pydantic import BaseModel

from index.errors import ArticlebotError, UnknownArticleError
from index.settings import Settings

_REMEDY: dict[type[ArticlebotError], str] = {
    UnknownArticleError: "GET /v1/articles lists their ids",
}
"""What to do over HTTP, where the error itself names a command."""


class Failure(BaseModel):
    """Why a part of what was asked for was not done."""

    detail: str
    remedy: str | None = None


def describe_error(error: ArticlebotError, settings: Settings) -> Failure:
    """Give one of the bot's own errors as a part of a response."""
    remedy = hide_paths(remedy_over_http(error), settings) or None
    return Failure(detail=hide_paths(error.what, settings), remedy=remedy)


def remedy_over_http(error: ArticlebotError) -> str:
    """Give what to do about an error for those who cannot type a command."""
    return _REMEDY.get(type(error), error.remedy)


def hide_paths(text: str, settings: Settings) -> str:
    """Name the settings instead of the directories they hold; leave out this machine's others."""
    named = {
        settings.data: "$ARTICLEBOT_DATA",
        settings.cache: "$ARTICLEBOT_CACHE",
        Path(settings.model): "$ARTICLEBOT_MODEL",
    }
    # pathlib's way to the home directory raises where there is none
    home = Path(os.path.expanduser("~"))  # noqa: PTH111
    others = (Path.cwd(), home, Path(tempfile.gettempdir()), Path(sys.prefix))
    for path, name in sorted(named.items(), key=lambda item: len(str(item[0])), reverse=True):
        for form in _forms(path):
            text = re.sub(re.escape(form) + r"(?![\w-])", name, text)
    for form in (form for path in others for form in _forms(path)):
        text = re.sub(re.escape(form) + r"(?:[/\\][^\s'\",;:]*)?(?![\w-])", "(a path)", text)
    return text


def _forms(path: Path) -> set[str]:
    """Give the absolute ways to write a path; none for the root, which stands in every other."""
    forms = {path, path.absolute(), path.resolve()}
    return {str(form) for form in forms if form.is_absolute() and len(form.parts) > 1}
