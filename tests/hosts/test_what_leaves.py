"""Everything that leaves, as a client could read it: no child and no worker for those who may not see them.

Over real HTTP, whole activities, every text in them decoded in every way: what is talked about in private and then
before others, with a guest who comes, in a channel that changes hands; every kind of button, pressed by several people.
"""

from __future__ import annotations

import base64
import binascii
import csv
import random
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp.test_utils import TestClient, TestServer

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.engines import FixedEngine
from bot.hosts.botbuilder import TeamsHost
from bot.hosts.teams.pace import Pace
from bot.hosts.teams.post import Post
from bot.memory import StoreMemory
from bot.seals import Seals
from bot.settings import Settings
from bot.store import Store
from kpi_engine.engine import Engine
from kpi_engine.question import UnitRef

from .conftest import NOW, TENANT, Teams
from .connector import Connector, member
from .fuzz_rig import buttons

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
CHILD_TEAM = {"C101": "T11", "C102": "T11", "C103": "T11", "C201": "T12", "C202": "T12"}
OWN = {
    "U-DIR": {"T11", "T12"},
    "U-AD2": {"T11", "T12"},
    "U-T11": {"T11"},
    "U-T12": {"T12"},
    "U-T21": set[str](),
}
TEXTS = [
    "which CP visits are overdue?", "everything overdue", "briefing", "list the children on CP plans", "and in CSWT 2?",
    "why is the first one on there?", "why is the second one late?", "why is C201 overdue a CP visit?",
    "why is C101 overdue a CP visit?", "which of the children aged under 5 have overdue visits in CSWT 2?",
    "list C103's visits", "overdue CP visits of Nadia Rahman", "Chloe's late visits", "what falls due this week?",
    "send it to me privately", "just the number then", "caseloads by worker", "supervision of Nadia Rahman",
    "who has the most overdue visits?", "overdue visits by team", "what changed since last week?", "the second one",
    "what about that child?", "compare CSWT 1 and CSWT 2", "vists overdu", "conferences", "C202 and her visits", "help",
]  # fmt: skip
CARRIED = {"before", "page", "instead_of", "settles"}


def workers() -> dict[str, str]:
    with (BOROUGH / "local_staff.csv").open(encoding="utf-8") as file:
        return {row["professional_id"]: row["team_id"] for row in csv.DictReader(file)}


TEAM = CHILD_TEAM | workers()
ID = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(sorted(TEAM))})(?![0-9A-Za-z])", re.IGNORECASE)
"""Not in the middle of letters: the digits of a seal spell an id now and then."""


def texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield str(key)
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)
    elif isinstance(part, str):
        yield part


def decoded(text: str, depth: int = 2) -> Iterator[str]:
    """The text, and what it says when its pieces are URL-encoded, hexadecimal or base64 of either alphabet."""
    yield text
    if not depth:
        return
    plain = unquote(text)
    if plain != text:
        yield from decoded(plain, depth - 1)
    for piece in re.findall(r"[\w+/-]{6,}", text):
        for read in (bytes.fromhex, base64.urlsafe_b64decode, base64.b64decode):
            padded = piece if read == bytes.fromhex else piece + "=" * (-len(piece) % 4)
            try:
                found = read(padded)
            except (ValueError, binascii.Error):
                continue
            yield from decoded(found.decode("latin-1"), depth - 1)


def named(part: Any) -> set[str]:
    """Every id of the extract that a reader of this JSON could find in it."""
    return {one.upper() for text in texts(part) for read in decoded(text) for one in ID.findall(read)}


class Talk:
    """What one test said and pressed, where; everything that comes back is looked at."""

    def __init__(self, teams: Teams, store: Store, seed: int) -> None:
        self.teams, self.store, self.chance = teams, store, random.Random(seed)
        self.kinds: set[str] = set()
        self.told = 0
        self.kept: dict[str, list[dict[str, Any]]] = {}
        self.leaks: list[str] = []

    async def turn(
        self, who: str, where: str, kind: str, sees: set[str], text: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """One message, or one press of `data`. sees: the teams whose rows may be shown there to this person."""
        conversation: dict[str, Any] = {"id": where, "tenantId": TENANT}
        if kind:
            conversation["conversationType"] = kind
        place: dict[str, Any] = {"tenant": {"id": TENANT}}
        if kind == "channel":
            place |= {"channel": {"id": where.partition(";")[0]}, "team": {"id": "19:t"}}
        sender = {"id": f"29:{who}", "name": "M", "aadObjectId": who}
        at = {"from": sender, "conversation": conversation, "channelData": place}
        connector = self.teams.connector
        connector.calls.clear()
        if data is None:
            status, answer = await self.teams.say(text or "", **at)
        else:
            status, answer = await self.teams.press(data, **at)
        assert status == 200
        here = [call.body for call in connector.calls if call.conversation_id == where]
        alone = [call.body for call in connector.calls if call.conversation_id != where]
        shown = named([here, answer])
        self.told += bool(shown)
        asked = f"in {kind or 'no kind'} {where} for {who}: {text or 'a press'}"
        if hidden := {one for one in shown if TEAM[one] not in sees}:
            self.leaks.append(f"{len(hidden)} ids {asked}")
        if kind != "personal" and (found := named(list(buttons([here, answer])))):
            self.leaks.append(f"{len(found)} ids in buttons {asked}")
        if {TEAM[one] for one in named(alone)} - OWN[who]:
            self.leaks.append(f"in the own chat, {asked}")
        for each in buttons([here, answer]):
            self.kept.setdefault(where, []).append(each)

    async def some(
        self, who: str, where: str, kind: str, sees: set[str], first: tuple[str, ...], more: int = 3
    ) -> None:
        """Some of the questions, and presses of whatever stands in the conversation, old and new."""
        for text in (*first, *self.chance.sample(TEXTS, more)):
            await self.turn(who, where, kind, sees, text)
        for _ in range(more):
            found = self.kept.get(where, [])
            rare = [each for each in found if each["perfbot"] == "private" or CARRIED & set(each)]
            data = self.chance.choice((rare or found) if self.chance.random() < 0.7 else found)
            self.kinds |= {data["perfbot"], *CARRIED & set(data)}
            await self.turn(who, where, kind, sees, data=data)


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


@pytest.fixture
async def teams(
    settings: Settings, store: Store, connector: Connector, borough: Engine
) -> AsyncIterator[Teams]:
    async def at_once(seconds: float) -> None:
        return None

    assistant = Assistant(
        FixedEngine(borough), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit),
        channels=store.channels, seals=Seals(store.audit._cipher),
    )  # fmt: skip
    post = Post(sleep=at_once, pace=Pace(lambda: 0.0, at_once, per_conversation=(), per_tenant=()))
    host = TeamsHost(settings, assistant, store, clock=lambda: NOW, post=post, acknowledge_seconds=30)
    async with TestClient(TestServer(host.app())) as client:
        yield Teams(client, connector)


def test_the_extract_holds_no_other_child() -> None:
    with (BOROUGH / "ssd_person.csv").open(encoding="utf-8") as file:
        assert {row["pers_person_id"] for row in csv.DictReader(file)} == set(CHILD_TEAM)


def test_what_is_coded_is_read() -> None:
    inner = base64.urlsafe_b64encode(b'{"child":"C201"}').decode().rstrip("=")
    assert named({"a": [f"x={inner}"]}) == {"C201"}
    assert named({"a": "%43%32%30%31"}) == {"C201"}
    assert named({"a": b"c101".hex()}) == {"C101"}
    assert named({"a": "what is it"}) == set()


LIST, WHY = "which CP visits are overdue?", "why is the first one on there?"
UNDER_5 = "which of the children aged under 5 have overdue visits in CSWT 2?"


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_leaves_that_its_audience_may_not_see(teams: Teams, store: Store, seed: int) -> None:
    talk = Talk(teams, store, seed)
    for who, own in OWN.items():
        alone, channel, group = f"a:{who}", f"19:{who}-t11;messageid=1", f"19:{who}-group"
        place = channel.partition(";")[0]
        await store.channels.assign(place, UnitRef("team", "T11"), "test", NOW)
        await talk.some(who, alone, "personal", own, (LIST, "why is C201 overdue a CP visit?"))
        await talk.some(who, alone, "", set(), (WHY, UNDER_5))
        await talk.some(who, group, "groupChat", set(), ("why is C101 overdue a CP visit?",))
        await talk.some(who, channel, "channel", own & {"T11"}, (LIST, WHY))
        teams.connector.members[place] = [member("g", userRole="guest")]
        update = teams.activity(
            None, type="conversationUpdate", membersAdded=[{"id": "29:g"}],
            conversation={"id": place, "conversationType": "channel", "tenantId": TENANT},
            channelData={"tenant": {"id": TENANT}, "channel": {"id": place}, "team": {"id": "19:t"}},
        )  # fmt: skip
        assert (await teams.post(update))[0] == 200
        await talk.some(who, channel, "channel", set(), (WHY, LIST), 4)
        del teams.connector.members[place]
        assert (await teams.post(update | {"id": f"left-{who}"}))[0] == 200
        await talk.turn(who, channel, "channel", own & {"T11"}, LIST)
        await store.channels.assign(place, UnitRef("team", "T12"), "test", NOW)
        await talk.some(who, channel, "channel", own & {"T12"}, (WHY,))
    assert talk.leaks == []
    assert talk.told > 20, "nobody was told anything: the check looked at nothing"
    assert talk.kinds >= {"ask", "private", "before", "instead_of"}
