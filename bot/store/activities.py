"""Activities that have arrived. Teams sends one again when it gets no answer in 15 seconds: the repeat runs
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import ActivityRow
from bot.store.upsert import insert_for


@dataclass(frozen=True)
class SavedAnswer:
    """What the first arrival was answered with: HTTP status and JSON body (None: no body)."""

    status: int
    body: Any


class Activities:
    """`key` names an activity across channels and conversations; the host makes it."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def first_time(self, key: str, now: datetime) -> bool:
        """True exactly once for a key, also when two arrive together."""
        async with self._database.writing() as session:
            made = await session.execute(
                insert_for(self._database, ActivityRow)
                .values(key=key, seen_at=now)
                .on_conflict_do_nothing(index_elements=["key"])
                .returning(ActivityRow.key)
            )
            return made.scalar() is not None

    async def answered(self, key: str, answer: SavedAnswer) -> None:
        """Keep the answer for repeats."""
        async with self._database.writing() as session:
            await session.execute(
                update(ActivityRow)
                .where(ActivityRow.key == key)
                .values(status=answer.status, reply=self._cipher.seal([answer.body]))
            )

    async def answer(self, key: str) -> SavedAnswer | None:
        """The answer kept; None while the first arrival is still being worked on."""
        async with self._database.reading() as session:
            row = (await session.scalars(select(ActivityRow).where(ActivityRow.key == key))).first()
        if row is None or row.status is None or row.reply is None:
            return None
        return SavedAnswer(row.status, self._cipher.open(row.reply)[0])

    async def forget(self, key: str) -> None:
        """Nothing was done for it: the next arrival counts as the first."""
        async with self._database.writing() as session:
            await session.execute(delete(ActivityRow).where(ActivityRow.key == key))

    async def forget_before(self, moment: datetime) -> int:
        """Drop what arrived before `moment`; says how many."""
        async with self._database.writing() as session:
            gone = await session.scalars(
                delete(ActivityRow).where(ActivityRow.seen_at < moment).returning(ActivityRow.key)
            )
            return len(gone.all())
