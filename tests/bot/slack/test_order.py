"""In order within a thread, no faster than Slack allows in a channel, and all of it answered."""

import asyncio
from collections import defaultdict
from itertools import pairwise

import pytest

import bot.slack.post
from bot.slack.order import Pace, Queues
from tests.bot.slack.edges import Answers, OpenEdge
from tests.bot.slack.payloads import event_body, mention, shown

pytestmark = pytest.mark.anyio


async def test_a_burst_of_200_mentions_is_answered_in_order_and_at_its_pace(
    open_edge: OpenEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 0.02  # for 1.1: five channels take 40 each
    monkeypatch.setattr(bot.slack.post, "SECONDS_BETWEEN", seconds)
    bodies = [
        event_body(
            mention(
                f"number {n}?", ts=f"{1000 + n}.1", channel=f"C{n % 5}", thread_ts=f"{n % 20}.0"
            )
        )
        for n in range(200)
    ]
    async with open_edge(Answers()) as edge:
        for said in range(0, 200, 20):  # in each of the threads at the same time
            assert all(await asyncio.gather(*map(edge.deliver, bodies[said : said + 20])))
        await edge.slack.until(lambda: len(edge.slack.posts) == 200, 60)
        calls = [call for call in edge.slack.calls if call.method == "chat.postMessage"]
        await edge.stop()
    threads, channels = defaultdict(list), defaultdict(list)
    for call in calls:
        number = int(shown(call.args).split("number ")[1].split("?")[0])
        threads[call.args["thread_ts"]].append(number)
        channels[call.args["channel"]].append(call.at)
    assert sorted(n for numbers in threads.values() for n in numbers) == [*range(200)]
    assert all(numbers == sorted(numbers) for numbers in threads.values())
    for times in channels.values():  # on a busy machine one call may catch up with another
        assert times[-1] - times[0] >= (len(times) - 1) * seconds / 2


async def test_a_channel_gets_no_more_than_one_message_a_second() -> None:
    pace, loop = Pace(1.1), asyncio.get_running_loop()
    times: list[tuple[str, float]] = []

    async def post(name: str) -> None:
        await pace.wait(name)
        times.append((name, loop.time()))

    began = loop.time()
    await asyncio.gather(*map(post, "aab"))
    first, second = (at for name, at in times if name == "a")
    assert second - first > 1.0
    assert next(at for name, at in times if name == "b") - began < 1.0


async def test_those_who_wait_are_called_in_order_and_at_once_at_the_end() -> None:
    queues, order, pace = Queues(), [], Pace(1000)

    async def say(number: int) -> None:
        async with queues.turn("thread", number):
            await asyncio.sleep(0)
            order.append(number)

    async with queues.turn("thread", 0):
        tasks = [asyncio.create_task(say(number)) for number in (3, 1, 2, 4)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [2, 3, 4]
    assert queues._waiting == {}
    await pace.wait("a")
    waiting = asyncio.create_task(pace.wait("a"))
    await asyncio.sleep(0)
    pace.hurry()
    await asyncio.wait_for(waiting, 5)
    assert all(a < b for a, b in pairwise(order))
