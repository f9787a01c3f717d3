"""Corrections and remembered choices over real HTTP, the real adapter, the real store: one tap each, sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.engines import FixedEngine
from bot.hosts.botbuilder import TeamsHost
from bot.hosts.teams.post import Post
from bot.memory import StoreMemory
from bot.seals import Seals
from bot.settings import Settings
from bot.store import Store
from kpi_engine.engine import Engine

from .conftest import NOW, Teams
from .connector import Connector

WHOLE = Path(__file__).parents[1] / "conversations" / "whole" / "authority"
CARD = "application/vnd.microsoft.card.adaptive"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return kpi_engine.open_folder(WHOLE)


class Talk:
    """One person talking with the bot in Teams: what was said, and the newest card."""

    def __init__(self, teams: Teams, connector: Connector) -> None:
        self.teams, self.connector = teams, connector
        self.card: dict[str, Any] = {}
        self.later = timedelta()

    async def say(self, text: str, who: str = "U-DIR", **changed: Any) -> str:
        assert (await self.teams.say(text, **_sender(who), **changed))[0] == 200
        return self._see(self.connector.accepted[-1].body)

    async def press(self, title: str, who: str = "U-DIR", **bent: Any) -> tuple[int, Any]:
        data = {**{a["title"]: a["data"] for a in actions(self.card) if "data" in a}[title], **bent}
        status, body = await self.teams.press(data, **_sender(who))
        assert status == 200
        return status, body

    def _see(self, body: dict[str, Any]) -> str:
        self.card = next((a["content"] for a in body.get("attachments", []) if a["contentType"] == CARD), {})
        return words(self.card) if self.card else str(body.get("text") or "")


@pytest.fixture
async def talk(settings: Settings, store: Store, connector: Connector, engine: Engine) -> AsyncIterator[Talk]:
    async def at_once(seconds: float) -> None:
        return None

    assistant = Assistant(
        FixedEngine(engine), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit), store.unclear,
        channels=store.channels, seals=Seals(store.audit._cipher),
    )  # fmt: skip
    host = TeamsHost(
        settings, assistant, store, clock=lambda: NOW, post=Post(sleep=at_once), acknowledge_seconds=60
    )
    async with TestClient(TestServer(host.app())) as client:
        yield Talk(Teams(client, connector), connector)


def _sender(who: str) -> dict[str, Any]:
    return {"from": {"id": f"29:{who}", "name": "Somebody", "aadObjectId": who}}


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for key, value in part.items():
            if key != "data":
                yield from _parts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _parts(value)


def actions(card: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in _parts(card) if str(part.get("type", "")).startswith("Action.")]


def words(card: dict[str, Any]) -> str:
    return "\n".join(str(part["text"]) for part in _parts(card["body"]) if isinstance(part.get("text"), str))


async def test_a_correction_takes_the_cards_place_and_back_leads_to_the_first_reading(
    talk: Talk, store: Store
) -> None:
    shown = await talk.say("CP vists", "U-T11")
    assert "Read as: CP visits overdue and CP visits in time, CSWT 1, as at Sun 15 Nov 2026." in shown
    assert "I read “vists” as “visits”." in shown
    (offered,) = [p["actions"] for p in _parts(talk.card) if p.get("type") == "ActionSet"]
    titles = [a["title"] for a in offered]
    assert titles == ["Children's Social Work", "Overdue", "Whole authority", "In time"]
    assert 0 < len(offered) <= 5
    assert all({"until", "seal", "instead_of"} <= set(a["data"]) for a in offered)
    _, body = await talk.press("In time", "U-T11")
    assert body["type"] == "application/vnd.microsoft.card.adaptive"
    corrected = body["value"]
    assert corrected["body"][0]["text"] == "CP visits in time"
    talk.card = corrected
    _, body = await talk.press("Back", "U-T11")
    assert body["value"]["body"][0]["text"] == "CP visits overdue and CP visits in time"
    events = [record.entry.event async for record in store.audit.records()]
    assert events == ["answer", "correction", "drill_down"]
    (kept,) = await store.unclear.list()
    assert (kept.outcome, kept.person_id, kept.text) == ("corrected", "U-T11", "CP vists")
    assert kept.reading.startswith("CP visits overdue and CP visits in time, CSWT 1")
    assert "meant: CP visits in time" in kept.reading


async def test_a_bent_correction_opens_nothing(talk: Talk, store: Store) -> None:
    await talk.say("CP visits", "U-T11")
    for bent in ({"instead_of": "0" * 12}, {"settles": "plans:overdue"}, {"question": {"show": "headline"}}):
        _, body = await talk.press("In time", "U-T11", **bent)
        assert "older card" in str(body)
    _, body = await talk.press("In time", "U-DIR")
    assert "older card" in str(body)
    assert await store.unclear.list() == []
    assert await store.choices.all_of("U-T11") == {}


async def test_a_choice_is_remembered_told_changed_and_forgotten(talk: Talk, store: Store) -> None:
    assert "Which plans do you mean?" in await talk.say("which plans are overdue?")
    await talk.press("CIN without a plan over 8 weeks")
    assert list(await store.choices.all_of("U-DIR")) == ["plans:overdue"]
    elsewhere = {"conversation": {"id": "a:another", "conversationType": "personal"}}
    told = await talk.say("which plans are overdue?", **elsewhere)
    assert (
        "I took “plans” to mean CIN without a plan over 8 weeks, as you chose on Mon 16 Nov. Not this time?"
        in told
    )
    others = [a["title"] for a in actions(talk.card) if a["data"].get("settles") == "plans:overdue"]
    assert others == [
        "Pathway plan reviews overdue",
        "Review CP conferences overdue",
        "CP plans over two years",
    ]
    await talk.press("CP plans over two years")
    assert "to mean CP plans over two years" in await talk.say("plans overdue")
    assert "CP plans over two years (Mon 16 Nov)" in await talk.say("my choices")
    assert "I have forgotten what you chose" in await talk.say("forget my choices")
    assert await store.choices.all_of("U-DIR") == {}
    assert "Which plans do you mean?" in await talk.say("which plans are overdue?")
    understood = [r.entry.understood async for r in store.audit.records()]
    assert [bool(u.get("chosen")) for u in understood].count(True) == 2
    assert [bool(u.get("remembered")) for u in understood].count(True) == 2


async def test_somebody_elses_choice_is_not_mine(talk: Talk) -> None:
    await talk.say("which plans are overdue?")
    await talk.say("CIN")
    assert "I took" in await talk.say("which plans are overdue?")
    assert "Which plans do you mean?" in await talk.say("which plans are overdue?", "U-AN")


async def test_a_choice_that_may_not_be_seen_any_more_is_asked_again(talk: Talk, store: Store) -> None:
    await talk.say("Chloe M overdue CP visits", "U-T12")
    await talk.say("the second one", "U-T12")
    told = await talk.say("Chloe M overdue CP visits", "U-T12")
    assert "I took “Chloe M” to mean Chloe Marsh, as you chose on Mon 16 Nov. Not this time?" in told
    (kept,) = (await store.choices.all_of("U-T12")).items()
    await store.choices.remember("U-T21", kept[0], kept[1], NOW)
    refused = await talk.say("Chloe M overdue CP visits", "U-T21")
    assert "Chloe M" not in refused.replace("Chloe M overdue", "")
    assert "may not see" in refused
