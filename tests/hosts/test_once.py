"""An activity is run once, and answered in time, whatever Teams repeats and however long the answer takes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.hosts import botbuilder
from bot.hosts.teams import talk
from bot.turn import Reply

from .conftest import NOW, Teams

CARD = {"type": "AdaptiveCard", "version": "1.5"}


@pytest.fixture
def host(settings, store, replier, monkeypatch):
    monkeypatch.setattr(talk, "TYPING_AFTER_SECONDS", 0.01)
    return botbuilder.TeamsHost(settings, replier, store, acknowledge_seconds=0.05)


async def test_a_repeat_runs_nothing_and_gets_the_same_status(teams, replier, connector):
    body = teams.activity("twice")
    replier.hold.set()
    first = await teams.post(body)
    await connector.until(1)
    again = [await teams.post(body) for _ in range(3)]
    assert first[0] in (200, 202)
    assert {status for status, _ in again} <= {200, 202}
    assert len(replier.turns) == 1
    assert len(connector.of()) == 1


async def test_repeats_that_arrive_together_run_once(teams, replier, connector):
    body = teams.activity("all at once")
    statuses = await asyncio.gather(*(teams.post(body) for _ in range(10)))
    await connector.until(1)
    assert {status for status, _ in statuses} <= {200, 202}
    assert len(replier.turns) == 1


async def test_the_same_id_in_another_conversation_is_another_activity(teams, replier, connector):
    await teams.post(teams.activity("one", id="same"))
    await teams.post(
        teams.activity("two", id="same", conversation={"id": "a:other", "conversationType": "personal"})
    )
    await connector.until(2)
    assert len(replier.turns) == 2


async def test_a_repeated_press_gets_the_same_card(teams, replier):
    numbers = iter(range(9))
    replier.answer = lambda turn: [Reply("x", card=CARD | {"n": next(numbers)}, replaces=True)]
    first = await teams.press({"perfbot": "drill"}, id="pressed")
    again = await teams.press({"perfbot": "drill"}, id="pressed")
    assert first == again
    assert first[1]["value"]["n"] == 0
    assert len(replier.turns) == 1


async def test_a_press_repeated_while_it_is_worked_on_waits_for_the_one_answer(teams, replier):
    replier.hold.clear()
    replier.answer = lambda turn: [Reply("x", card=CARD, replaces=True)]
    both = [asyncio.create_task(teams.press({"perfbot": "drill"}, id="pressed")) for _ in range(2)]
    while not replier.turns:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    replier.hold.set()
    first, second = await asyncio.gather(*both)
    assert first == second
    assert first[0] == 200
    assert len(replier.turns) == 1


async def test_a_repeat_after_a_restart_is_known(teams, replier, connector, settings, store):
    body = teams.activity("before")
    await teams.post(body)
    await connector.until(1)
    after = botbuilder.TeamsHost(settings, replier, store)
    async with TestClient(TestServer(after.app())) as client:
        assert (await Teams(client, connector).post(body))[0] in (200, 202)
    assert len(replier.turns) == 1


async def test_a_slow_answer_is_acknowledged_shown_as_typing_and_sent_later(teams, replier, connector):
    replier.hold.clear()
    body = teams.activity("slow one")
    assert (await teams.post(body))[0] == 202
    await connector.until(1, "typing")
    assert connector.of() == []
    assert (await teams.post(body))[0] == 202  # Teams asks again after 15 seconds
    replier.hold.set()
    assert [call.body["text"] for call in await connector.until(1)] == ["heard: slow one"]
    assert len(replier.turns) == 1
    assert (await teams.post(body))[0] in (200, 202)


async def test_two_quick_questions_of_one_person_are_answered_in_order(teams, replier, connector):
    replier.hold.clear()
    assert (await teams.say("first"))[0] == 202
    assert (await teams.say("second"))[0] == 202
    assert [turn.text for turn in replier.turns] == ["first"]
    other = {"from": {"id": "29:other", "aadObjectId": "other"}}
    assert (await teams.say("somebody else", **other))[0] == 202
    assert [turn.text for turn in replier.turns] == ["first", "somebody else"]
    replier.hold.set()
    texts = [call.body["text"] for call in await connector.until(3)]
    assert texts.index("heard: first") < texts.index("heard: second")


async def test_stopping_lets_an_answer_finish(host, replier, connector, store):
    replier.hold.clear()
    async with TestClient(TestServer(host.app())) as client:
        assert (await Teams(client, connector).say("last words"))[0] == 202
        asyncio.get_running_loop().call_later(0.1, replier.hold.set)
    assert [call.body["text"] for call in connector.of()] == ["heard: last words"]


async def test_without_the_database_teams_is_asked_to_come_again(teams, replier, store, monkeypatch):
    async def broken(*_: object) -> bool:
        raise OSError("disk full")

    monkeypatch.setattr(store.activities, "first_time", broken)
    status, body = await teams.say()
    assert (status, body) == (503, {"error": "the bot cannot work at the moment"})
    assert replier.turns == []


async def test_activities_are_forgotten_after_some_days(settings, store, replier, connector):
    time = [NOW]
    host = botbuilder.TeamsHost(settings, replier, store, clock=lambda: time[0])
    async with TestClient(TestServer(host.app())) as client:
        teams = Teams(client, connector)
        old = teams.activity("old")
        await teams.post(old)
        time[0] += timedelta(days=1)
        await teams.say("next day")
        await teams.post(old)
        assert len(replier.turns) == 2
        time[0] += timedelta(days=2)
        await teams.say("much later")
        await teams.post(old)
    assert [turn.text for turn in replier.turns] == ["old", "next day", "much later", "old"]
