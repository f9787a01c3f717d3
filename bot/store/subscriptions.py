"""Changes to the timetable made in chat: "send us the briefing on Tuesdays at 9", "pause until Monday",
"stop".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import SubscriptionRow
from bot.store.upsert import upsert


@dataclass(frozen=True)
class Subscription:
    """What one owner wants of one thing.

    owner: a unit's id or a person's id. kind: "weekly", "reminder", "follow" ... subject: what is followed (a
    measure's slug), else empty. wanted: the kind's own details, such as {"weekday": "tue", "at": "09:00"}.
    active False: stopped.
    """

    owner: str
    kind: str
    subject: str
    wanted: Mapping[str, Any]
    active: bool
    paused_until: datetime | None
    changed_by: str
    changed_at: datetime


class Subscriptions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, subscription: Subscription) -> None:
        """The newest wish replaces the one before, for the same owner, kind and subject."""
        values = {
            "wanted": dict(subscription.wanted),
            "active": subscription.active,
            "paused_until": subscription.paused_until,
            "changed_by": subscription.changed_by,
            "changed_at": subscription.changed_at,
        }
        key = {"owner": subscription.owner, "kind": subscription.kind, "subject": subscription.subject}
        async with self._database.writing() as session:
            await session.execute(upsert(self._database, SubscriptionRow, key, values))

    async def all(self) -> list[Subscription]:
        """Every wish, stopped ones too, by owner, kind and subject."""
        return await self._select()

    async def of(self, owner: str) -> list[Subscription]:
        return await self._select(owner)

    async def _select(self, owner: str | None = None) -> list[Subscription]:
        statement = select(SubscriptionRow).order_by(
            SubscriptionRow.owner, SubscriptionRow.kind, SubscriptionRow.subject
        )
        if owner is not None:
            statement = statement.where(SubscriptionRow.owner == owner)
        async with self._database.reading() as session:
            return [
                Subscription(
                    row.owner,
                    row.kind,
                    row.subject,
                    row.wanted,
                    row.active,
                    row.paused_until,
                    row.changed_by,
                    row.changed_at,
                )
                for row in await session.scalars(statement)
            ]
