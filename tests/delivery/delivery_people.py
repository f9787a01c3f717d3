"""A small authority and a plain composer for tests of delivery: real classes, no extract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import text

from bot.follows import Follow
from bot.store import Reference, Store
from bot.turn import Audience, Reply
from kpi_engine.answer import DataStamp
from kpi_engine.engine import Unit, User
from kpi_engine.question import ALL, Question, UnitRef

TABLES = ("sent_briefings", "schedule_marks", "conversation_references", "channel_units", "subscriptions")


@dataclass
class SmallAuthority:
    """Units and users as an engine gives them; changed by tests as they like."""

    units: dict[str, Unit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    as_at: date = date(2026, 11, 15)
    number: int = 1

    @property
    def stamp(self) -> DataStamp:
        return DataStamp(self.as_at, "2026-11-15T20:00:00+00:00", f"{self.as_at}_{self.number:06d}", 0)

    def current(self) -> SmallAuthority:
        return self


def authority(teams: int = 3) -> SmallAuthority:
    """ALL > S1 > T1 .. Tn; a manager for each team, an assistant director for S1, an analyst, a leaver."""
    units = {
        ALL: Unit(ALL, "Authority", "authority", None),
        "S1": Unit("S1", "Service", "service", ALL),
    }
    users = {
        "U-S1": User("U-S1", "Assistant director", "assistant_director", "S1", True),
        "U-ANALYST": User("U-ANALYST", "Analyst", "analyst", None, True),
        "U-LEFT": User("U-LEFT", "Leaver", "team_manager", "T1", False),
    }
    for n in range(1, teams + 1):
        units[f"T{n}"] = Unit(f"T{n}", f"Team {n}", "team", "S1")
        users[f"U-T{n}"] = User(f"U-T{n}", f"Manager {n}", "team_manager", f"T{n}", True)
    return SmallAuthority(units, users)


class PlainComposer:
    """Writes unit, audience and how often it was asked, so that a second composition shows."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.over: set[str] = set()  # subjects of what has crossed

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        self.asked.append((unit_id, person_id))
        text = f"{unit_id} for {person_id or 'the channel'}, version {len(self.asked)}"
        return Reply(text, {"outcome": "answered"}, {"type": "AdaptiveCard", "body": [text, "é £"]})

    async def post(
        self, question: Question, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        self.asked.append((question.unit.id, person_id))
        return Reply(
            f"{question.show} of {question.unit.id} until {question.period}", {"outcome": "answered"}
        )

    async def stands(self, follow: Follow, person_id: str) -> bool | None:
        return follow.subject in self.over

    async def alert(self, follow: Follow, person_id: str, *, is_over: bool, conversation_id: str) -> Reply:
        self.asked.append((follow.unit.id, person_id))
        text = (
            f"{follow.subject} for {person_id} is {'over' if is_over else 'back'}, version {len(self.asked)}"
        )
        return Reply(text, {"outcome": "answered"})


class Clock:
    """A clock that tests move; it also runs a little with every look at it, as clocks do."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def personal(person_id: str, service_url: str = "http://127.0.0.1") -> Reference:
    return Reference(
        "msteams", service_url, f"a:{person_id}", "personal", "tenant", "bot", f"29:{person_id}", person_id
    )


def channel(conversation_id: str, service_url: str = "http://127.0.0.1") -> Reference:
    return Reference("msteams", service_url, conversation_id, "channel", "tenant", "bot")


async def with_chats(
    store: Store, directory: SmallAuthority, now: datetime, service_url: str = "http://127.0.0.1"
) -> None:
    """Everybody has opened a chat; T1 has a channel."""
    for user_id in directory.users:
        await store.references.save(personal(user_id, service_url), now)
    await store.references.save(channel("19:t1", service_url), now)
    await store.channels.assign("19:t1", UnitRef("team", "T1"), "test", now)


def as_sent(reply: Reply) -> Mapping[str, object]:
    return {"text": reply.text, "card": reply.card}


async def emptied(store: Store) -> None:
    """No deliveries, conversations, channels, wishes or marks."""
    async with store.database.writing() as session:
        for table in TABLES:
            await session.execute(text(f"DELETE FROM {table}"))
