"""Slack without the pauses that people's channels need."""

import pytest

import bot.slack.post


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.slack.post, "SECONDS_BETWEEN", 0.001)
