"""What buttons open. The card carries an unguessable id; what it stands for, and for whom, stays here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import CardReferenceRow


@dataclass(frozen=True)
class Opened:
    """audience: whom the card was made for. opens: the action behind the button."""

    audience: str
    opens: Mapping[str, Any]


class CardReferences:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def save(self, opens: Mapping[str, Any], *, audience: str, now: datetime, lasts: timedelta) -> str:
        """The id to put on the button."""
        identity = secrets.token_urlsafe(16)
        async with self._database.writing() as session:
            session.add(
                CardReferenceRow(
                    id=identity,
                    audience=audience,
                    sealed=self._cipher.seal(opens),
                    made_at=now,
                    expires_at=now + lasts,
                )
            )
        return identity

    async def open(self, identity: str, now: datetime) -> Opened | None:
        """What the id stands for; None when it was never given or has expired. Rights are the caller's to
        check.
        """
        async with self._database.reading() as session:
            row = await session.get(CardReferenceRow, identity)
        if row is None or row.expires_at <= now:
            return None
        return Opened(row.audience, self._cipher.open(row.sealed))

    async def forget_expired(self, now: datetime) -> int:
        async with self._database.writing() as session:
            gone = await session.scalars(
                delete(CardReferenceRow)
                .where(CardReferenceRow.expires_at <= now)
                .returning(CardReferenceRow.id)
            )
            return len(gone.all())
