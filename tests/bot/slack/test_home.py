"""What a person meets who opens the app."""

from functools import partial
from typing import Any

import pytest

from index.article import Article
from index.library import Library
from tests.bot.slack.edges import Answers, Edge, OpenEdge
from tests.bot.slack.payloads import event_body, message, shown
from tests.fakes import answer_readily

pytestmark = pytest.mark.anyio


def opened(tab: str, user: str = "U1") -> dict[str, Any]:
    return event_body(
        {
            "type": "app_home_opened",
            "user": user,
            "channel": "D1",
            "tab": tab,
            "event_ts": "1.1",
        }
    )


async def test_questions_from_the_articles_are_suggested(
    open_edge: OpenEdge, seed_library: Library
) -> None:
    answer_readily(seed_library)
    async with open_edge(None, seed_library) as edge:
        await edge.deliver(opened("messages"))
        await edge.slack.until(lambda: edge.slack.made("assistant.threads.setSuggestedPrompts"))
        edge.slack.scopes.remove("assistant:write")
        await edge.deliver(opened("messages"))
        await edge.deliver(event_body(message("Who raised serious concerns?", ts="70.1")))
        await edge.slack.until(lambda: edge.slack.posts)
    (call,) = edge.slack.made("assistant.threads.setSuggestedPrompts")
    assert call["channel_id"] == "D1"
    assert 1 <= len(call["prompts"]) <= 4
    text = seed_library.article(seed_library.articles()[0].id).article.text
    for prompt in call["prompts"]:
        assert prompt["message"].endswith("?")
        assert any(word in text for word in prompt["message"].rstrip("?").split() if word.istitle())


def _posted(edge: Edge, count: int) -> bool:
    return len(edge.slack.posts) == count


async def test_home_shows_the_articles_how_to_ask_and_what_this_person_asked(
    open_edge: OpenEdge, library: Library
) -> None:
    library.add([Article("a", "The <!channel> visit", "a.txt", "The king came by train.")])
    async with open_edge(Answers(), library) as edge:
        for number in range(7):
            await edge.deliver(event_body(message(f"number {number}?", ts=f"71.{number}")))
            await edge.slack.until(partial(_posted, edge, number + 1))
        await edge.deliver(event_body(message("of another?", ts="71.9", user="U2")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 8)
        await edge.deliver(opened("home"))
        await edge.deliver(opened("home", "U3"))
        await edge.slack.until(lambda: len(edge.slack.views) == 2)
    home = shown(edge.slack.views["U1"])
    assert "1 article; the newest:" in home
    assert "The <!channel> visit" in home
    assert "/ask" in home
    asked = [home.index(f"number {n}?\n") for n in (6, 5, 4, 3, 2)]
    assert asked == sorted(asked)
    assert "number 1?" not in home
    assert "of another?" not in home
    assert edge.slack.views["U1"]["type"] == "home"
    assert "Nothing yet." in shown(edge.slack.views["U3"])
