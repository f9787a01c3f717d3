"""Saying in a channel whose it is: heard, allowed to its own people, recorded, true from the next message on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.store import Cipher, Store, open_store
from bot.turn import PERSONAL, Audience, Reply, Turn
from kpi_engine.engine import Engine

BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
PLACE = "19:weekly@thread.tacv2"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return kpi_engine.open_folder(Path(__file__).parent / "authority")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", Cipher(Fernet.generate_key()))
    yield opened
    await opened.close()


class Channel:
    """One channel of the store, as a host sees it: its unit is looked up for every message."""

    def __init__(self, engine: Engine, store: Store, place: str = PLACE) -> None:
        self.store, self.place, self.minutes = store, place, 0
        self.assistant = Assistant(
            FixedEngine(engine), Forgetful(), StoreRecorder(store.audit), channels=store.channels
        )

    async def say(self, who: str, text: str, kind: str = "channel") -> Reply:
        self.minutes += 1
        unit = await self.store.channels.unit_of(PLACE)
        audience = PERSONAL if kind == "personal" else Audience("channel", unit)
        turn = Turn(
            who, f"{PLACE};messageid=1", BEGIN + timedelta(minutes=self.minutes), text, audience=audience,
            place_id=self.place,
        )  # fmt: skip
        return (await self.assistant.reply(turn))[0]


@pytest.fixture
def channel(engine: Engine, store: Store) -> Channel:
    return Channel(engine, store)


async def test_a_channel_is_given_to_a_unit_used_and_taken_back(channel: Channel, store: Store) -> None:
    asked = "which CP visits are overdue in CSWT 1?"
    assert (await channel.say("U-T11", asked)).answer["outcome"] == "not_permitted"
    told = await channel.say("U-T11", "This channel is CSWT 1's.")
    assert told.answer["outcome"] == "answered"
    assert told.text.startswith(
        "From now on: this conversation belongs to CSWT 1. Rows of CSWT 1 are shown here"
    )
    listed = await channel.say("U-T11", asked)
    assert [row["child_id"] for row in listed.answer["answers"][0]["rows"]] == ["C102", "C101"]
    assert "belongs to CSWT 1" in (await channel.say("U-T21", "which unit is this channel?")).text
    ended = await channel.say("U-T11", "this channel belongs to nobody")
    assert (
        ended.text == "From now on: this conversation belongs to no unit: everybody gets numbers only here."
    )
    assert (await channel.say("U-T11", asked)).answer["outcome"] == "not_permitted"
    kept = [each.entry async for each in store.audit.records()]
    assert [(e.event, e.person_id, e.understood["unit"]) for e in kept if e.event == "settings"] == [
        ("settings", "U-T11", "T11"),
        ("settings", "U-T11", None),
    ]
    assert all(e.understood["conversation"] == PLACE for e in kept if e.event == "settings")


@pytest.mark.parametrize(
    ("who", "text", "unit"),
    [
        ("U-T11", "this channel is ours", "T11"),
        ("U-T11", "please make this chat CSWT 1's", "T11"),
        ("U-T11", "set this group chat to T11", "T11"),
        ("U-T11", "this is our team's channel", "T11"),
        ("U-T11", "this conversation belongs to cswt1", "T11"),
        ("U-AD2", "this channel is for CSWT 2", "T12"),
        ("U-AD2", "This is CSWT 1\u2019s channel", "T11"),
        ("U-AD2", "this channel is Children's Social Work's", "S2"),
        ("U-DIR", "this channel belongs to the whole authority", "ALL"),
    ],
)
async def test_said_in_many_ways(channel: Channel, store: Store, who: str, text: str, unit: str) -> None:
    assert (await channel.say(who, text)).answer["outcome"] == "answered"
    found = await store.channels.unit_of(PLACE)
    assert found is not None
    assert found.id == unit


@pytest.mark.parametrize(
    ("who", "text", "outcome"),
    [
        ("U-T12", "this channel is CSWT 1's", "not_permitted"),
        ("U-T21", "I am the director", "not_understood"),
        ("U-T11", "this channel belongs to the whole authority", "not_permitted"),
        ("U-T11", "this channel is not ours", "not_understood"),
        ("U-T11", "this channel is the pub's", "not_understood"),
        ("U-OFF", "this channel is CSWT 1's", "not_permitted"),
        ("nobody", "this channel is ours", "not_permitted"),
    ],
)
async def test_nothing_changes(channel: Channel, store: Store, who: str, text: str, outcome: str) -> None:
    assert (await channel.say(who, text)).answer["outcome"] == outcome
    assert await store.channels.unit_of(PLACE) is None


@pytest.mark.parametrize("text", ["this channel is ours", "this channel belongs to nobody"])
async def test_a_channel_is_taken_from_a_unit_only_by_its_own_people(
    channel: Channel, store: Store, engine: Engine, text: str
) -> None:
    await store.channels.assign(PLACE, engine.units["T11"].ref, "operator", BEGIN)
    reply = await channel.say("U-T12", text)
    assert reply.answer["outcome"] == "not_permitted"
    assert "Only the manager of CSWT 1" in reply.text
    assert await store.channels.unit_of(PLACE) == engine.units["T11"].ref


async def test_a_private_chat_is_nobodys_unit(channel: Channel, store: Store) -> None:
    reply = await channel.say("U-T11", "this chat is ours", kind="personal")
    assert "yours alone" in reply.text
    assert await store.channels.all() == []


async def test_where_the_place_has_no_id_it_is_said_and_nothing_is_promised(
    engine: Engine, store: Store
) -> None:
    reply = await Channel(engine, store, place="").say("U-T11", "this channel is ours")
    assert reply.answer["outcome"] == "not_understood"
    assert "perfbot channels set" in reply.text
    assert await store.channels.all() == []


@pytest.mark.parametrize("text", ["how many CP visits are overdue in this channel's team?", "this is CSWT 1"])
async def test_questions_go_on_to_the_reader(channel: Channel, store: Store, text: str) -> None:
    await channel.say("U-T11", text)
    assert await store.channels.all() == []
    assert "settings" not in [each.entry.event async for each in store.audit.records()]
