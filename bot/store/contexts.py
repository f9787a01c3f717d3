"""What each person's conversation is about, so that "and in CSWT 2?" can be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import ContextRow
from bot.store.upsert import upsert


@dataclass(frozen=True)
class SavedContext:
    """context: whatever JSON the assistant keeps. last_turn_at: when it was kept (aware, UTC)."""

    context: Mapping[str, Any]
    last_turn_at: datetime


class Contexts:
    """One context per person and conversation: in a channel, two people's questions never mix."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def load(self, person_id: str, conversation_id: str) -> SavedContext | None:
        async with self._database.reading() as session:
            row = await session.get(ContextRow, (person_id, conversation_id))
            return SavedContext(self._cipher.open(row.sealed), row.last_turn_at) if row else None

    async def save(
        self, person_id: str, conversation_id: str, context: Mapping[str, Any], now: datetime
    ) -> None:
        async with self._database.writing() as session:
            await session.execute(
                upsert(
                    self._database,
                    ContextRow,
                    {"person_id": person_id, "conversation_id": conversation_id},
                    {"sealed": self._cipher.seal(context), "last_turn_at": now},
                )
            )

    async def forget(self, person_id: str, conversation_id: str) -> None:
        async with self._database.writing() as session:
            await session.execute(
                delete(ContextRow).where(
                    ContextRow.person_id == person_id, ContextRow.conversation_id == conversation_id
                )
            )

    async def forget_before(self, moment: datetime) -> int:
        """Drop contexts whose last turn was before `moment`; says how many."""
        async with self._database.writing() as session:
            gone = await session.scalars(
                delete(ContextRow).where(ContextRow.last_turn_at < moment).returning(ContextRow.person_id)
            )
            return len(gone.all())
