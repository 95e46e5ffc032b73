import logging
from pathlib import Path

import httpx
import pytest

from bot.failures import hide_paths
from bot.web.app import create_app
from index.article import ArticleSummary
from index.errors import (
    ArticlebotError,
    BusyError,
    EmptyLibraryError,
    LibraryError,
    ModelError,
    SettingsError,
    SourceError,
    UnavailableError,
    UnknownArticleError,
    UsageError,
)
from index.library import Library
from index.settings import Settings
from tests.bot.serving import problem_of, serving
from tests.fakes import FakeEncoder


class FailingLibrary(Library):
    """A library that raises what it is told when its articles are asked for."""

    error: Exception

    def articles(self) -> list[ArticleSummary]:
        raise self.error


@pytest.fixture
def library(tmp_path: Path) -> FailingLibrary:
    return FailingLibrary(Settings(data=tmp_path / "data"), FakeEncoder())


def fail(library: FailingLibrary, error: Exception) -> httpx.Response:
    library.error = error
    with serving(create_app(library, library.settings)) as client:
        return client.get("/v1/articles")


@pytest.mark.parametrize(
    ("kind", "status", "name"),
    [
        (UsageError, 422, "usage"),
        (UnknownArticleError, 404, "unknown-article"),
        (SourceError, 422, "source"),
        (EmptyLibraryError, 503, "empty-library"),
        (LibraryError, 503, "library"),
        (BusyError, 503, "busy"),
        (UnavailableError, 503, "library"),
        (ModelError, 503, "model"),
    ],
)
def test_own_error_becomes_its_status_with_the_remedy(
    library: FailingLibrary, kind: type[ArticlebotError], status: int, name: str
) -> None:
    response = fail(library, kind("it is broken", "mend it"))
    problem = problem_of(response)
    assert response.status_code == status
    assert problem.type == f"urn:articlebot:problem:{name}"
    assert problem.detail == "it is broken"
    over_http = "GET /v1/articles lists their ids"  # where the error itself names a command
    assert problem.remedy == (over_http if kind is UnknownArticleError else "mend it")
    assert ("retry-after" in response.headers) == issubclass(kind, UnavailableError)


@pytest.mark.parametrize(
    "error", [RuntimeError("secret in /etc/passwd"), SettingsError("secret in /etc/passwd")]
)
def test_unexpected_error_tells_only_a_reference_and_logs_the_cause(
    library: FailingLibrary, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    response = fail(library, error)
    problem = problem_of(response)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "/etc" not in response.text
    assert problem.reference == response.headers["x-request-id"]
    assert problem.remedy is not None
    assert problem.reference in problem.remedy
    [record] = [record for record in caplog.records if record.exc_info]
    assert record.levelno == logging.ERROR
    assert "secret in /etc/passwd" in caplog.text


def test_reference_stands_in_the_log_beside_the_cause(
    library: FailingLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    from bot.web.middleware import add_request_id

    caplog.handler.addFilter(add_request_id)
    try:
        problem = problem_of(fail(library, LibraryError(f"{library.settings.data} is damaged")))
    finally:
        caplog.handler.removeFilter(add_request_id)
    assert problem.detail == "$ARTICLEBOT_DATA is damaged"
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["request_id"] == problem.reference
    assert str(library.settings.data) in record.getMessage()


def test_control_characters_of_an_error_stay_out_of_the_log(
    library: FailingLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    fail(library, LibraryError("no\n2030-01-01 ERROR forged \x1b[31m"))
    assert "\n2030" not in caplog.text
    assert "\x1b" not in caplog.text


def test_hide_paths(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", cache=tmp_path / "cache", model="/models/mini lm")
    data, cache = settings.data, settings.cache
    assert hide_paths(f"cannot write '{data}/a.sqlite': disk full", settings) == (
        "cannot write '$ARTICLEBOT_DATA/a.sqlite': disk full"
    )
    assert hide_paths(f"{cache} is gone", settings) == "$ARTICLEBOT_CACHE is gone"
    assert hide_paths("/models/mini lm: no weights", settings) == "$ARTICLEBOT_MODEL: no weights"
    assert hide_paths(f"see {Path.cwd()}/a/b.toml, please", settings) == "see (a path), please"
    assert str(tmp_path) not in hide_paths(f"{data}base and {data}, {data}", settings)
    assert hide_paths("POST /v1/ask, please", settings) == "POST /v1/ask, please"
