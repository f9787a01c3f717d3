"""Which unit a channel or group chat belongs to. One without a unit gets numbers only (rights.md 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.tables import ChannelUnitRow
from bot.store.upsert import upsert
from kpi_engine.question import UnitKind, UnitRef


@dataclass(frozen=True)
class ChannelUnit:
    """conversation_id: the channel's or group chat's id. set_by: the person (or "operator") who said so."""

    conversation_id: str
    unit: UnitRef
    set_by: str
    set_at: datetime


class Channels:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def assign(self, conversation_id: str, unit: UnitRef, by: str, now: datetime) -> None:
        """From now on the conversation belongs to `unit`, whatever it belonged to before."""
        async with self._database.writing() as session:
            await session.execute(
                upsert(
                    self._database,
                    ChannelUnitRow,
                    {"conversation_id": conversation_id},
                    {"unit_kind": unit.kind, "unit_id": unit.id, "set_by": by, "set_at": now},
                )
            )

    async def release(self, conversation_id: str) -> None:
        """The conversation belongs to no unit any more."""
        async with self._database.writing() as session:
            await session.execute(
                delete(ChannelUnitRow).where(ChannelUnitRow.conversation_id == conversation_id)
            )

    async def unit_of(self, conversation_id: str) -> UnitRef | None:
        async with self._database.reading() as session:
            row = await session.get(ChannelUnitRow, conversation_id)
            return _unit(row) if row else None

    async def all(self) -> list[ChannelUnit]:
        async with self._database.reading() as session:
            rows = await session.scalars(select(ChannelUnitRow).order_by(ChannelUnitRow.conversation_id))
            return [ChannelUnit(row.conversation_id, _unit(row), row.set_by, row.set_at) for row in rows]


def _unit(row: ChannelUnitRow) -> UnitRef:
    return UnitRef(cast(UnitKind, row.unit_kind), row.unit_id)
