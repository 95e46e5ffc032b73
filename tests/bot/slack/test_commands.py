"""`/ask` and the shortcut of a message: their asker alone sees the answer."""

import pytest

from bot.answering.answer import Answer
from bot.answering.query import Query
from bot.slack.actions import SEARCHING
from bot.slack.buttons import SHARE
from index.errors import EmptyLibraryError
from tests.bot.slack.edges import Answers, OpenEdge
from tests.bot.slack.payloads import command, pressed, shortcut, shown, submitted

pytestmark = pytest.mark.anyio


async def test_a_command_is_answered_to_its_asker_alone(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        assert await edge.command(command(edge.slack, "since:2017-03-01 AT&amp;T &lt;3?")) == {}
        await edge.slack.until(lambda: edge.slack.hooked)
        await edge.command(command(edge.slack, "  "))
        await edge.slack.until(lambda: len(edge.slack.hooked) == 2)
    (_, told), (_, help_) = edge.slack.hooked
    assert told["response_type"] == "ephemeral"
    assert "They say: AT&T <3? So it is." in shown(told)
    assert answers.questions == ["AT&T <3?"]
    assert pressed(edge.slack, {**told, "channel": "C1"}, SHARE)
    assert shown(help_).endswith("Write it after /ask.")
    assert edge.slack.posts == []


async def test_a_command_that_fails_is_told_why(open_edge: OpenEdge) -> None:
    def fail(query: Query) -> Answer:
        raise EmptyLibraryError("no articles yet", "add some")

    async with open_edge(fail) as edge:
        await edge.command(command(edge.slack, "who?"))
        await edge.slack.until(lambda: edge.slack.hooked)
    assert shown(edge.slack.hooked[0][1]) == "no articles yet: add some"


async def test_a_message_is_asked_about_in_a_modal(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        await edge.act(shortcut("is &lt;it&gt;\ntrue? " + "long " * 900))
        await edge.slack.until(lambda: edge.slack.views)
        ((view_id, view),) = edge.slack.views.items()
        initial = view["blocks"][0]["element"]["initial_value"]
        assert initial.startswith("is <it> true? long")
        assert len(initial) <= view["blocks"][0]["element"]["max_length"] <= 3000
        at_once = await edge.act(submitted(view_id, view, "is it true?"))
        assert at_once["response_action"] == "update"
        assert SEARCHING in shown(at_once["view"])
        await edge.slack.until(lambda: edge.slack.made("views.update"))
        found = edge.slack.views[view_id]
        await edge.act(
            {
                **pressed(edge.slack, {**found, "channel": "C1"}, SHARE),
                "channel": None,
                "view": found,
            }
        )
        await edge.slack.until(lambda: edge.slack.posts)
    assert "They say: is it true?" in shown(found)
    assert answers.questions == ["is it true?"]
    assert edge.slack.posts[0]["channel"] == "C1"
