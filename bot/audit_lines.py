"""The second copy of the record: one JSON line for each record, in the record's own order, in a file.

Meant for another disk, or for a collector that carries it off the machine: whoever rewrites the database, its
head included, does not reach what has gone. Every process that records ships whatever the file does not hold
yet, so a time when the file could not be written leaves a gap that the next record closes. The first record
never waits for the second: when the file fails, the operator reads it in the log and nothing is lost.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.store.audit import Audit, Record

AT_ONCE = 500
"""Records written together when the file has fallen behind."""
BLOCK = 65_536

log = logging.getLogger(__name__)


class AuditLines:
    """The file `path`, kept in step with `audit`. It is never shortened but for half a line at its end, left
    there by a process that died while writing."""

    def __init__(self, path: Path, audit: Audit) -> None:
        self._path = path
        self._audit = audit
        self._one_at_a_time = asyncio.Lock()
        self._failing = False

    async def ship(self) -> None:
        """Writes what is not in the file yet. Never raises: what fails is told to the operator."""
        try:
            async with self._one_at_a_time:
                await self._catch_up()
        except Exception as error:
            if not self._failing:
                log.error(
                    "The second copy of the record cannot be written (%s). The record itself is whole; what "
                    "is missing is added as soon as the file can be written again.",
                    type(error).__name__,
                )
            self._failing = True
        else:
            if self._failing:
                log.warning("The second copy of the record can be written again and has been caught up.")
            self._failing = False

    async def fault(self) -> str:
        """How the file differs from the record, "" where it does not; records may be missing at its end."""
        try:
            with self._path.open(encoding="utf-8") as lines:
                records = self._audit.records()
                number = 0
                for number, line in enumerate(lines, 1):
                    record = await anext(records, None)
                    if record is None:
                        return f"it holds records after number {number - 1}, which the record does not"
                    if line != as_line(record):
                        return f"its line {number} is not record {record.seq}"
                behind = [record.seq async for record in records]
        except FileNotFoundError:
            return "there is no such file yet"
        except (OSError, UnicodeDecodeError):
            return "it cannot be read"
        return f"it ends after record {number}; {len(behind)} are missing" if behind else ""

    async def _catch_up(self) -> None:
        handle = await asyncio.to_thread(self._open)
        try:
            after = await asyncio.to_thread(_last_seq, handle)
            async for lines in _batches(self._audit.records(after=after)):
                await asyncio.to_thread(_write, handle, lines)
        finally:
            os.close(handle)

    def _open(self) -> int:
        """The file, made for its owner alone; other processes wait until it is closed."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            os.close(handle)
            raise
        return handle


def as_json(record: Record) -> dict[str, Any]:
    """One record as it is shown and exported."""
    entry = record.entry
    return {
        "seq": record.seq, "at": entry.at.isoformat(timespec="microseconds"), "person_id": entry.person_id,
        "channel": entry.channel, "audience": entry.audience, "event": entry.event, "outcome": entry.outcome,
        "understood": dict(entry.understood), "child_ids": list(entry.child_ids),
        "previous_hash": record.previous_hash, "hash": record.hash,
    }  # fmt: skip


def as_line(record: Record) -> str:
    """The record as one line of JSON, always with the same bytes."""
    return json.dumps(as_json(record), ensure_ascii=False, sort_keys=True) + "\n"


async def _batches(records: AsyncIterator[Record]) -> AsyncIterator[str]:
    lines: list[str] = []
    async for record in records:
        lines.append(as_line(record))
        if len(lines) == AT_ONCE:
            yield "".join(lines)
            lines = []
    if lines:
        yield "".join(lines)


def _write(handle: int, lines: str) -> None:
    rest = lines.encode()
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def _last_seq(handle: int) -> int:
    """The number of the last record in the file, 0 for an empty one; half a line at the end is cut off."""
    end = os.lseek(handle, 0, os.SEEK_END)
    tail, start = b"", end
    while start and tail.count(b"\n") < 2:
        step = min(BLOCK, start)
        start -= step
        tail = os.pread(handle, step, start) + tail
    whole, newline, half = tail.rpartition(b"\n")
    if half:
        os.ftruncate(handle, end - len(half))
    if not newline:
        return 0
    return int(json.loads(whole.rpartition(b"\n")[2])["seq"])
