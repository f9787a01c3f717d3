"""When the scheduler last looked, so that its successor knows what it has to answer for.

Everything due until then has been seen to. The mark also tells a dead scheduler from a quiet one.
"""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Database
from bot.store.tables import ScheduleMarkRow
from bot.store.upsert import insert_for, upsert

LAST_LOOK = "last_look"


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

    async def last_look(self) -> datetime | None:
        """None: never over this database."""
        return await self.find(LAST_LOOK)
