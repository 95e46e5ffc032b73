"""What people write has an end before anything reads it, whichever way it comes in."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client

from bot.conversation.follow_up import resolve
from bot.mcp import make_server
from bot.question import MAX_MESSAGE, MAX_QUESTION, MAX_QUOTE, check_question, make_turn
from bot.slack.query import read_query
from bot.web.chat import Message, find_question
from index.errors import UsageError
from index.library import Library
from tests.bot.serving import problem_of
from tests.bot.web.conftest import BRIDGE, Site, open_site
from tests.timing import calibrate, seconds

LONG = "Why " + "it was " * 8500 + "?"
TURNS = [make_turn("Who came by train?", "The king came by train.", found=True)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_site(tmp_path / "data", BRIDGE) as opened:
        yield opened


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/v1/ask", {"question": LONG}),
        ("/v1/search", {"question": LONG}),
        ("/ask", {"question": LONG}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": LONG}]}),
        (
            "/v1/chat/completions",
            {
                "messages": [
                    {"role": "user", "content": "Who came by train?"},
                    {"role": "assistant", "content": "> The king came by train [1]"},
                    {"role": "user", "content": [{"type": "text", "text": LONG}]},
                ]
            },
        ),
    ],
)
def test_over_http(site: Site, address: str, body: object) -> None:
    started = time.perf_counter()
    problem = problem_of(site.client.post(address, json=body))
    assert (problem.status, problem.type) == (422, "urn:articlebot:problem:usage")
    assert f"the question has {len(LONG.strip())} characters" in problem.detail
    assert time.perf_counter() - started < 200 * calibrate(), "it is not read"


def test_in_a_batch_it_is_its_own_fault_alone(site: Site) -> None:
    questions = [{"question": LONG}, {"question": "What did Maria Lopez say?"}]
    response = site.client.post("/v1/ask/batch", json={"questions": questions})
    first, second = response.json()["answers"]
    assert "characters" in first["problem"]["detail"]
    assert second["answer"]


def test_on_the_page(site: Site) -> None:
    response = site.client.get("/", params={"q": "it was " * 1000})
    assert response.status_code == 422
    assert f"at most {MAX_QUESTION}" in response.text


def test_in_slack() -> None:
    for text in (LONG, f"since:2017-03-01 {LONG}", "x" * (MAX_MESSAGE + 1)):
        with pytest.raises(UsageError, match="characters"):
            read_query(text, None)


@pytest.mark.anyio
@pytest.mark.parametrize("tool", ["ask", "search"])
async def test_by_agents(library: Library, tool: str) -> None:
    async with Client(make_server(library)) as client:
        result = await client.call_tool(tool, {"question": LONG})
    assert result.is_error
    assert "characters" in str(result.content)


def test_composing_counts_too() -> None:
    with pytest.raises(UsageError, match="characters"):
        check_question("\ufb2c" * MAX_QUESTION)  # three code points in its canonical form


def test_a_conversation_that_somebody_else_remembers_has_an_end() -> None:
    said = [
        Message(role="user", content=LONG),
        Message(role="assistant", content=f"> {LONG} [1]\n" * 50),
    ]
    last = Message(role="user", content="Why?")
    started = time.perf_counter()
    question = find_question([*said * 200, last])
    assert len(question) <= MAX_QUESTION
    assert time.perf_counter() - started < 400 * calibrate()
    turn = make_turn(LONG, LONG, found=True)
    assert max(len(turn.question), len(turn.resolved_question)) == MAX_QUESTION
    assert len(turn.cited[0].quote) == MAX_QUOTE


def test_follow_ups_of_follow_ups_do_not_grow_without_end() -> None:
    turns = list(TURNS)
    for number in range(300):
        full = resolve(f"And {'abcdefghij'[number % 10] * 30}?", turns)
        assert len(full) <= MAX_QUESTION
        turns.append(make_turn(full, "The king came by train.", found=True))


@pytest.mark.parametrize(
    "unit",
    [
        "it was ",
        "he ",
        "And ",
        "A and ",
        "that ",
        "who ",
        "“",
        "in 2012 ",
        "the a ",
        "Rehn’s ",
        "a, ",
    ],
)
def test_a_question_is_resolved_in_time(unit: str) -> None:
    def work(text: str) -> object:
        return resolve(text, TURNS)

    work("Why did he say it?")  # the dictionary takes a while to load
    longest = (unit * MAX_QUESTION)[:MAX_QUESTION]
    assert seconds(work, longest, 2) < 100 * calibrate()
