"""Activities bent in every way, against the whole bot: a status that was meant, no fault, no child told to the wrong
person, nothing left behind.

A small run by default; PERFBOT_FUZZ_BODIES makes it a longer one, PERFBOT_FUZZ_SEED another one, and
PERFBOT_FUZZ_REPORT=FILE keeps its figures, as they stand after every 10,000 bodies. A million, in shards:
fuzz_long.py.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

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
from kpi_engine.question import UnitRef

from .conftest import NOW, Teams
from .connector import Connector
from .fuzz_rig import MOST_FAULTS, Held, Rig, Stretch

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
BODIES = int(os.environ.get("PERFBOT_FUZZ_BODIES", "1500"))
SEED = int(os.environ.get("PERFBOT_FUZZ_SEED", "20261116"))
REPORT = os.environ.get("PERFBOT_FUZZ_REPORT")
REPORT_EVERY = 10_000
FIRST = max(BODIES // 20, 300)
"""After so many everything that is made once has been made: from there on nothing may grow."""


@pytest.fixture
async def rig(settings: Settings, store: Store, connector: Connector) -> AsyncIterator[Rig]:
    async def at_once(seconds: float) -> None:
        return None

    for place, team in (("19:t11", "T11"), ("19:t12", "T12")):
        await store.channels.assign(place, UnitRef("team", team), "test", NOW)
    engine = kpi_engine.open_folder(BOROUGH)
    engine.warm()
    assistant = Assistant(
        FixedEngine(engine), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit), store.unclear,
        seals=Seals(store.audit._cipher), clock=lambda: NOW,
    )  # fmt: skip
    unlimited = Pace(lambda: 0.0, at_once, per_conversation=(), per_tenant=())
    post = Post(sleep=at_once, pace=unlimited)
    host = TeamsHost(settings, assistant, store, clock=lambda: NOW, post=post, acknowledge_seconds=30)
    async with TestServer(host.app()) as server:
        assert server.port is not None
        yield Rig(Teams(None, connector), connector, server.port, SEED)  # type: ignore[arg-type]


async def test_bent_activities_never_break_the_bot_and_tell_nobody_a_child(rig: Rig, store: Store) -> None:
    stretch = Stretch()

    def report() -> None:
        if REPORT:
            Path(REPORT).write_text(json.dumps(_figures(rig, stretch, before, Held()), indent=1))

    await rig.run(FIRST)
    before = Held()
    while rig.sent < BODIES and len(rig.faults) < MOST_FAULTS:
        await rig.run(min(BODIES - rig.sent, REPORT_EVERY))
        report()
    after = Held()
    report()
    assert rig.faults == []
    assert rig.sent == max(BODIES, FIRST)
    assert {200, 400, 401, 403} <= set(rig.statuses)
    assert rig.posts
    assert rig.turns_with_children, "nobody was told anything: the leak check looked at nothing"
    assert after.megabytes < before.megabytes + 60
    assert after.descriptors <= before.descriptors + 8
    assert (await store.audit.verify()).whole


def _figures(rig: Rig, stretch: Stretch, before: Held, now: Held) -> dict[str, Any]:
    return {
        "bodies": rig.sent, "seed": rig.seed, "seconds": round(stretch.seconds),
        "statuses": dict(sorted(rig.statuses.items())),
        "posts": rig.posts, "answers_with_children": rig.turns_with_children, "faults": rig.faults,
        "megabytes": [round(before.megabytes), round(now.megabytes)],
        "descriptors": [before.descriptors, now.descriptors],
    }  # fmt: skip
