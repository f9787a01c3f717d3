"""When the scheduler last looked, so that its successor knows what it has to answer for.

Everything due until then has been seen to. The mark also tells a dead scheduler from a quiet one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import ScheduleMarkRow
from bot.store.upsert import insert_for, upsert

LAST_LOOK = "last_look"
AT_ONCE = 500
"""Names in one statement; a database takes so many at least."""


class ScheduleMarks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def looked(self, now: datetime) -> None:
        """The scheduler has seen to everything due until `now`."""
        async with self._database.writing() as session:
            await session.execute(upsert(self._database, ScheduleMarkRow, {"name": LAST_LOOK}, {"at": now}))

    async def take(self, name: str, now: datetime) -> bool:
        """Sets a mark that is set once: True for whoever was first, of all replicas."""
        async with self._database.writing() as session:
            made = await session.execute(
                insert_for(self._database, ScheduleMarkRow)
                .values(name=name, at=now)
                .on_conflict_do_nothing(index_elements=["name"])
                .returning(ScheduleMarkRow.name)
            )
            return made.scalar() is not None

    async def find(self, name: str) -> datetime | None:
        """When a mark was set, or None."""
        async with self._database.reading() as session:
            row = await session.get(ScheduleMarkRow, name)
            return row.at if row else None

    async def of(self, names: Collection[str]) -> set[str]:
        """Those of these marks that are set."""
        found: set[str] = set()
        ordered = sorted(names)
        async with self._database.reading() as session:
            for begin in range(0, len(ordered), AT_ONCE):
                part = ordered[begin : begin + AT_ONCE]
                found |= set(
                    await session.scalars(select(ScheduleMarkRow.name).where(ScheduleMarkRow.name.in_(part)))
                )
        return found

    async def set_all(self, names: Collection[str], now: datetime) -> None:
        """Sets these marks; one that is set stays as it is."""
        async with self._database.writing() as session:
            for name in sorted(names):
                await session.execute(
                    insert_for(self._database, ScheduleMarkRow)
                    .values(name=name, at=now)
                    .on_conflict_do_nothing(index_elements=["name"])
                )

    async def last_look(self) -> datetime | None:
        """None: never over this database."""
        return await self.find(LAST_LOOK)
