"""What people ask in Slack and what they get, in both modes, over real sockets."""

import asyncio
import logging
from datetime import date
from functools import partial

import pytest

from bot.answering.answer import Answer
from bot.answering.query import Query
from bot.slack.blocks import HELP
from bot.wording import NOT_AN_ANSWER
from index.errors import EmptyLibraryError, UsageError
from tests.bot.slack.answers import answer, passage
from tests.bot.slack.edges import (
    Answers,
    Edge,
    Held,
    OpenEdge,
)
from tests.bot.slack.fake_slack import APP_TOKEN, BOT_ID, BOT_TOKEN, BOT_USER, RATE_LIMITED, Reply
from tests.bot.slack.payloads import event_body, mention, message, shown

pytestmark = pytest.mark.anyio


async def test_a_mention_is_answered_in_its_thread(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        assert await edge.deliver(event_body(mention("is <b> AT&amp;T &lt;3?", ts="5.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.deliver(event_body(mention("and then?", ts="5.3", thread_ts="5.1")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
    first, second = edge.slack.posts
    assert answers.questions == ["is b AT&T <3?", "and then?"]
    assert (first["channel"], first["thread_ts"]) == ("C1", "5.1")
    assert (second["channel"], second["thread_ts"]) == ("C1", "5.1")
    assert shown(first) == (
        "Confidence: very high, 90%"
        "They say: is b AT&T <3? So it is.[1] S-400, 2018-05-02, paragraph 4, characters 110–123"
    )
    assert "AT&amp;T &lt;3" in first["text"]
    assert first["mrkdwn"] is False
    assert {call.token for call in edge.slack.calls} <= {BOT_TOKEN, APP_TOKEN}


async def test_a_dm_is_answered_directly_or_in_its_thread(open_edge: OpenEdge) -> None:
    async with open_edge(Answers()) as edge:
        await edge.deliver(event_body(message("who?", ts="6.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.deliver(event_body(message("who else?", ts="6.3", thread_ts="6.1")))
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
    first, second = edge.slack.posts
    assert first["channel"] == second["channel"] == "D1"
    assert "thread_ts" not in first
    assert second["thread_ts"] == "6.1"


async def test_an_empty_mention_gets_help(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        await edge.deliver(event_body(mention("")))
        await edge.slack.until(lambda: edge.slack.posts)
    assert [shown(post) for post in edge.slack.posts] == [HELP]
    assert answers.questions == []


async def test_retries_and_duplicates_are_answered_once(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        asked = event_body(mention("once?", ts="7.1"))
        assert await edge.deliver(asked)
        assert await edge.deliver(asked, 1)
        assert await edge.deliver(asked, 2)
        doubled = event_body(mention("twice?", ts="7.2"))
        assert all(await asyncio.gather(*(edge.deliver(doubled) for _ in range(5))))
        same_message = event_body(mention("once?", ts="7.1"))
        assert await edge.deliver(same_message)
        await edge.slack.until(lambda: len(edge.slack.posts) == 2)
        await edge.stop()
    assert [post["thread_ts"] for post in edge.slack.posts] == ["7.1", "7.2"]
    assert answers.questions == ["once?", "twice?"]


@pytest.mark.parametrize("mention_first", [True, False])
async def test_a_mention_that_comes_as_a_message_too_is_answered_once(
    open_edge: OpenEdge, mention_first: bool
) -> None:
    pair = [
        event_body(mention("who?", ts="8.1")),
        event_body(message(f"<@{BOT_USER}> who?", ts="8.1", kind="channel")),
    ]
    async with open_edge(Answers()) as edge:
        for body in pair if mention_first else reversed(pair):
            assert await edge.deliver(body)
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.stop()
    assert len(edge.slack.posts) == 1


async def test_what_no_person_asks_is_acknowledged_and_not_answered(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        for number, event in enumerate(
            (
                message("from another bot", bot_id="BOTHER"),
                message("from itself", user=BOT_USER, bot_id=BOT_ID),
                mention("from another bot", bot_id="BOTHER"),
                message("an edit", subtype="message_changed"),
                message("said in a channel", kind="channel"),
                message("a group", kind="mpim"),
                {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"},
            )
        ):
            assert await edge.deliver(event_body({**event, "ts": f"9.{number}"})), event
        await edge.deliver(event_body(message("at last", ts="10.1")))
        await edge.slack.until(lambda: edge.slack.posts)
        await edge.stop()
    assert answers.questions == ["at last"]
    assert len(edge.slack.posts) == 1


async def test_a_thread_is_a_conversation_and_limits_are_read(open_edge: OpenEdge) -> None:
    queries: list[Query] = []

    def answer(query: Query) -> Answer:
        queries.append(query)
        raise UsageError("no")

    async with open_edge(answer) as edge:
        await edge.deliver(event_body(mention("since:2017-03-01 who?", ts="30.1")))
        await edge.slack.until(lambda: posted(edge, 1))
        follow_up = mention("why?", ts="30.2", thread_ts="30.1")
        await edge.deliver(event_body(follow_up))
        await edge.slack.until(lambda: posted(edge, 2))
        await edge.deliver(event_body(mention("since:soon why?", ts="31.1")))
        await edge.slack.until(lambda: posted(edge, 3))
        await edge.stop()
    first, second = queries
    assert (first.question, first.since) == ("who?", date(2017, 3, 1))
    assert first.conversation == second.conversation
    assert "'soon' is not a date" in edge.slack.posts[-1]["text"]


def posted(edge: Edge, count: int) -> bool:
    return len(edge.slack.posts) == count


async def test_errors_are_told_in_one_sentence(
    open_edge: OpenEdge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    errors = {
        "usage?": UsageError("the question <secret> is odd", "ask another"),
        "empty?": EmptyLibraryError("no articles yet", "add some"),
        "crash?": RuntimeError("crash? is the question, and this is inside information"),
    }

    def fail(query: Query) -> Answer:
        raise errors[query.question]

    async with open_edge(fail) as edge:
        for number, question in enumerate(errors, 1):
            await edge.deliver(event_body(message(question, ts=f"11.{number}")))
            await edge.slack.until(partial(posted, edge, number))
    usage, empty, crash = edge.slack.posts
    assert shown(usage) == "the question <secret> is odd: ask another"
    assert usage["text"] == "the question &lt;secret&gt; is odd: ask another"
    assert shown(empty) == "no articles yet: add some"
    reference = shown(crash).split("reference ")[1].rstrip(".")
    assert "inside" not in shown(crash)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert f"reference {reference}: RuntimeError" in logged
    assert "no articles yet" in logged
    for private in ("secret", "inside", "crash?", "usage?"):
        assert private not in logged


async def test_not_found_is_told_with_the_closest_passages(open_edge: OpenEdge) -> None:
    found = answer(passage("It began. ", "Mattis objected."), found=False)
    async with open_edge(lambda _: found) as edge:
        await edge.deliver(event_body(message("capital of France?")))
        await edge.slack.until(lambda: edge.slack.posts)
    assert NOT_AN_ANSWER in shown(edge.slack.posts[0])
    assert "Mattis objected." in shown(edge.slack.posts[0])


async def test_a_rate_limit_is_waited_out(open_edge: OpenEdge) -> None:
    async with open_edge(Answers()) as edge:
        edge.slack.script("chat.postMessage", RATE_LIMITED)
        await edge.deliver(event_body(message("who?")))
        await edge.slack.until(lambda: edge.slack.posts)
    assert [call.ok for call in edge.slack.calls if call.method == "chat.postMessage"] == [
        False,
        True,
    ]


async def test_refused_blocks_are_sent_as_text(open_edge: OpenEdge) -> None:
    async with open_edge(Answers()) as edge:
        edge.slack.script("chat.postMessage", Reply({"ok": False, "error": "invalid_blocks"}))
        await edge.deliver(event_body(mention("who?", ts="12.1")))
        await edge.slack.until(lambda: edge.slack.posts)
    (post,) = edge.slack.posts
    assert "“who?”" in post["text"]
    assert post["thread_ts"] == "12.1"
    assert "blocks" not in post


async def test_an_answer_that_cannot_be_posted_is_logged(
    open_edge: OpenEdge, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_edge(Answers()) as edge:
        edge.slack.script("chat.postMessage", Reply({"ok": False, "error": "is_archived"}))
        await edge.deliver(event_body(message("private?", ts="13.1")))
        await edge.slack.until(lambda: edge.slack.calls[-1].method == "chat.postMessage")
        await edge.deliver(event_body(message("still there?", ts="13.2")))
        await edge.slack.until(lambda: edge.slack.posts)
    assert "is_archived" in caplog.text
    assert "private?" not in caplog.text


async def test_shutdown_answers_what_was_acknowledged(open_edge: OpenEdge) -> None:
    held = Held()
    async with open_edge(held) as edge:
        assert await edge.deliver(event_body(message("who?", ts="14.1")))
        assert await asyncio.to_thread(held.started.wait, 10)
        stopping = asyncio.ensure_future(edge.stop())
        await asyncio.sleep(0.1)
        assert not stopping.done()
        held.release.set()
        await stopping
    (post,) = edge.slack.posts
    assert "They say: who?" in shown(post)


async def test_many_questions_at_once_are_all_answered(open_edge: OpenEdge) -> None:
    answers = Answers()
    async with open_edge(answers) as edge:
        bodies = [event_body(message(f"number {n}?", ts=f"15.{n}")) for n in range(30)]
        assert all(await asyncio.gather(*map(edge.deliver, bodies)))
        await edge.stop()
    assert sorted(answers.questions) == sorted(f"number {n}?" for n in range(30))
    assert len(edge.slack.posts) == 30
