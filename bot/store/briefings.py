"""At most one accepted post per briefing, recipient and period.

    claim --> mark_sending --> mark_sent            accepted by Teams
                           --> mark_failed          refused for good: an operator may try again (reopen)
                           --> mark_unknown         nobody can tell: shown, never sent again by itself, until
                                                    somebody has looked (settle_unknown)
                           --> release              refused for now (429, 502): may be claimed again

A lease that ran out while "claimed" means nothing had been posted yet: it may be claimed again. One that ran
out while "sending" may or may not have been posted: `expire` makes it unknown. All changes are conditional on
who holds the lease, so a slow process that lost its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, and_, select, update

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import BriefingRow
from bot.store.upsert import insert_for

Status = Literal["claimed", "sending", "sent", "unknown", "failed"]


@dataclass(frozen=True)
class Delivery:
    """One briefing for one recipient and one period.

    briefing: what ("weekly"), recipient: whose (a person's or channel's id), period: for when ("2026-W47").
    payload: frozen when first claimed; every later try sends exactly this. tries: posts begun.
    until: when it stops being worth sending; the store only keeps it.
    """

    id: int
    briefing: str
    recipient: str
    period: str
    status: Status
    payload: Mapping[str, Any]
    composed_at: datetime
    changed_at: datetime
    holder: str
    lease_until: datetime
    tries: int
    activity_id: str | None = None
    because: str | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Trouble:
    """A delivery that failed or is unknown, without what it says."""

    id: int
    briefing: str
    recipient: str
    period: str
    status: str
    because: str | None
    changed_at: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        return self.briefing, self.recipient, self.period


class Briefings:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def claim(
        self,
        briefing: str,
        recipient: str,
        period: str,
        payload: Mapping[str, Any],
        *,
        holder: str,
        now: datetime,
        lease: timedelta,
        until: datetime | None = None,
        figures: Mapping[str, Any] | None = None,
    ) -> Delivery | None:
        """The delivery to make, or None: somebody has it, or it is done, failed or unknown.

        figures: the numbers it tells, which stay when the payload is emptied (bot/store/sent_figures.py).
        Where an earlier claim lapsed before its post began, that delivery is handed over with its first
        payload.
        """
        mine = {"status": "claimed", "holder": holder, "lease_until": now + lease, "changed_at": now}
        key = {"briefing": briefing, "recipient": recipient, "period": period}
        async with self._database.writing() as session:
            made = await session.execute(
                insert_for(self._database, BriefingRow)
                .values(
                    **key,
                    **mine,
                    payload=self._cipher.seal(payload),
                    composed_at=now,
                    tries=0,
                    until=until,
                    figures=self._sealed(figures),
                )
                .on_conflict_do_nothing(index_elements=list(key))
                .returning(BriefingRow.id)
            )
            identity = made.scalar()
            if identity is None:
                taken = await session.execute(
                    update(BriefingRow)
                    .where(
                        *(getattr(BriefingRow, name) == value for name, value in key.items()),
                        BriefingRow.status == "claimed",
                        BriefingRow.lease_until <= now,
                    )
                    .values(**mine)
                    .returning(BriefingRow.id)
                )
                identity = taken.scalar()
            if identity is None:
                return None
            row = await session.get(BriefingRow, identity, populate_existing=True)
            return self._delivery(row) if row else None

    async def mark_sending(self, identity: int, *, holder: str, now: datetime, lease: timedelta) -> bool:
        """Just before the post. False: the lease was lost, do not post."""
        return await self._change(
            and_(
                BriefingRow.id == identity,
                BriefingRow.status == "claimed",
                BriefingRow.holder == holder,
                BriefingRow.lease_until > now,
            ),
            {
                "status": "sending",
                "lease_until": now + lease,
                "changed_at": now,
                "tries": BriefingRow.tries + 1,
            },
        )

    async def mark_sent(self, identity: int, *, holder: str, activity_id: str, now: datetime) -> bool:
        """Accepted, known by the id Teams gave. Also settles one that had meanwhile been called unknown."""
        return await self._change(
            and_(
                BriefingRow.id == identity,
                BriefingRow.status.in_(("sending", "unknown")),
                BriefingRow.holder == holder,
            ),
            {"status": "sent", "activity_id": activity_id, "because": None, "changed_at": now},
        )

    async def mark_unknown(self, identity: int, *, holder: str, because: str, now: datetime) -> bool:
        """The post may or may not have been accepted."""
        return await self._settle(identity, holder, "unknown", because, now)

    async def mark_failed(self, identity: int, *, holder: str, because: str, now: datetime) -> bool:
        """Not accepted, and trying again would not help."""
        return await self._settle(identity, holder, "failed", because, now)

    async def release(
        self, identity: int, *, holder: str, because: str, now: datetime, again_at: datetime | None = None
    ) -> bool:
        """Certainly not accepted, and worth trying again: anybody may claim it from now or `again_at` on."""
        return await self._change(
            and_(
                BriefingRow.id == identity,
                BriefingRow.status.in_(("claimed", "sending")),
                BriefingRow.holder == holder,
            ),
            {"status": "claimed", "lease_until": again_at or now, "because": because, "changed_at": now},
        )

    async def fill(
        self, identity: int, payload: Mapping[str, Any], *, holder: str, now: datetime,
        figures: Mapping[str, Any] | None = None,
    ) -> bool:  # fmt: skip
        """Freeze the payload of one that was kept without any (it could not be composed) and never begun."""
        return await self._change(
            and_(
                BriefingRow.id == identity,
                BriefingRow.status == "claimed",
                BriefingRow.holder == holder,
                BriefingRow.tries == 0,
            ),
            {
                "payload": self._cipher.seal(payload),
                "composed_at": now,
                "changed_at": now,
                "figures": self._sealed(figures),
            },
        )

    async def expire(self, now: datetime) -> list[Delivery]:
        """Make posts whose lease ran out unknown, and give them back: call at start and now and then."""
        async with self._database.writing() as session:
            changed = await session.scalars(
                update(BriefingRow)
                .where(BriefingRow.status == "sending", BriefingRow.lease_until <= now)
                .values(
                    status="unknown",
                    because="the process stopped between posting and recording",
                    changed_at=now,
                )
                .returning(BriefingRow.id)
            )
            found = await session.scalars(
                select(BriefingRow).where(BriefingRow.id.in_(list(changed))).order_by(BriefingRow.id)
            )
            return [self._delivery(row) for row in found]

    async def reopen(self, identity: int, *, now: datetime, until: datetime | None = None) -> bool:
        """An operator's order to try a failed one again, until `until`. Unknown ones stay as they are."""
        return await self._change(
            and_(BriefingRow.id == identity, BriefingRow.status == "failed"),
            {"status": "claimed", "lease_until": now, "changed_at": now}
            | ({"until": until} if until is not None else {}),
        )

    async def settle_unknown(
        self, identity: int, status: Literal["sent", "failed"], because: str | None, now: datetime
    ) -> bool:
        """What somebody found out about an unknown one; any other stays as it is."""
        return await self._change(
            and_(BriefingRow.id == identity, BriefingRow.status == "unknown"),
            {"status": status, "because": because, "changed_at": now},
        )

    async def troubles(self, since: datetime) -> list[Trouble]:
        """Every delivery that failed, or became unknown, since then; oldest first."""
        statement = (
            select(
                BriefingRow.id, BriefingRow.briefing, BriefingRow.recipient, BriefingRow.period,
                BriefingRow.status, BriefingRow.because, BriefingRow.changed_at,
            )
            .where(BriefingRow.status.in_(("failed", "unknown")), BriefingRow.changed_at >= since)
            .order_by(BriefingRow.id)
        )  # fmt: skip
        async with self._database.reading() as session:
            return [Trouble(*each) for each in await session.execute(statement)]

    async def empty_before(self, moment: datetime) -> int:
        """Take the `reply` out of payloads settled before `moment`; that it was sent, to whom, and its figures stay.
        Says how many."""
        async with self._database.writing() as session:
            old = await session.scalars(
                select(BriefingRow).where(
                    BriefingRow.status.in_(("sent", "failed", "unknown")), BriefingRow.changed_at < moment
                )
            )
            emptied = 0
            for row in old:
                payload = self._cipher.open(row.payload)
                if payload.get("reply") is not None:
                    row.payload = self._cipher.seal(payload | {"reply": None})
                    emptied += 1
            return emptied

    async def find(self, briefing: str, recipient: str, period: str) -> Delivery | None:
        """What was (or is being) sent, byte for byte."""
        statement = select(BriefingRow).where(
            BriefingRow.briefing == briefing,
            BriefingRow.recipient == recipient,
            BriefingRow.period == period,
        )
        async with self._database.reading() as session:
            row = (await session.scalars(statement)).first()
            return self._delivery(row) if row else None

    async def of(self, recipient: str, kind: str, limit: int = 20) -> list[Delivery]:
        """What one recipient was (or is being) sent of a kind ("briefing:"), newest first."""
        statement = (
            select(BriefingRow)
            .where(BriefingRow.recipient == recipient, BriefingRow.briefing.startswith(kind, autoescape=True))
            .order_by(BriefingRow.id.desc())
            .limit(limit)
        )
        async with self._database.reading() as session:
            return [self._delivery(row) for row in await session.scalars(statement)]

    async def waiting(self, now: datetime) -> list[Delivery]:
        """Claimed ones whose lease has run out: to be claimed again with what they hold. Oldest first."""
        statement = (
            select(BriefingRow)
            .where(BriefingRow.status == "claimed", BriefingRow.lease_until <= now)
            .order_by(BriefingRow.id)
        )
        async with self._database.reading() as session:
            return [self._delivery(row) for row in await session.scalars(statement)]

    async def keys(self, periods: Collection[str]) -> set[tuple[str, str, str]]:
        """Briefing, recipient and period of everything kept for these periods."""
        statement = select(BriefingRow.briefing, BriefingRow.recipient, BriefingRow.period).where(
            BriefingRow.period.in_(periods)
        )
        async with self._database.reading() as session:
            return {(each[0], each[1], each[2]) for each in await session.execute(statement)}

    async def statuses(self, since: datetime) -> dict[tuple[str, str, str], str]:
        """What became of everything that changed since then, by briefing, recipient and period."""
        statement = select(
            BriefingRow.briefing, BriefingRow.recipient, BriefingRow.period, BriefingRow.status
        ).where(BriefingRow.changed_at >= since)
        async with self._database.reading() as session:
            return {(each[0], each[1], each[2]): each[3] for each in await session.execute(statement)}

    async def list(
        self, *, status: Status | None = None, period: str | None = None, limit: int = 1_000
    ) -> list[Delivery]:
        """Deliveries, newest first."""
        conditions: list[ColumnElement[bool]] = []
        if status is not None:
            conditions.append(BriefingRow.status == status)
        if period is not None:
            conditions.append(BriefingRow.period == period)
        statement = select(BriefingRow).where(*conditions).order_by(BriefingRow.id.desc()).limit(limit)
        async with self._database.reading() as session:
            return [self._delivery(row) for row in await session.scalars(statement)]

    async def _settle(self, identity: int, holder: str, status: Status, because: str, now: datetime) -> bool:
        return await self._change(
            and_(
                BriefingRow.id == identity,
                BriefingRow.status.in_(("claimed", "sending")),
                BriefingRow.holder == holder,
            ),
            {"status": status, "because": because, "changed_at": now},
        )

    async def _change(self, where: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
        async with self._database.writing() as session:
            changed = await session.scalars(
                update(BriefingRow).where(where).values(**values).returning(BriefingRow.id)
            )
            return changed.first() is not None

    def _sealed(self, figures: Mapping[str, Any] | None) -> bytes | None:
        return self._cipher.seal(figures) if figures else None

    def _delivery(self, row: BriefingRow) -> Delivery:
        return Delivery(
            id=row.id,
            briefing=row.briefing,
            recipient=row.recipient,
            period=row.period,
            status=cast(Status, row.status),
            payload=self._cipher.open(row.payload),
            composed_at=row.composed_at,
            changed_at=row.changed_at,
            holder=row.holder,
            lease_until=row.lease_until,
            tries=row.tries,
            activity_id=row.activity_id,
            because=row.because,
            until=row.until,
        )
