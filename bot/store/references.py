"""Where conversations can be reached: our own JSON, so that no SDK object is ever stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import func, select, update

from bot.store.database import Database
from bot.store.tables import ReferenceRow
from bot.store.upsert import upsert

ConversationType = Literal["personal", "channel", "groupChat"]


@dataclass(frozen=True)
class Reference:
    """One conversation of the bot.

    conversation_id: for a channel the channel itself, without the thread.
    user_id / aad_id: the person of a personal chat; empty for a channel or group chat.
    """

    channel_id: str
    service_url: str
    conversation_id: str
    conversation_type: ConversationType
    tenant_id: str
    bot_id: str
    user_id: str = ""
    aad_id: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reference:
        """Raises ValueError for JSON that is not a reference."""
        try:
            return cls(**value)
        except TypeError:
            raise ValueError("not a conversation reference") from None


class References:
    """Saved on every turn and at installation; closed when Teams says for good that nothing can be posted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, reference: Reference, now: datetime) -> None:
        """Keep or renew; a conversation that had been closed is open again."""
        values = reference.to_json()
        key = {name: values.pop(name) for name in ("channel_id", "conversation_id")}
        async with self._database.writing() as session:
            await session.execute(
                upsert(self._database, ReferenceRow, key, {**values, "saved_at": now, "closed_because": None})
            )

    async def find_personal(self, aad_id: str) -> Reference | None:
        """The person's own chat, the one used last; None when there is none or it is closed."""
        statement = (
            select(ReferenceRow)
            .where(
                func.lower(ReferenceRow.aad_id) == aad_id.lower(),
                ReferenceRow.conversation_type == "personal",
                ReferenceRow.closed_because.is_(None),
            )
            .order_by(ReferenceRow.saved_at.desc(), ReferenceRow.conversation_id)
            .limit(1)
        )
        async with self._database.reading() as session:
            row = (await session.scalars(statement)).first()
            return _reference(row) if row else None

    async def find(self, conversation_id: str) -> Reference | None:
        """The conversation of this id (a channel, a group chat, a personal chat); None when unknown or
        closed.
        """
        statement = select(ReferenceRow).where(
            ReferenceRow.conversation_id == conversation_id, ReferenceRow.closed_because.is_(None)
        )
        async with self._database.reading() as session:
            row = (await session.scalars(statement)).first()
            return _reference(row) if row else None

    async def close(self, reference: Reference, because: str, now: datetime) -> None:
        """Nothing more is posted there until the person or the channel writes again or reinstalls."""
        async with self._database.writing() as session:
            await session.execute(
                update(ReferenceRow)
                .where(
                    ReferenceRow.channel_id == reference.channel_id,
                    ReferenceRow.conversation_id == reference.conversation_id,
                )
                .values(closed_because=because, saved_at=now)
            )

    async def all(self) -> list[Reference]:
        """Every open conversation, by id."""
        statement = (
            select(ReferenceRow)
            .where(ReferenceRow.closed_because.is_(None))
            .order_by(ReferenceRow.conversation_id, ReferenceRow.channel_id)
        )
        async with self._database.reading() as session:
            return [_reference(row) for row in await session.scalars(statement)]


def _reference(row: ReferenceRow) -> Reference:
    return Reference(
        channel_id=row.channel_id,
        service_url=row.service_url,
        conversation_id=row.conversation_id,
        conversation_type=cast(ConversationType, row.conversation_type),
        tenant_id=row.tenant_id,
        bot_id=row.bot_id,
        user_id=row.user_id,
        aad_id=row.aad_id,
    )
