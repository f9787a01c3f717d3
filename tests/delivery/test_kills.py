"""Killed at every marked step, in one replica and in two: nothing arrives twice, nothing is lost unnoticed.

A sample runs always; PERFBOT_KILL_POINTS=500 runs as many as it says and prints what was found; PERFBOT_KILL_FIGURES
names a file to keep it in (schedules/bench_page.py).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from delivery_connector import FakeConnector
from delivery_people import authority, emptied, with_chats
from delivery_replica import CORRECTED, FAULT_STEPS, FOLLOWED, LONDON, MUTANTS, STEPS, Job, Kill, Nursery

from bot.follows import FOLLOW
from bot.store import Cipher, Delivery, Store, Subscription, open_store
from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.question import UnitRef
from kpi_engine.sent import SentFigure
from schedules.briefings import Payload

MORNINGS = {
    "2026-11-16": "2026-W47",  # a Monday like any other
    "2026-03-30": "2026-W14",  # the Monday after the clocks go forward
    "2026-10-26": "2026-W44",  # the Monday after they go back
    "2026-05-05": "2026-W19",  # the Tuesday after a bank holiday
    "2026-12-29": "2026-W53",
}
"""Mondays, and the days that take the place of one that is a bank holiday."""
EMPTY_DAYS = ("2026-05-04", "2026-12-28")
"""Bank-holiday Mondays: nothing may go out."""
EXPECTED = {
    ("briefing:T1", "U-T1"): "a:U-T1",
    ("briefing:T1", "19:t1"): "19:t1",
    ("briefing:T2", "U-T2"): "a:U-T2",
    ("briefing:T3", "U-T3"): "a:U-T3",
    ("briefing:S1", "U-S1"): "a:U-S1",
}
CORRECTIONS = {("correction:T2", "U-T2"): "a:U-T2", ("correction:T1", "19:t1"): "19:t1"}
"""Whoever was sent a figure a week ago that is another one by the extract of the morning."""
LAST_WEEK = "last week"
"""Who held the posts of the week before."""
CLOSED = "no conversation with the bot is open there"
"""Why a notice waits whose reader's chat refused an earlier post for good: it is listed, and goes out when the person
speaks to the bot again."""
ALERT = (f"alert:{FOLLOWED.subject}", "U-T3")
FAULTS = (["429"], ["502", "504"], ["412"] * 7, ["403"], ["drop"], ["slow"], ["late"], ["twice"])
FIGURES = os.environ.get("PERFBOT_KILL_FIGURES", "")
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
    once_a_look = step not in ("compose", "claim", "mark_sending", "send", "mark_sent", "correction")
    kill = Kill(
        step, when, 1 if once_a_look else lot.randint(1, 2 if step == "correction" else 8), lot.randint(0, 60)
    )
    conversations = list(EXPECTED.values())
    script = {each: list(lot.choice(FAULTS)) for each in lot.sample(conversations, lot.randint(0, 3))}
    if step in ("set_all",):  # there must be a miss to tell of
        script[lot.choice(conversations)] = ["403"]
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
    waiting: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.points} kill points, {self.killed} processes killed: {self.sent} posts recorded as sent, "
            f"{self.failed} failed, {self.unknown} unknown, {self.waiting} waiting for a closed chat; "
            f"duplicates and silent losses: {len(self.faults)}"
        )


class Harness:
    """One database, one connector, one nursery."""

    def __init__(self, url: str, connector: FakeConnector, nursery: Nursery, run: Callable[..., Any]) -> None:
        self.url, self.connector, self.nursery, self._run = url, connector, nursery, run
        self.key = Fernet.generate_key()
        self._run(self._migrate())

    def play(self, story: Scenario, figures: Figures, mutant: str = "") -> None:
        self._mutant = mutant
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
        late = [self._life(story, "12:10:00", 5, 60.0, None)] * story.replicas
        assert set(self.nursery.run(*late)) == {0}
        self._check(story, figures, self._run(self._rows()))

    def _life(self, story: Scenario, wall: str, looks: int, seconds: float, kill: Kill | None) -> Job:
        return Job(self.url, self.key.decode(), story.at(wall), looks, seconds, kill, self._mutant)

    def _check(self, story: Scenario, figures: Figures, rows: list[Delivery]) -> None:
        """Reads the connector's whole history and the database."""
        notices = [row for row in rows if row.briefing == "notice"]
        rows = [row for row in rows if row.briefing != "notice"]
        by_key = {(row.briefing, row.recipient): row for row in rows}
        if len(by_key) != len(rows) or set(by_key) != {*EXPECTED, *CORRECTIONS, ALERT}:
            figures.faults.append(f"{story}: recorded {sorted(by_key)}")
        for key, conversation in (*EXPECTED.items(), *CORRECTIONS.items(), (ALERT, "a:U-T3")):
            kind = key[0].partition(":")[0]
            accepted = [text for text in self.connector.accepted(conversation) if _kind(text) == kind]
            row = by_key.get(key)
            status = row.status if row else "nothing"
            right = {"sent": (1,), "failed": (0,), "unknown": (0, 1)}.get(status, ())
            if (
                row
                and kind == "correction"
                and row.because == CLOSED
                and "403" in story.script.get(conversation, ())
            ):
                right = {"claimed": (0,)}.get(status, ())
                figures.waiting += status == "claimed"
            if len(accepted) not in right:
                figures.faults.append(f"{story}: {key} is {status}, accepted {len(accepted)} times")
            reply = Payload.from_json(row.payload).reply if row else None
            if accepted and (reply is None or accepted[0] != reply.text):
                figures.faults.append(f"{story}: {key} was not sent as it was frozen")
            if status in ("failed", "unknown") and row and not _is_told(row, notices):
                figures.faults.append(f"{story}: {key} is {status} and nobody was told")
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
        seen = FOLLOWED.seeing(False, "2026-01-01_000001").to_json()
        await store.subscriptions.set(
            Subscription("U-T3", FOLLOW, FOLLOWED.subject, seen, True, None, "U-T3", before)
        )
        for (name, recipient), conversation in CORRECTIONS.items():
            await self._sent_last_week(store, name.partition(":")[2], recipient, conversation, before)
        await store.schedule_marks.looked(before)
        await store.close()

    async def _sent_last_week(
        self, store: Store, unit: str, recipient: str, conversation: str, before: datetime
    ) -> None:
        at, ref = before - timedelta(weeks=1), UnitRef("team", unit)
        told = SentFigure("cp_visits_overdue", unit, at.date(), None, 4, 9)
        audience = PERSONAL if recipient.startswith("U-") else Audience("channel", ref)
        payload = Payload(ref, audience, Reply("as it was", {"outcome": "answered"}))
        kept = await store.briefings.claim(
            f"briefing:{unit}", recipient, LAST_WEEK, payload.to_json(), holder=LAST_WEEK, now=at,
            lease=timedelta(minutes=1), until=None, figures={"extract": "before", "figures": [told.to_json()]},
        )  # fmt: skip
        assert kept is not None
        mine: dict[str, Any] = {"holder": LAST_WEEK, "now": at}
        assert await store.briefings.mark_sending(kept.id, lease=timedelta(minutes=1), **mine)
        assert await store.briefings.mark_sent(kept.id, activity_id=conversation, **mine)

    async def _rows(self) -> list[Delivery]:
        store = await self._open()
        rows = await store.briefings.list()
        await store.close()
        return [row for row in rows if row.period != LAST_WEEK]


def _kind(text: str) -> str:
    """Of an accepted post: what the briefing's name begins with."""
    if text.startswith(CORRECTED):
        return "correction"
    return "alert" if text.startswith(FOLLOWED.subject) else "briefing"


def _is_told(row: Delivery, notices: list[Delivery]) -> bool:
    """Whether a notice that the analyst has, or will have, names the miss; the notice's own miss is in the log."""
    said = "not delivered" if row.status == "failed" else "nobody knows whether it arrived"
    post, _, of = row.briefing.partition(":")
    whom = {"U-S1": "Assistant director", "19:t1": "the channel 19:t1"}.get(
        row.recipient
    ) or f"Manager {row.recipient[3:]}"
    what = {"S1": "Service"}.get(of) or (f"Team {of[1:]}" if of[1:].isdigit() else of)
    sentence = f"{post} of {what} for {whom}, {row.period}: {said}"
    texts = [reply.text for each in notices if (reply := Payload.from_json(each.payload).reply)]
    return any(sentence in text for text in texts)


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
    points = (SAMPLE + 1) // 2 or 11
    first = points if database_kind == "postgres" else 0  # together they stop at every marked step
    for number in range(first, first + points):
        two = database_kind == "postgres" and number % 2 == 1  # SQLite is for one process
        harness.play(scenario(number, 2 if two else 1), figures)
    print(f"\n{database_kind}: {figures}")  # noqa: T201
    if FIGURES:
        told = json.loads(Path(FIGURES).read_text()) if Path(FIGURES).exists() else {}
        told[database_kind] = vars(figures) | {"faults": len(figures.faults)}
        Path(FIGURES).write_text(json.dumps(told, indent=2) + "\n")
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
    rows = harness._run(harness._rows())
    briefings = [row for row in rows if (row.briefing, row.recipient) in EXPECTED]
    harness._check(story, figures, [row for row in rows if row is not briefings[0]])
    assert len(figures.faults) == 4  # a row is missing, so two sentences on it and one on all; T1 came twice


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_sender_broken_on_purpose_is_found(harness: Harness, mutant: str) -> None:
    """The same mornings that the product passes, over a sender with one rule taken out."""
    figures = Figures()
    script = {"a:U-T1": ["drop"], "a:U-T2": ["429"] * 6, "a:U-S1": ["403"]}
    kill = Kill("nowhere", "before", 1)
    harness.play(Scenario(0, "2026-11-16", 1, kill, script, True), figures, mutant)
    assert figures.faults, f"{mutant} was not noticed"


def test_the_same_mornings_over_the_product_itself(harness: Harness) -> None:
    figures = Figures()
    script = {"a:U-T1": ["drop"], "a:U-T2": ["429"] * 6, "a:U-S1": ["403"]}
    harness.play(Scenario(0, "2026-11-16", 1, Kill("nowhere", "before", 1), script, True), figures)
    assert figures.faults == []


@pytest.mark.parametrize("day", EMPTY_DAYS)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_bank_holiday_monday_is_left_empty(harness: Harness, day: str) -> None:
    story = Scenario(0, day, 1, Kill("nowhere", "before", 1), {}, True)
    harness._mutant = ""
    harness._run(harness._prepare(story))
    lives = [harness._life(story, wall, 2, 20.0, None) for wall in ("08:30:00", "12:10:00", "17:00:00")]
    assert [harness.nursery.run(life) for life in lives] == [[0], [0], [0]]
    assert harness.connector.history == []
    rows = harness._run(harness._rows())  # a correction is written at once and waits for the next working day
    assert {(row.briefing, row.recipient, row.status) for row in rows} == {
        (*key, "claimed") for key in CORRECTIONS
    }
