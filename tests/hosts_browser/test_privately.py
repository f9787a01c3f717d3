"""What may not be said in a channel of the browser chat is to be had privately, as in Teams: by button or in words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.fernet import Fernet

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.dialogs.privately import SENT
from bot.engines import FixedEngine
from bot.hosts.browser import BrowserChat, serving
from bot.memory import StoreMemory
from bot.store import Cipher, open_store
from hosts_browser.conftest import Client, Talker

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
WHY = "why is C101 overdue a CP visit?"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """The real assistant over the small borough."""
    engine = kpi_engine.open_folder(BOROUGH)
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", Cipher(Fernet.generate_key()))
    assistant = Assistant(
        FixedEngine(engine), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit)
    )
    chat = BrowserChat(assistant, engine, web_chat=b"/* stands for Web Chat */")
    async with serving(chat, port=0) as address, aiohttp.ClientSession() as http:
        yield Client(address, http, assistant, chat)  # type: ignore[arg-type]
    await store.close()


def button(activity: dict[str, Any], title: str) -> dict[str, Any]:
    (found,) = (
        action["data"]
        for each in activity["attachments"]
        for action in each["content"].get("actions", ())
        if action["title"] == title
    )
    return dict(found)


async def asked_in_a_group(client: Client) -> tuple[Talker, dict[str, Any]]:
    group = await client.sit("U-T11", "group")
    async with group.listen() as heard:
        await group.say(WHY)
        return group, await heard.next_message()


@pytest.mark.parametrize("by_button", [True, False], ids=["button", "words"])
async def test_it_stands_in_the_private_chat_when_that_begins(client: Client, by_button: bool) -> None:
    group, refused = await asked_in_a_group(client)
    assert "C101 is on the list" not in json.dumps(refused)
    async with group.listen((await group.since())["watermark"]) as heard:
        if by_button:
            await group.press(button(refused, "Send it to me privately"))
        else:
            await group.say("send it to me privately")
        told = await heard.next_message()
    assert told["text"] == SENT
    assert "20 days" not in json.dumps(await group.since())
    for who in ("U-T12", "U-DIR"):  # nobody else's private chat holds it
        assert (await (await client.sit(who)).since())["activities"] == []
    own = await client.sit("U-T11")
    (private,) = (await own.since())["activities"]
    assert "C101 is on the list" in json.dumps(private)
    again = await client.sit("U-T11")
    assert (await again.since())["activities"] == []


async def test_it_comes_at_once_where_the_private_chat_is_open(client: Client) -> None:
    own = await client.sit("U-T11")
    async with own.listen() as heard:
        group, refused = await asked_in_a_group(client)
        await group.press(button(refused, "Send it to me privately"))
        assert "C101 is on the list" in json.dumps(await heard.next_message())
    assert (await (await client.sit("U-T11")).since())["activities"] == []


async def test_in_the_private_chat_itself_there_is_nothing_to_send_privately(client: Client) -> None:
    own = await client.sit("U-T11")
    async with own.listen() as heard:
        await own.say(WHY)
        assert "Send it to me privately" not in json.dumps(await heard.next_message())
