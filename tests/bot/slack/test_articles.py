"""Articles that people send in Slack."""

from pathlib import Path
from typing import Any

import pytest

import bot.slack.adding
from bot.slack.articles import NOT_AN_EDITOR
from index.library import Library
from tests.bot.slack.edges import Answers, Edge, OpenEdge
from tests.bot.slack.payloads import event_body, mention, message, shown

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("either_store")]
TEXT = b"The king came by train on Monday. The queen sailed home by boat."


def with_file(edge: Edge, name: str, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    file = {
        "id": "F1",
        "name": name,
        "mimetype": "text/plain",
        "url_private": edge.slack.url(f"files/{name}"),
        **more,
    }
    return event_body({**event, "files": [file]})


def told(edge: Edge) -> list[str]:
    """Give what the bot's messages say now."""
    return [shown(message) for message in edge.slack.messages.values()]


async def test_a_file_in_a_dm_is_added_and_its_progress_told(
    open_edge: OpenEdge, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.slack.adding, "PROGRESS_SECONDS", 0.001)
    async with open_edge(None, library, slack_editors="U9, U1") as edge:
        edge.slack.files["visit.txt"] = (TEXT, "text/plain")
        sent = with_file(edge, "visit.txt", message("", ts="1.1", subtype="file_share"))
        await edge.deliver(sent)
        await edge.deliver(sent, 1)
        await edge.slack.until(lambda: told(edge) == ["Articles: 1 added (2 sentences)."])
        await edge.deliver(event_body(message("Who came by train on Monday?", ts="1.2")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
        await edge.stop()
    assert shown(edge.slack.posts[0]) == "Reading visit.txt…"
    assert "The king came by train on Monday." in shown(edge.slack.posts[1])
    assert [each.title for each in library.articles()] == ["visit"]


async def test_links_are_added_from_a_dm_and_a_mention_that_says_so(
    open_edge: OpenEdge, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.reading.fetch.is_public", lambda address: address == "127.0.0.1")
    answers = Answers()
    async with open_edge(answers, library, slack_editors="U1") as edge:
        edge.slack.files["one.txt"] = edge.slack.files["two.txt"] = (TEXT, "text/plain")
        one, two = edge.slack.url("files/one.txt"), edge.slack.url("files/two.txt?a=1&amp;b=2")
        await edge.deliver(event_body(message(f"<{one}>", ts="2.1")))
        await edge.slack.until(lambda: "1 added" in "".join(told(edge)))
        await edge.deliver(event_body(mention(f"index this: <{two}|the page>", ts="2.2")))
        await edge.slack.until(lambda: sum("1 added" in each for each in told(edge)) == 2)
        await edge.deliver(event_body(mention(f"what does <{two}> say?", ts="2.3")))
        await edge.slack.until(lambda: answers.questions)
        await edge.stop()
    assert edge.slack.posts[1]["thread_ts"] == "2.2"
    assert {each.source for each in library.articles()} == {one, two.replace("&amp;", "&")}


async def test_nobody_else_adds_articles(open_edge: OpenEdge, library: Library) -> None:
    answers = Answers()
    async with open_edge(answers, library, slack_editors="U2,T2/U1") as edge:
        edge.slack.files["visit.txt"] = (TEXT, "text/plain")
        sent = message("", ts="3.1", subtype="file_share")
        await edge.deliver(with_file(edge, "visit.txt", sent))
        await edge.deliver(event_body(message("<https://news.example/a>", ts="3.2")))
        await edge.deliver(event_body(mention("index this <https://news.example/a>", ts="3.3")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 3)
        await edge.stop()
    assert [shown(post) for post in edge.slack.posts] == [NOT_AN_EDITOR] * 3
    assert library.articles() == []
    assert answers.questions == []


async def test_what_cannot_be_read_is_told_with_the_reason(
    open_edge: OpenEdge, library: Library, tmp_path: Path
) -> None:
    async with open_edge(Answers(), library, slack_editors="T1/U1", upload_mb=1) as edge:
        edge.slack.files["page.txt"] = (b"<html>Sign in</html>", "text/html")
        edge.slack.files["large.txt"] = (b"x" * (1024 * 1024 + 1), "text/plain")
        edge.slack.files["empty.txt"] = (b" ", "text/plain")
        for number, (name, more, reason) in enumerate(
            (
                ("page.txt", {}, "it wants somebody to sign in"),
                ("large.txt", {}, "larger than 1 MB"),
                ("empty.txt", {}, "empty.txt is empty"),
                ("far.txt", {"url_private": "https://slack.com.evil.example/f"}, "not kept by"),
            ),
            1,
        ):
            sent = message("", ts=f"4.{number}", subtype="file_share")
            await edge.deliver(with_file(edge, name, sent, **more))
            await edge.slack.until(lambda: len(edge.slack.made("chat.update")) == number)  # noqa: B023
            assert reason in told(edge)[-1]
        link = message("<http://127.0.0.1:1/a>", ts="4.9")
        await edge.deliver(event_body(link))
        await edge.slack.until(lambda: len(edge.slack.made("chat.update")) == 5)
        await edge.stop()
    assert "not a public address" in told(edge)[-1]
    assert library.articles() == []
