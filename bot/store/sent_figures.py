"""The figures that were sent to whom, without the words they were sent in.

They are a column of the delivery (bot/store/briefings.py), kept in the same statement as its payload, and stay when
`perfbot purge` empties the payload: what a closed week was sent as is known for good.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import BriefingRow
from kpi_engine.sent import SentFigure

ARRIVED = ("sent", "sending", "unknown")
"""What may have reached its reader. A post of unknown outcome is corrected too."""
AT_ONCE = 500


@dataclass(frozen=True)
class Telling:
    """One post and what it told.

    id: of the delivery.  at: when it was composed.  extract: the id of the extract that it was worked out from.
    """

    id: int
    briefing: str
    recipient: str
    period: str
    at: datetime
    extract: str
    figures: tuple[SentFigure, ...]

    @property
    def is_correction(self) -> bool:
        return self.briefing.startswith(f"{CORRECTION}:")


CORRECTION = "correction"
"""The kind of post that says a figure has changed."""


class SentFigures:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def since(self, moment: datetime, but: Collection[int] = ()) -> list[Telling]:
        """What was told by posts composed from then on, in order; `but`: ids of deliveries that are known already."""
        statement = select(BriefingRow.id).where(
            BriefingRow.composed_at >= moment,
            BriefingRow.status.in_(ARRIVED),
            BriefingRow.figures.is_not(None),
        )
        async with self._database.reading() as session:
            wanted = sorted(set(await session.scalars(statement)) - set(but))
        found: list[Telling] = []
        for place in range(0, len(wanted), AT_ONCE):
            found += await self._of(wanted[place : place + AT_ONCE])
        return sorted(found, key=lambda one: (one.at, one.id))

    async def _of(self, ids: Sequence[int]) -> list[Telling]:
        statement = select(
            BriefingRow.id, BriefingRow.briefing, BriefingRow.recipient, BriefingRow.period,
            BriefingRow.composed_at, BriefingRow.figures,
        ).where(BriefingRow.id.in_(ids))  # fmt: skip
        async with self._database.reading() as session:
            rows = (await session.execute(statement)).all()
        out = []
        for row in rows:
            told = self._cipher.open(row.figures)
            figures = tuple(SentFigure.from_json(each) for each in told["figures"])
            out.append(
                Telling(
                    row.id, row.briefing, row.recipient, row.period, row.composed_at, told["extract"], figures
                )
            )
        return out
