"""When the scheduler last looked, so that its successor knows what it has to answer for.

Everything due until then has been seen to. The mark also tells a dead scheduler from a quiet one.
"""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Database
from bot.store.tables import ScheduleMarkRow
from bot.store.upsert import upsert

LAST_LOOK = "last_look"


class ScheduleMarks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def looked(self, now: datetime) -> None:
        """The scheduler has seen to everything due until `now`."""
        async with self._database.writing() as session:
            await session.execute(upsert(self._database, ScheduleMarkRow, {"name": LAST_LOOK}, {"at": now}))

    async def last_look(self) -> datetime | None:
        """None: never over this database."""
        async with self._database.reading() as session:
            row = await session.get(ScheduleMarkRow, LAST_LOOK)
            return row.at if row else None
