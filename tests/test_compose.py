"""compose.yaml without an engine: what it names exists, and the bot understands what it is told."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from index.settings import Settings
from tests.commands import parse_articlebot

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", ["bot", "migrate"])
def test_the_bot_knows_its_settings(name: str) -> None:
    known = {field if field.startswith("slack_") else f"articlebot_{field}" for field in FIELDS}
    assert {key.lower() for key in COMPOSE["services"][name]["environment"]} <= known


FIELDS = frozenset(Settings.model_fields)


def test_the_commands_are_understood() -> None:
    assert parse_articlebot(COMPOSE["services"]["migrate"]["command"])[0] == "migrate"


def test_the_database_is_ready_before_the_tables_and_they_before_the_bots() -> None:
    services = COMPOSE["services"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    done = services["bot"]["depends_on"]["migrate"]["condition"]
    assert done == "service_completed_successfully"
    assert services["bot"]["deploy"]["replicas"] == 2


def test_only_the_proxy_is_reached_from_outside_and_no_password_is_written_down() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == [
        "proxy"
    ]
    database = COMPOSE["services"]["database"]
    assert database["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "dynamic a bot 8000" in COMPOSE["configs"]["caddyfile"]["content"]


def test_the_proxy_is_trusted_to_name_whom_it_asks_for() -> None:
    [network] = COMPOSE["networks"]["default"]["ipam"]["config"]
    trusted = COMPOSE["services"]["bot"]["environment"]["ARTICLEBOT_TRUSTED_PROXIES"]
    assert trusted == network["subnet"]
    assert Settings(trusted_proxies=trusted).trusted_proxies == trusted


def test_the_image_has_what_speaks_to_the_database() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    for package in ("pgvector", "psycopg[binary]", "psycopg-pool"):
        assert package in dockerfile
