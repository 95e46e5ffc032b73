"""Follow-ups without a mention, edits, deletions, and the sign that something is under way."""

import pytest

from bot.answering.answer import Answer
from bot.answering.query import Query
from index.library import Library
from tests.bot.slack.answers import answer, passage
from tests.bot.slack.edges import Answers, OpenEdge
from tests.bot.slack.fake_slack import BOT_USER
from tests.bot.slack.payloads import changed, deleted, event_body, mention, message, shown

pytestmark = pytest.mark.anyio


def said(text: str, ts: str, **more: str) -> dict[str, object]:
    """Give a message in the thread 80.1 of a channel, as `message.channels` brings it."""
    return event_body(message(text, ts=ts, kind="channel", thread_ts="80.1", **more))


async def test_in_a_thread_of_the_bot_a_question_needs_no_mention_also_after_a_restart(
    open_edge: OpenEdge, library: Library
) -> None:
    answers = Answers()
    async with open_edge(answers, library) as edge:
        await edge.deliver(said("who, before anybody has asked?", "80.0"))
        await edge.deliver(event_body(mention("who?", ts="80.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.deliver(said("And Russia?", "80.2"))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
        await edge.stop()
    async with open_edge(answers, library) as again:
        await again.deliver(said("why", "80.3"))
        await again.slack.until(lambda: again.slack.posts)
    assert answers.questions == ["who?", "And Russia?", "why"]
    assert edge.slack.posts[1]["thread_ts"] == again.slack.posts[0]["thread_ts"] == "80.1"


async def test_a_follow_up_is_understood_as_one(open_edge: OpenEdge, library: Library) -> None:
    queries: list[Query] = []

    def keep(query: Query) -> Answer:
        queries.append(query)
        return answer(passage("", "Yes."))

    async with open_edge(keep, library) as edge:
        await edge.deliver(event_body(mention("who?", ts="80.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.deliver(said("why?", "80.2"))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
    assert queries[0].conversation == queries[1].conversation


async def test_people_who_talk_to_each_other_are_left_alone(
    open_edge: OpenEdge, library: Library
) -> None:
    asked: list[str] = []

    def answers(query: Query) -> Answer:
        asked.append(query.question)
        return answer(passage("", "Yes."), found="train" in query.question)

    async with open_edge(answers, library) as edge:
        await edge.deliver(event_body(mention("who?", ts="80.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        for number, text in enumerate(
            ("<@U2> what do you think?", "<!here> who knows?", "<!subteam^S1|@eds> who?", "thanks!")
        ):
            assert await edge.deliver(said(text, f"80.{number + 2}"))
        await edge.deliver(said("is it true?", "80.7", bot_id="B9"))
        await edge.deliver(event_body(message("who?", ts="81.1", kind="channel", thread_ts="81.0")))
        await edge.deliver(event_body(message("who?", ts="82.1", kind="channel")))
        await edge.deliver(said("tell me of the train", "80.9"))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
        await edge.stop()
    assert asked == ["who?", "thanks!", "tell me of the train", "tell me of the train"]
    assert len(edge.slack.posts) == 2


async def test_a_mention_in_the_thread_is_answered_once(
    open_edge: OpenEdge, library: Library
) -> None:
    answers = Answers()
    async with open_edge(answers, library) as edge:
        await edge.deliver(event_body(mention("who?", ts="80.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.deliver(said(f"<@{BOT_USER}> and why?", "80.2"))
        await edge.deliver(event_body(mention("and why?", ts="80.2", thread_ts="80.1")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
        await edge.stop()
    assert answers.questions == ["who?", "and why?"]


@pytest.mark.parametrize("where", ["channel", "im"])
async def test_an_edited_question_is_answered_in_place(
    open_edge: OpenEdge, library: Library, where: str
) -> None:
    answers = Answers()
    first = message("who?", ts="83.1") if where == "im" else mention("who?", ts="83.1")
    async with open_edge(answers, library) as edge:
        await edge.deliver(event_body(first))
        await edge.slack.until(lambda: edge.slack.posts)
        edit = event_body(changed(first, "who else?"))
        assert await edge.deliver(edit)
        assert await edge.deliver(edit, 1)
        await edge.deliver(event_body(changed(first, "who?", edited="")))  # a preview was added
        await edge.slack.until(lambda: edge.slack.made("chat.update"))
        await edge.stop()
    assert answers.questions == ["who?", "who else?"]
    (shown_now,) = edge.slack.messages.values()
    assert "They say: who else?" in shown(shown_now)
    assert len(edge.slack.posts) == 1


async def test_an_edited_mention_that_comes_twice_is_answered_in_place_once(
    open_edge: OpenEdge, library: Library
) -> None:
    answers = Answers()
    first = mention("who?", ts="84.1")
    async with open_edge(answers, library) as edge:
        await edge.deliver(event_body(first))
        await edge.slack.until(lambda: edge.slack.posts)
        edited = {"user": "U1", "ts": "900.000001"}
        await edge.deliver(event_body(changed(first, f"<@{BOT_USER}> who else?")))
        await edge.deliver(event_body(mention("who else?", ts="84.1", edited=edited)))
        await edge.slack.until(lambda: edge.slack.made("chat.update"))
        await edge.stop()
    assert answers.questions == ["who?", "who else?"]
    assert len(edge.slack.posts) == len(edge.slack.messages) == 1


@pytest.mark.parametrize("how", ["deleted", "tombstone"])
async def test_a_deleted_question_takes_its_answer_along(
    open_edge: OpenEdge, library: Library, how: str
) -> None:
    first = message("who?", ts="85.1")
    gone = (
        deleted(first)
        if how == "deleted"
        else changed(first, "This message was deleted.", subtype="tombstone", user="USLACKBOT")
    )
    async with open_edge(Answers(), library) as edge:
        await edge.deliver(event_body(first))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.deliver(event_body(gone))
        await edge.slack.until(lambda: not edge.slack.messages)
        await edge.deliver(event_body(deleted(message("never seen", ts="85.9"))))
        await edge.deliver(event_body(changed(first, "who now?", edited="902.1")))
        await edge.stop()
    assert len(edge.slack.made("chat.delete")) == 1
    assert edge.slack.made("chat.update") == []
    assert library.records.newest("slack-asked", "", 9) == []


async def test_a_status_is_shown_at_once_and_removed_at_the_end(
    open_edge: OpenEdge, library: Library
) -> None:
    async with open_edge(Answers(), library) as edge:
        await edge.deliver(event_body(mention("who?", ts="86.1")))
        await edge.slack.until(lambda: len(edge.slack.made("assistant.threads.setStatus")) == 2)
        edge.slack.scopes.remove("assistant:write")
        edge.slack.scopes.add("reactions:write")
        await edge.deliver(event_body(message("who?", ts="86.2")))
        await edge.slack.until(lambda: edge.slack.made("reactions.remove"))
        edge.slack.scopes.remove("reactions:write")
        await edge.deliver(event_body(message("who?", ts="86.3")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 3)
    working, done = edge.slack.made("assistant.threads.setStatus")
    assert (working["channel_id"], working["thread_ts"]) == ("C1", "86.1")
    assert working["status"]
    assert done["status"] == ""
    (reaction,) = edge.slack.made("reactions.add")
    assert edge.slack.made("reactions.remove") == [reaction]
    assert (reaction["channel"], reaction["timestamp"]) == ("D1", "86.2")
