"""Every kind of button, pressed in every wrong way, through the real endpoint: forged, changed, expired, of somebody
else's card, in another conversation, replayed, after rights are gone. Nothing opens, and each is on record.
"""

from __future__ import annotations

import copy
import csv
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.dialogs.drill_down import UNKNOWN_BUTTON
from bot.hosts.botbuilder import TeamsHost
from bot.hosts.teams.pace import Pace
from bot.hosts.teams.post import Post
from bot.memory import StoreMemory
from bot.rights import STRANGER
from bot.seals import LASTS, SEAL, SEALED, UNTIL, Seals
from bot.settings import Settings
from bot.store import Store
from kpi_engine.engine import Engine
from kpi_engine.question import UnitRef

from .conftest import NOW, TENANT, Teams
from .connector import Connector
from .fuzz_rig import buttons

CHILD = re.compile(r"\bC\d{3,}\b")
WHO, OTHER = "U-T11", "U-T12"
SAID = [
    "which children are in need?", "CP visits", "list the open cases", "conferences", "list the supervisions overdue",
    "how is the moo measure", "why is the first one on there?",
]  # fmt: skip
"""Questions whose cards, between them, hold every kind of button."""
Data = dict[str, Any]
KINDS: dict[str, Callable[[Data], bool]] = {
    "help": lambda data: data["perfbot"] == "help",
    "in the own chat": lambda data: data["perfbot"] == "private",
    "a question": lambda data: data["perfbot"] == "ask" and not data["replace"],
    "a step down or back": lambda data: "before" in data and "instead_of" not in data,
    "another page": lambda data: "page" in data,
    "a correction": lambda data: "instead_of" in data,
    "a choice": lambda data: "settles" in data,
}
"""What the bot's buttons can carry (bot/cards/buttons.py)."""


@dataclass
class Changing:
    """Which extract answers: another one, with other people in it, from one moment to the next."""

    engine: Engine

    def current(self) -> Engine:
        return self.engine

    async def renew(self) -> None:
        """It changes at once."""


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Chat:
    """One person's chat and a channel of the person's team, both talked in until every kind of button was shown."""

    teams: Teams
    store: Store
    engines: Changing
    clock: Clock
    number: int = 0
    shown: dict[str, tuple[Data, str]] = field(default_factory=dict)

    def at(self, where: str, who: str = WHO) -> dict[str, Any]:
        self.number += 1
        out: dict[str, Any] = {
            "from": {"id": f"29:{who}", "name": "M", "aadObjectId": who}, "id": f"p{self.number}",
            "conversation": {"id": where, "tenantId": TENANT, "conversationType": "personal"},
        }  # fmt: skip
        if where.startswith("19:"):
            out["conversation"]["conversationType"] = "channel"
            out["channelData"] = {"tenant": {"id": TENANT}, "channel": {"id": where.partition(";")[0]}}
        return out

    async def collect(self) -> None:
        for where in ("a:own", "19:t11;messageid=1"):
            for text in SAID:
                self.teams.connector.calls.clear()
                assert (await self.teams.say(text, **self.at(where)))[0] == 200
                for data in buttons([call.body for call in self.teams.connector.calls]):
                    for kind, is_one in KINDS.items():
                        if is_one(data):
                            self.shown.setdefault(kind, (data, where))

    async def press(self, data: Data, submit: bool = False, **at: Any) -> tuple[int, str]:
        """Status, and all that is said here and elsewhere. submit: as an Action.Submit sends it."""
        self.teams.connector.calls.clear()
        if submit:
            status, answer = await self.teams.post(
                self.teams.activity(None, value=data, replyToId="card", **at)
            )
        else:
            status, answer = await self.teams.press(data, **at)
        return status, json.dumps([answer, [call.body for call in self.teams.connector.calls]])

    async def on_record(self) -> list[tuple[str, str, str]]:
        """Person, event, outcome of every record."""
        return [(r.entry.person_id, r.entry.event, r.entry.outcome) async for r in self.store.audit.records()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("authority")
    kpi_engine.make_authority(made, children=300, as_at=(NOW - timedelta(days=1)).date(), seed=3)
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> Engine:
    return kpi_engine.open_folder(folder)


@pytest.fixture(scope="module")
def without_them(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The same extract a moment later: the person has left."""
    later = Path(shutil.copytree(folder, tmp_path_factory.mktemp("later") / "authority"))
    file = later / "local_users.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(row | ({"active": "N"} if row["user_id"] == WHO else {}) for row in rows)
    return kpi_engine.open_folder(later)


@pytest.fixture
async def chat(settings: Settings, store: Store, connector: Connector, engine: Engine) -> AsyncIterator[Chat]:
    async def at_once(seconds: float) -> None:
        return None

    engines, clock = Changing(engine), Clock()
    await store.channels.assign("19:t11", UnitRef("team", "T11"), "test", NOW)
    await store.channels.assign("19:t12", UnitRef("team", "T12"), "test", NOW)
    assistant = Assistant(
        engines, StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit), channels=store.channels,
        seals=Seals(store.audit._cipher), clock=clock,
    )  # fmt: skip
    post = Post(sleep=at_once, pace=Pace(lambda: 0.0, at_once, per_conversation=(), per_tenant=()))
    host = TeamsHost(settings, assistant, store, clock=clock, post=post, acknowledge_seconds=30)
    async with TestClient(TestServer(host.app())) as client:
        made = Chat(Teams(client, connector), store, engines, clock)
        await made.collect()
        yield made


def forged(data: Data) -> list[Data]:
    """The same button with a seal made up or none, and with anything that the seal covers changed, added or gone."""
    out = [
        data | {SEAL: seal}
        for seal in ("", "0" * 32, "f" * 32, None, 7, [], {}, data[SEAL][:-1], data[SEAL][::-1])
    ]
    out += [{name: value for name, value in data.items() if name != gone} for gone in data]
    out += [
        data | {"perfbot": verb}
        for verb in ("ask", "help", "private", "drill", "")
        if verb != data["perfbot"]
    ]
    out += [data | {UNTIL: until} for until in ("2099-01-01", "soon", None, 1)]
    for name, value in (("replace", "yes"), ("page", 9), ("before", [{"show": "list"}]), ("settles", "unit:x"),
                        ("instead_of", "0" * 12), ("question", {"show": "list", "measures": ["cp_open"],
                                                                "unit": {"kind": "team", "id": "T12"}})):  # fmt: skip
        out.append(data | {name: value})
    if "question" in data:
        for name, value in (("unit", {"kind": "team", "id": "T12"}), ("child", "C1"), ("worker", "P1"),
                            ("show", "why"), ("as_at", "2026-01-01"), ("by", "worker")):  # fmt: skip
            out.append(copy.deepcopy(data) | {"question": data["question"] | {name: value}})
    return [one for one in out if one != data]


async def check_refused(
    chat: Chat, presses: list[Data], where: str, who: str = WHO, *, submit: bool = False
) -> None:
    """Each is told one sentence and nothing else, and each is on record."""
    before = len(await chat.on_record())
    for data in presses:
        status, told = await chat.press(data, submit, **chat.at(where, who))
        assert (status, UNKNOWN_BUTTON in told, "AdaptiveCard" in told) == (200, True, False), (where, data)
    made = (await chat.on_record())[before:]
    assert made == [(who, "button_refused", "not_understood")] * len(presses)


def test_a_new_kind_of_button_needs_a_line_here() -> None:
    assert set(SEALED) - {UNTIL} == {
        "perfbot",
        "question",
        "replace",
        "before",
        "page",
        "instead_of",
        "settles",
    }


@pytest.mark.parametrize("submit", [False, True], ids=["execute", "submit"])
async def test_an_honest_press_opens(chat: Chat, submit: bool) -> None:
    assert set(chat.shown) == set(KINDS)
    for kind, (data, where) in chat.shown.items():
        for _ in range(2):  # a card may be pressed again
            status, told = await chat.press(data, submit, **chat.at(where))
            assert (status, UNKNOWN_BUTTON in told) == (200, False), kind
            assert (await chat.on_record())[-1][0] == WHO
            assert (await chat.on_record())[-1][1] != "button_refused", kind


@pytest.mark.parametrize("submit", [False, True], ids=["execute", "submit"])
async def test_a_forged_or_changed_press_opens_nothing(chat: Chat, submit: bool) -> None:
    for data, where in chat.shown.values():
        bent = forged(data)
        assert len(bent) > 15
        await check_refused(chat, bent, where, submit=submit)
    assert (await chat.store.audit.verify()).whole


async def test_an_expired_press_opens_nothing(chat: Chat) -> None:
    for data, where in chat.shown.values():
        chat.clock.now = NOW + LASTS
        assert UNKNOWN_BUTTON not in (await chat.press(data, **chat.at(where)))[1]
        chat.clock.now = NOW + LASTS + timedelta(days=1)
        await check_refused(chat, [data], where)


async def test_a_press_elsewhere_or_by_somebody_else_opens_nothing(chat: Chat) -> None:
    for data, where in chat.shown.values():
        for there in ("a:own", "19:t11;messageid=2", "19:t12;messageid=1", "19:nobodys;messageid=1"):
            same_audience = there.startswith(where.partition(";")[0])
            if not same_audience:
                await check_refused(chat, [data], there)
        if where == "a:own":
            await check_refused(chat, [data], "a:other", OTHER)
        else:  # a channel's card is everybody's there, each under rights of their own
            told = (await chat.press(data, **chat.at(where, OTHER)))[1]
            assert "I can't" in told or "not everybody here may see it" in told
            assert (await chat.on_record())[-1][0] == OTHER
            assert not CHILD.search(told)


async def test_the_same_press_arriving_twice_is_answered_once(chat: Chat) -> None:
    for data, where in chat.shown.values():
        at = chat.at(where)
        _, first = await chat.press(data, **at)
        records = await chat.on_record()
        status, again = await chat.press(data, **at)
        assert status == 200
        assert json.loads(again)[0] == json.loads(first)[0]
        assert json.loads(again)[1] == []
        assert await chat.on_record() == records


async def test_a_press_after_its_person_has_left_opens_nothing(chat: Chat, without_them: Engine) -> None:
    for data, where in chat.shown.values():
        chat.engines.engine = without_them
        status, told = await chat.press(data, **chat.at(where))
        assert status == 200
        assert STRANGER in told
        assert "AdaptiveCard" not in told
        assert (await chat.on_record())[-1] == (WHO, "refusal", "not_permitted")


async def test_a_press_after_the_channel_changed_hands_opens_nothing(chat: Chat) -> None:
    data, where = chat.shown["in the own chat"]
    await chat.store.channels.assign("19:t11", UnitRef("team", "T12"), "test", NOW)
    await check_refused(chat, [data], where)
