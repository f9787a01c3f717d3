"""Changes to the timetable made in chat: "send us the briefing on Tuesdays at 9", "pause until Monday",
"stop".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.store.database import Database
from bot.store.tables import SubscriptionRow
from bot.store.upsert import upsert


@dataclass(frozen=True)
class Subscription:
    """What one owner wants of one thing.

    owner: a unit's id or a person's id. kind: "briefing", "meeting", "follow". subject: what is followed
    (bot/follows.py), else empty. wanted: the kind's own details, such as {"on": "tuesday", "at": "09:00"}, and
    under BEFORE what "undo" puts back. active False: stopped.
    """

    owner: str
    kind: str
    subject: str
    wanted: Mapping[str, Any]
    active: bool
    paused_until: datetime | None
    changed_by: str
    changed_at: datetime


BEFORE = "before"
"""In `wanted`: the wish that this one took the place of, or None where there was none."""


def undoable(after: Subscription, before: Subscription | None) -> Subscription:
    """The wish with what it replaces kept inside, so that `undone` can put that back."""
    kept = None
    if before is not None:
        until = before.paused_until
        kept = {"wanted": _plain(before.wanted), "active": before.active,
                "paused_until": until.isoformat() if until else None}  # fmt: skip
    return replace(after, wanted={**_plain(after.wanted), BEFORE: kept})


def undone(changed: Subscription, by: str, now: datetime) -> Subscription:
    """The wish as it was before its last change; where there was none, a follow ends and another says nothing."""
    before = changed.wanted.get(BEFORE)
    new = replace(changed, paused_until=None, changed_by=by, changed_at=now)
    if before is None:
        follows = changed.kind == "follow"
        back = replace(new, active=not follows, wanted=_plain(changed.wanted) if follows else {})
    else:
        until = before["paused_until"]
        back = replace(new, active=before["active"], wanted=before["wanted"],
                       paused_until=datetime.fromisoformat(until) if until else None)  # fmt: skip
    return undoable(back, changed)


def _plain(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name != BEFORE}


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

    async def saw(self, subscription: Subscription, wanted: Mapping[str, Any]) -> bool:
        """New details of a wish that its owner has not changed since it was read; False where they have."""
        async with self._database.writing() as session:
            changed = await session.scalars(
                update(SubscriptionRow)
                .where(
                    SubscriptionRow.owner == subscription.owner,
                    SubscriptionRow.kind == subscription.kind,
                    SubscriptionRow.subject == subscription.subject,
                    SubscriptionRow.changed_at == subscription.changed_at,
                )
                .values(wanted=dict(wanted))
                .returning(SubscriptionRow.id)
            )
            return changed.first() is not None

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
