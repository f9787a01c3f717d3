"""Killed at every marked step, in one replica and in two: nothing arrives twice, nothing is lost unnoticed.

A sample runs always; PERFBOT_KILL_POINTS=500 runs as many as it says and prints what was found.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from delivery_connector import FakeConnector
from delivery_people import authority, emptied, with_chats
from delivery_replica import FAULT_STEPS, LONDON, STEPS, Job, Kill, Nursery

from bot.store import Cipher, Delivery, Store, open_store
from schedules.briefings import Payload

MORNINGS = {
    "2026-11-16": "2026-W47",  # a Monday like any other
    "2026-03-30": "2026-W14",  # the Monday after the clocks go forward
    "2026-10-26": "2026-W44",  # the Monday after they go back
    "2026-05-05": "2026-W19",  # the Tuesday after a bank holiday
    "2026-12-29": "2026-W53",
}
EXPECTED = {
    ("briefing:T1", "U-T1"): "a:U-T1",
    ("briefing:T1", "19:t1"): "19:t1",
    ("briefing:T2", "U-T2"): "a:U-T2",
    ("briefing:T3", "U-T3"): "a:U-T3",
    ("briefing:S1", "U-S1"): "a:U-S1",
}
FAULTS = (["429"], ["502", "504"], ["412"] * 7, ["403"], ["drop"], ["slow"])
SAMPLE = int(os.environ.get("PERFBOT_KILL_POINTS", "0"))


@dataclass(frozen=True)
class Scenario:
    """One morning: when, who dies where, what the connector does, whether the bot is back in time."""

    number: int
    morning: str
    replicas: int
    kill: Kill
    script: dict[str, list[str]]
    back_in_time: bool

    def at(self, wall: str) -> str:
        return datetime.fromisoformat(f"{self.morning}T{wall}").replace(tzinfo=LONDON).isoformat()


def scenario(number: int, replicas: int) -> Scenario:
    """Always the same one for the same number; the marked steps take turns."""
    lot = random.Random(number)
    steps = [*STEPS, *FAULT_STEPS]
    step = steps[number % len(steps)]
    when = lot.choice(("before", "after", "during") if step == "send" else ("before", "after"))
    once_a_look = step in ("expire", "waiting", "looked", "keys", *FAULT_STEPS)
    kill = Kill(step, when, 1 if once_a_look else lot.randint(1, 5), lot.randint(0, 60))
    conversations = list(EXPECTED.values())
    script = {each: list(lot.choice(FAULTS)) for each in lot.sample(conversations, lot.randint(0, 3))}
    if step in FAULT_STEPS:
        script[lot.choice(conversations)] = list(FAULT_STEPS[step])
    if when == "during":
        script |= {each: ["slow"] for each in conversations}
    return Scenario(number, lot.choice(list(MORNINGS)), replicas, kill, script, lot.random() < 0.8)


@dataclass
class Figures:
    """What was found."""

    points: int = 0
    killed: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.points} kill points, {self.killed} processes killed: {self.sent} posts recorded as sent, "
            f"{self.failed} failed, {self.unknown} unknown; duplicates and silent losses: {len(self.faults)}"
        )


class Harness:
    """One database, one connector, one nursery."""

    def __init__(self, url: str, connector: FakeConnector, nursery: Nursery, run: Callable[..., Any]) -> None:
        self.url, self.connector, self.nursery, self._run = url, connector, nursery, run
        self.key = Fernet.generate_key()
        self._run(self._migrate())

    def play(self, story: Scenario, figures: Figures) -> None:
        self._run(self._prepare(story))
        self.connector.script.update({name: list(each) for name, each in story.script.items()})
        lives = [self._life(story, "08:30:00", 3, 20.0, story.kill)]
        lives += [self._life(story, "08:30:00", 3, 20.0, None)] * (story.replicas - 1)
        codes = self.nursery.run(*lives)
        figures.points += 1
        figures.killed += codes.count(-9)
        assert set(codes) <= {0, -9}
        if story.back_in_time:
            back = [self._life(story, "08:45:00", 5, 60.0, None)] * story.replicas
            assert set(self.nursery.run(*back)) == {0}
        late = [self._life(story, "12:10:00", 2, 60.0, None)] * story.replicas
        assert set(self.nursery.run(*late)) == {0}
        self._check(story, figures, self._run(self._rows(story)))

    def _life(self, story: Scenario, wall: str, looks: int, seconds: float, kill: Kill | None) -> Job:
        return Job(self.url, self.key.decode(), story.at(wall), looks, seconds, kill)

    def _check(self, story: Scenario, figures: Figures, rows: list[Delivery]) -> None:
        """Reads the connector's whole history and the database."""
        by_key = {(row.briefing, row.recipient): row for row in rows}
        if len(by_key) != len(rows) or set(by_key) != set(EXPECTED):
            figures.faults.append(f"{story}: recorded {sorted(by_key)}")
        for key, conversation in EXPECTED.items():
            accepted = self.connector.accepted(conversation)
            row = by_key.get(key)
            status = row.status if row else "nothing"
            right = {"sent": (1,), "failed": (0,), "unknown": (0, 1)}.get(status, ())
            if len(accepted) not in right:
                figures.faults.append(f"{story}: {key} is {status}, accepted {len(accepted)} times")
            reply = Payload.from_json(row.payload).reply if row else None
            if accepted and (reply is None or accepted[0] != reply.text):
                figures.faults.append(f"{story}: {key} was not sent as it was frozen")
            figures.sent += status == "sent"
            figures.failed += status == "failed"
            figures.unknown += status == "unknown"

    async def _migrate(self) -> None:
        await (await self._open()).close()

    async def _open(self) -> Store:
        return await open_store(self.url, Cipher(self.key))

    async def _prepare(self, story: Scenario) -> None:
        """An empty record, open chats, and a scheduler that looked a minute ago."""
        self.connector.reset()
        store = await self._open()
        await emptied(store)
        before = datetime.fromisoformat(story.at("08:30:00")) - timedelta(minutes=1)
        await with_chats(store, authority(), before, self.connector.url)
        await store.schedule_marks.looked(before)
        await store.close()

    async def _rows(self, story: Scenario) -> list[Delivery]:
        store = await self._open()
        rows = await store.briefings.list(period=MORNINGS[story.morning])
        await store.close()
        return rows


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as started:
        yield started


@pytest.fixture(scope="module")
def connector() -> Iterator[FakeConnector]:
    with FakeConnector() as started:
        yield started


@pytest.fixture
def harness(database_url: str, connector: FakeConnector, nursery: Nursery) -> Iterator[Harness]:
    with asyncio.Runner() as runner:

        def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
            return runner.run(coroutine)

        yield Harness(database_url, connector, nursery, run)


def test_killed_anywhere_nothing_arrives_twice_and_nothing_is_lost(
    harness: Harness, database_kind: str
) -> None:
    figures = Figures()
    points = (SAMPLE + 1) // 2 or 10
    for number in range(points):
        two = database_kind == "postgres" and number % 2 == 1  # SQLite is for one process
        harness.play(scenario(number, 2 if two else 1), figures)
    print(f"\n{database_kind}: {figures}")  # noqa: T201
    assert figures.faults == []
    assert figures.killed >= figures.points * 0.6
    assert figures.sent > figures.points
    assert figures.unknown > 0


def test_the_checker_sees_a_second_post(harness: Harness) -> None:
    """A harness that cannot fail proves nothing."""
    story = Scenario(0, "2026-11-16", 1, Kill("nowhere", "before", 1), {}, True)
    figures = Figures()
    harness.play(story, figures)
    assert figures.faults == []
    harness.connector.history.append(
        next(p for p in harness.connector.history if p.conversation_id == "a:U-T1")
    )
    rows = harness._run(harness._rows(story))
    harness._check(story, figures, rows[1:])
    assert len(figures.faults) == 4  # a row is missing, so two sentences on it and one on all; T1 came twice
