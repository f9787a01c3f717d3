"""The button "Send Monday's briefing now", and scheduled posts that arrive by themselves."""

from __future__ import annotations

from bot.turn import Audience, Reply
from hosts_browser.conftest import Client, Talker
from kpi_engine.errors import InputError
from kpi_engine.question import UnitRef


async def press(talker: Talker) -> None:
    """What the page's button posts."""
    await talker.press({"browserChat": "briefing"})


async def test_without_a_timetable_the_assistant_is_asked(client: Client) -> None:
    talker = await client.sit("U-AD", "S1")
    async with talker.listen() as heard:
        await press(talker)
        assert (await heard.next_message())["text"] == "U-AD at S1 said: briefing"


async def test_with_a_timetable_the_scheduled_briefing_is_sent(client: Client) -> None:
    async def send_now(person_id: str) -> None:
        assert client.chat.deliver(person_id, Reply(f"briefing of {person_id}"))

    client.chat.send_now = send_now
    talker = await client.sit("U-T11")
    async with talker.listen() as heard:
        await press(talker)
        assert (await heard.next_message())["text"] == "briefing of U-T11"
        await talker.say("next")
        assert (await heard.next_message())["text"].endswith("said: next")
    assert [turn.text for turn in client.assistant.turns] == ["next"]


async def test_in_a_channel_the_private_briefing_is_not_sent(client: Client) -> None:
    async def send_now(_: str) -> None:
        raise AssertionError("a private briefing was sent from a channel")

    client.chat.send_now = send_now
    talker = await client.sit("U-T11", "T11")
    async with talker.listen() as heard:
        await press(talker)
        assert (await heard.next_message())["text"] == "U-T11 at T11 said: briefing"


async def test_a_button_that_brings_nothing_says_so(client: Client) -> None:
    async def send_now(_: str) -> None:
        return None

    client.chat.send_now = send_now
    talker = await client.sit()
    async with talker.listen() as heard:
        await press(talker)
        assert "No new briefing came" in (await heard.next_message())["text"]


async def test_a_briefing_that_cannot_be_sent_says_why(client: Client) -> None:
    async def send_now(_: str) -> None:
        raise InputError("No extract is loaded.")

    client.chat.send_now = send_now
    talker = await client.sit()
    async with talker.listen() as heard:
        await press(talker)
        assert (await heard.next_message())["text"] == "No extract is loaded."
        await talker.say("next")
        assert (await heard.next_message())["text"].endswith("said: next")


async def test_a_post_goes_to_the_private_chat_used_last_and_to_no_channel(client: Client) -> None:
    older, newer = await client.sit("U-T11"), await client.sit("U-T11")
    channel, other = await client.sit("U-T11", "T11"), await client.sit("U-DIR")
    await older.say("back again")
    assert client.chat.deliver("U-T11", Reply("for you"))
    texts = {
        name: [a.get("text") for a in (await talker.since())["activities"]]
        for name, talker in {"older": older, "newer": newer, "channel": channel, "other": other}.items()
    }
    assert "for you" in texts["older"]
    assert all("for you" not in texts[name] for name in ("newer", "channel", "other"))


async def test_a_post_composed_for_teams_can_be_pressed_here(client: Client) -> None:
    press = {
        "type": "Action.Execute",
        "title": "Open",
        "verb": "perfbot",
        "data": {"perfbot": "drill", "level": 1},
    }
    table = {
        "type": "Table",
        "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "selectAction": press}]}],
    }
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [table], "actions": [press]}
    talker = await client.sit("U-T11")
    async with talker.listen() as heard:
        client.chat.deliver("U-T11", Reply("for you", card=card))
        post = await heard.next_message()
        shown = post["attachments"][0]["content"]
        cell = shown["body"][0]["rows"][0]["cells"][0]["selectAction"]
        assert {shown["actions"][0]["type"], cell["type"]} == {"Action.Submit"}
        await talker.press(cell["data"])
        assert (await heard.next_message())["id"] == post["id"]
    assert dict(client.assistant.turns[0].action or {}) == press["data"]
    assert card["actions"] == [press], "the card that was handed in is left as it was"


async def test_a_post_without_anybody_there_is_reported(client: Client) -> None:
    await client.sit("U-T11", "T11")
    assert not client.chat.deliver("U-T11", Reply("for you"))
    assert not client.chat.deliver_to(Audience("channel", UnitRef("team", "T12")), Reply("for T12"))


async def test_a_channel_post_reaches_that_channel(client: Client) -> None:
    talker = await client.sit("U-T11", "T11")
    assert client.chat.deliver_to(Audience("channel", UnitRef("team", "T11")), Reply("for T11"))
    assert [a["text"] for a in (await talker.since())["activities"]] == ["for T11"]
