"""Two moments of the scheduler that must outlive it: when it first ran, and when it last looked.

From the first on, a post that did not go out is a miss; before it, there was nobody to miss. The last look
tells a dead scheduler from a quiet one, also from another process.
"""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Database
from bot.store.tables import ScheduleMarkRow
from bot.store.upsert import insert_for, upsert

FIRST_RUN, LAST_LOOK = "first_run", "last_look"


class ScheduleMarks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def first_run(self, now: datetime) -> datetime:
        """When the scheduler ran for the first time over this database; `now`, and kept, if it is now."""
        async with self._database.writing() as session:
            await session.execute(
                insert_for(self._database, ScheduleMarkRow)
                .values(name=FIRST_RUN, at=now)
                .on_conflict_do_nothing(index_elements=["name"])
            )
            row = await session.get(ScheduleMarkRow, FIRST_RUN)
            return row.at if row else now

    async def looked(self, now: datetime) -> None:
        """The scheduler is alive and has seen to everything due until `now`."""
        async with self._database.writing() as session:
            await session.execute(upsert(self._database, ScheduleMarkRow, {"name": LAST_LOOK}, {"at": now}))

    async def last_look(self) -> datetime | None:
        async with self._database.reading() as session:
            row = await session.get(ScheduleMarkRow, LAST_LOOK)
            return row.at if row else None
