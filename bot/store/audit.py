"""The record of answers: append-only, each record chained to the one before (rights.md 9).

A record's hash is keyed (HMAC): whoever can write the database but has no key can neither change, remove,
swap nor invent records unnoticed. The head (the last number and hash, sealed) shows a cut-off tail. An
attacker who restores an older copy of the whole database is noticed by comparing with a head kept elsewhere:
pass it to `verify`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import AuditHeadRow, AuditRow
from bot.store.times import to_utc

AUDIT_LOCK = 7_302
FIRST_HASH = "0" * 64
HEAD_ID = 1
VERIFY_AT_ONCE = 1_000


@dataclass(frozen=True)
class Entry:
    """What happened. event: answer, refusal, briefing, export, drill_down, settings ... audience: personal,
    or a unit's id, or "none" for a chat without a unit. understood: the contract's JSON; never the question's
    words.
    """

    at: datetime
    person_id: str
    channel: str
    audience: str
    event: str
    outcome: str
    understood: Mapping[str, Any] = field(default_factory=dict)
    child_ids: Sequence[str] = ()


@dataclass(frozen=True)
class Record:
    """An entry in its place in the chain."""

    seq: int
    entry: Entry
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Verdict:
    """whole: the chain is as it was written. records: how many. head: the last hash. fault: the first thing
    wrong.
    """

    whole: bool
    records: int
    head: str
    fault: str = ""


class Audit:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def append(self, entry: Entry) -> Record:
        """Chain one entry to the last, in one transaction that excludes all other writers of the record."""
        async with self._database.writing() as session:
            await self._database.serialise(session, AUDIT_LOCK)
            head = await session.get(AuditHeadRow, HEAD_ID)
            seq, previous = (head.seq + 1, head.hash) if head else (1, FIRST_HASH)
            record = Record(seq, entry, previous, self._hash(seq, entry, previous))
            session.add(
                AuditRow(
                    seq=seq,
                    at=entry.at,
                    person_id=entry.person_id,
                    channel=entry.channel,
                    audience=entry.audience,
                    event=entry.event,
                    understood=dict(entry.understood),
                    child_ids=list(entry.child_ids),
                    outcome=entry.outcome,
                    previous_hash=previous,
                    hash=record.hash,
                )
            )
            seal = self._seal(seq, record.hash)
            if head:
                head.seq, head.hash, head.seal = seq, record.hash, seal
            else:
                session.add(AuditHeadRow(id=HEAD_ID, seq=seq, hash=record.hash, seal=seal))
        return record

    async def verify(self, expected_head: tuple[int, str] | None = None) -> Verdict:
        """Walk the whole chain. `expected_head`: a (number, hash) kept elsewhere that must still be in it."""
        count, previous = 0, FIRST_HASH
        seen_expected = expected_head is None
        async for record in self.records():
            if record.seq != count + 1:
                return Verdict(False, count, previous, f"record {count + 1} is missing")
            if record.previous_hash != previous:
                return Verdict(
                    False, count, previous, f"record {record.seq} does not follow the one before it"
                )
            if record.hash != self._hash(record.seq, record.entry, record.previous_hash):
                return Verdict(False, count, previous, f"record {record.seq} is not as it was written")
            count, previous = record.seq, record.hash
            seen_expected = seen_expected or (count, previous) == expected_head
        async with self._database.reading() as session:
            head = await session.get(AuditHeadRow, HEAD_ID)
        if head is None and count:
            return Verdict(False, count, previous, "the head of the record is missing")
        if head is not None:
            if head.seal != self._seal(head.seq, head.hash):
                return Verdict(False, count, previous, "the head of the record is not as it was written")
            # Records written while we walked are newer than the head we compare with only if it moved on.
            if head.seq < count or (head.seq == count and head.hash != previous):
                return Verdict(False, count, previous, "records stand after the head of the record")
            if head.seq > count and not await self._reaches(count, head.seq):
                return Verdict(False, count, previous, f"records {count + 1} to {head.seq} are missing")
        if not seen_expected:
            return Verdict(False, count, previous, "the head that was kept elsewhere is not in the record")
        return Verdict(True, count, previous)

    async def head(self) -> tuple[int, str]:
        """The last record's number and hash, to keep somewhere else; (0, zeros) when there is none."""
        async with self._database.reading() as session:
            head = await session.get(AuditHeadRow, HEAD_ID)
            return (head.seq, head.hash) if head else (0, FIRST_HASH)

    async def records(
        self,
        *,
        person_id: str | None = None,
        child_id: str | None = None,
        event: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: int = 0,
    ) -> AsyncIterator[Record]:
        """Records in order; only one person's, only those that showed a child (its id in any case), only of one
        kind, only since <= at < until, only those after a number.
        """
        child = child_id.casefold() if child_id is not None else None
        last = after
        while True:
            statement = (
                select(AuditRow).where(AuditRow.seq > last).order_by(AuditRow.seq).limit(VERIFY_AT_ONCE)
            )
            if person_id is not None:
                statement = statement.where(AuditRow.person_id == person_id)
            if event is not None:
                statement = statement.where(AuditRow.event == event)
            if since is not None:
                statement = statement.where(AuditRow.at >= since)
            if until is not None:
                statement = statement.where(AuditRow.at < until)
            async with self._database.reading() as session:
                rows = list(await session.scalars(statement))
            for row in rows:
                if child is None or any(child == each.casefold() for each in row.child_ids):
                    yield _record(row)
            if len(rows) < VERIFY_AT_ONCE:
                return
            last = rows[-1].seq

    async def _reaches(self, after: int, to: int) -> bool:
        async with self._database.reading() as session:
            found = await session.scalars(
                select(AuditRow.seq).where(AuditRow.seq > after, AuditRow.seq <= to)
            )
            return len(found.all()) == to - after

    def _hash(self, seq: int, entry: Entry, previous: str) -> str:
        line = {
            "seq": seq,
            "at": to_utc(entry.at).isoformat(timespec="microseconds"),
            "person_id": entry.person_id,
            "channel": entry.channel,
            "audience": entry.audience,
            "event": entry.event,
            "understood": entry.understood,
            "child_ids": list(entry.child_ids),
            "outcome": entry.outcome,
            "previous_hash": previous,
        }
        text = json.dumps(line, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return self._cipher.mark(text.encode())

    def _seal(self, seq: int, last_hash: str) -> str:
        return self._cipher.mark(f"head {seq} {last_hash}".encode())


def _record(row: AuditRow) -> Record:
    entry = Entry(
        at=row.at,
        person_id=row.person_id,
        channel=row.channel,
        audience=row.audience,
        event=row.event,
        outcome=row.outcome,
        understood=row.understood,
        child_ids=tuple(row.child_ids),
    )
    return Record(row.seq, entry, row.previous_hash, row.hash)
