"""Settings: environment over file over defaults, and errors that name the key and the value."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from index.errors import SettingsError
from index.settings import Settings, UnknownSetting, find_unknown_settings, load_settings


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_are_in_the_users_folders(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data == tmp_path / "xdg-data" / "articlebot"
    assert settings.cache == tmp_path / "xdg-cache" / "articlebot"
    assert (settings.model, settings.top_k, settings.slack_bot_token) == ("bundled", 3, None)


def test_options_win_over_environment_over_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "articlebot.toml").write_text('top_k = 5\nthreads = 2\nmodel = "from-file"\n')
    assert (load_settings().top_k, load_settings().threads) == (5, 2)
    monkeypatch.setenv("ARTICLEBOT_TOP_K", "7")
    assert (load_settings().top_k, load_settings().threads) == (7, 2)
    assert load_settings(top_k=9, model=None).top_k == 9
    assert load_settings(top_k=9, model=None).model == "from-file"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ARTICLEBOT_DATA", "ARTICLEBOT_TOP_K", "ARTICLEBOT_MODEL", "SLACK_BOT_TOKEN"):
        monkeypatch.setenv(name, "")
    assert load_settings() == Settings()
    assert load_settings().slack_bot_token is None


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "ARTICLEBOT_SLACK_BOT_TOKEN"])
def test_secrets_go_by_slacks_name_and_ours_and_hide(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "xoxb-very-secret")
    settings = load_settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-very-secret"
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [("top_k", "many"), ("top_k", "0"), ("top_k", "21"), ("threads", "-1"), ("log_level", "LOUD")],
)
def test_a_bad_value_is_named_with_its_key(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ARTICLEBOT_{name.upper()}", value)
    with pytest.raises(SettingsError, match=f"the setting {name} cannot be {value!r}: ") as refused:
        load_settings()
    assert "\n" not in str(refused.value)


def test_a_bad_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(SLACK_BOT_TOKEN=["xoxb-very-secret"])
    assert "very-secret" not in str(refused.value)
    assert "SLACK_BOT_TOKEN cannot be (hidden)" in str(refused.value)


@pytest.mark.parametrize("content", [b"top_k = ", b"\xff\xfe", b"top_k = [1"])
def test_a_file_that_does_not_parse_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "articlebot.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"articlebot\.toml cannot be read"):
        load_settings()


def test_a_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "articlebot.toml").write_text('data = "~/articles"\n')
    assert load_settings().data == tmp_path / "articles"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().top_k = 4


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("ARTICLEBOT_TOPK", "ARTICLEBOT_TOP_K"),
        ("ARTICLEBOT_PUBLIK_URL", "ARTICLEBOT_PUBLIC_URL"),
        ("ARTICLEBOT_SLACK_EDITOR", "ARTICLEBOT_SLACK_EDITORS"),
        ("ARTICLEBOT_TRESHOLD", ""),  # not THREADS
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
    ],
)
def test_a_misspelt_variable_is_found_with_the_nearest_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, nearest: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert [*find_unknown_settings()] == [UnknownSetting(name, "the environment", nearest)]


def test_a_misspelt_key_of_the_file_is_found_with_the_nearest_setting(tmp_path: Path) -> None:
    (tmp_path / "articlebot.toml").write_text('modle = "m"\narticlebot_top_k = 3\nzebras = 1\n')
    found = [(each.name, each.place, each.nearest) for each in find_unknown_settings()]
    assert found == [
        ("modle", "articlebot.toml", "model"),
        ("articlebot_top_k", "articlebot.toml", "top_k"),
        ("zebras", "articlebot.toml", ""),
    ]


def test_what_is_a_setting_or_not_for_us_is_not_taken_for_misspelt(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        *(f"ARTICLEBOT_{name.upper()}" for name in Settings.model_fields),
        *(name.upper() for name in Settings.model_fields if name.startswith("slack_")),
        "articlebot_top_k",
        "SLACK_WEBHOOK_URL",
        "ARTICLEBOT_PORT",  # these three by Kubernetes
        "ARTICLEBOT_SERVICE_HOST",
        "ARTICLEBOT_PORT_8000_TCP_ADDR",
    ):
        monkeypatch.setenv(name, "")
    (tmp_path / "articlebot.toml").write_text('TOP_K = 3\nmodel = "m"\nslack_bot_token = "x"\n')
    assert [*find_unknown_settings()] == []
