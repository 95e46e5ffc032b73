"""What the buttons under an answer do: shown, judged, shared, in both modes over real sockets."""

import json

import pytest

from bot.answering.answer import ask
from bot.answering.query import Query
from bot.slack.actions import SEARCHING
from bot.slack.buttons import CONTEXT, FEEDBACK, MORE, SHARE
from index.article import Article
from index.library import Library
from tests.bot.slack.edges import Answers, Edge, OpenEdge
from tests.bot.slack.fake_slack import Reply
from tests.bot.slack.payloads import command, event_body, message, pressed, shown, submitted

pytestmark = pytest.mark.anyio

TEXT = (
    "The harbour was quiet that day.\n\n"
    "Ada Brandt opened the tram line in Marl. It runs at night.\n\n"
    "The ferry in Hollin was opened by Jo Lind."
)


QUESTION = "Who opened the tram line in Marl?"


async def answered(edge: Edge, question: str = QUESTION) -> dict[str, object]:
    """Ask in a DM; give the message that answers."""
    await edge.deliver(event_body(message(question, ts="60.1")))
    await edge.slack.until(lambda: edge.slack.posts)
    return edge.slack.posts[-1]


@pytest.fixture
def town(library: Library) -> Library:
    library.add([Article("town", "Town", "https://town.example/tram", TEXT)])
    return library


async def test_more_passages_open_in_a_modal(open_edge: OpenEdge, town: Library) -> None:
    async with open_edge(None, town, top_k=1) as edge:
        post = await answered(edge)
        await edge.act(pressed(edge.slack, post, MORE))
        await edge.slack.until(lambda: edge.slack.made("views.update"))
        (opened,) = edge.slack.made("views.open")
    assert SEARCHING in str(opened["view"])
    (view,) = edge.slack.views.values()
    every = ask(town, Query(question=QUESTION, top_k=20))
    passages = every.passages or every.closest
    assert len(passages) > 1
    assert all(each.citation.quote in shown(view) for each in passages)
    assert view["title"]["text"] == "More passages"


async def test_a_passage_is_shown_between_its_neighbours(
    open_edge: OpenEdge, town: Library
) -> None:
    async with open_edge(None, town) as edge:
        post = await answered(edge)
        await edge.act(pressed(edge.slack, post, CONTEXT))
        await edge.slack.until(lambda: edge.slack.made("views.update"))
        before = shown(next(iter(edge.slack.views.values())))
        town.remove(["town"])
        await edge.act(pressed(edge.slack, post, CONTEXT))
        await edge.slack.until(lambda: len(edge.slack.made("views.update")) == 2)
    around = "that day.\nAda Brandt opened the tram line in Marl. It runs at night."
    assert around in before
    assert "The ferry in Hollin" in before
    assert "not in the index any more" in shown([*edge.slack.views.values()][-1])


async def test_a_thumb_up_is_kept_with_question_places_and_index(
    open_edge: OpenEdge, town: Library
) -> None:
    async with open_edge(None, town) as edge:
        post = await answered(edge)
        await edge.act(pressed(edge.slack, post, FEEDBACK, "up"))
        await edge.slack.until(lambda: edge.slack.hooked)
        await edge.stop()
    (kept,) = town.records.feedback()
    asked = ask(town, Query(question=QUESTION))
    assert (kept.question, kept.verdict, kept.comment) == (asked.question, "up", "")
    cited = [each.citation for each in asked.passages or asked.closest]
    assert kept.spans == tuple((c.article_id, c.start, c.end) for c in cited)
    assert kept.fingerprint == asked.index.fingerprint
    ((_, told),) = edge.slack.hooked
    assert told["response_type"] == "ephemeral"
    assert told["replace_original"] is False


async def test_a_thumb_down_asks_what_is_right_and_keeps_it(
    open_edge: OpenEdge, town: Library
) -> None:
    async with open_edge(None, town) as edge:
        post = await answered(edge)
        await edge.act(pressed(edge.slack, post, FEEDBACK, "down"))
        await edge.slack.until(lambda: edge.slack.views)
        ((view_id, view),) = edge.slack.views.items()
        assert view["blocks"][0]["label"]["text"] == "What is the right answer?"
        assert await edge.act(submitted(view_id, view, "  Jo Lind did. ")) == {}
        await edge.act(submitted(view_id, view, ""))
        await edge.stop()
    assert [(each.verdict, each.comment) for each in town.records.feedback()] == [
        ("down", ""),
        ("down", "Jo Lind did."),
    ]


async def test_an_answer_is_shared_by_name_and_no_more_offered(
    open_edge: OpenEdge, town: Library
) -> None:
    async with open_edge(None, town) as edge:
        await edge.command(command(edge.slack, QUESTION))
        await edge.slack.until(lambda: edge.slack.hooked)
        (_, own) = edge.slack.hooked[0]
        assert own["response_type"] == "ephemeral"
        assert edge.slack.posts == []
        await edge.act(pressed(edge.slack, {**own, "channel": "C1"}, SHARE))
        await edge.slack.until(lambda: len(edge.slack.hooked) == 2)
    (post,) = edge.slack.posts
    assert post["channel"] == "C1"
    first, second, *_ = post["blocks"]
    assert first["elements"][0]["elements"][0] == {"type": "user", "user_id": "U1"}
    assert shown({"blocks": [second]}) == "Asked: Who opened the tram line in Marl?"
    with pytest.raises(KeyError):
        pressed(edge.slack, post, SHARE)
    assert edge.slack.hooked[1][1]["delete_original"] is True


async def test_where_the_bot_is_no_member_the_command_s_own_response_shares(
    open_edge: OpenEdge, town: Library
) -> None:
    async with open_edge(None, town) as edge:
        await edge.command(command(edge.slack, QUESTION))
        await edge.slack.until(lambda: edge.slack.hooked)
        own = {**edge.slack.hooked[0][1], "channel": "C1"}
        edge.slack.script("chat.postMessage", Reply({"ok": False, "error": "not_in_channel"}))
        await edge.act(pressed(edge.slack, own, SHARE))
        await edge.slack.until(lambda: len(edge.slack.hooked) == 3)
    shared = edge.slack.hooked[1][1]
    assert shared["response_type"] == "in_channel"
    assert "Ada Brandt opened" in shown(shared)


async def test_the_buttons_of_a_lost_answer_say_so(open_edge: OpenEdge, town: Library) -> None:
    async with open_edge(None, town) as edge:
        post = await answered(edge)
        answer_id = pressed(edge.slack, post, MORE)["actions"][0]["value"]
        post = json.loads(json.dumps(post).replace(answer_id, "lost"))
        await edge.act(pressed(edge.slack, post, MORE))
        await edge.slack.until(lambda: edge.slack.made("views.update"))
        await edge.act(pressed(edge.slack, post, FEEDBACK, "up"))
        await edge.slack.until(lambda: edge.slack.hooked)
    assert "not kept any more" in shown(next(iter(edge.slack.views.values())))
    assert "not kept any more" in edge.slack.hooked[0][1]["text"]
    assert town.records.feedback() == []


async def test_a_message_of_help_has_no_buttons(open_edge: OpenEdge) -> None:
    async with open_edge(Answers()) as edge:
        post = await answered(edge, " ")
    with pytest.raises(KeyError):
        pressed(edge.slack, post, FEEDBACK)
