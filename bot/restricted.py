"""Restricted cases: whose rows are shown to nobody but the people named for them (issue: the right eyes only).

PERFBOT_HOME/restricted.csv names them: child_id, viewers (user ids of local_users, ";" between). A viewer sees the
case where ordinary rights let them, in the personal chat alone; everybody else has it in every count and in no list,
and "why" is refused in the words of another team's child. Somebody of the unit that holds the child can break the
glass (bot.dialogs.break_glass): for that person alone, for an hour, with a reason, on record.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.audit import BREAK_GLASS
from bot.store.audit import Audit
from bot.store.briefings import Briefings
from bot.turn import Audience
from kpi_engine.engine import User
from kpi_engine.errors import InputError
from kpi_engine.question import ALL, AUTHORITY, UnitRef

FILE = "restricted.csv"
COLUMNS = ("child_id", "viewers")
OPEN_FOR = timedelta(hours=1)
NOTICE, DIRECTOR = "notice", "director"
WORTH_SENDING = timedelta(days=3)
TOLD = (
    "{who} opened a restricted case at {at} for an hour. The case and the reason are on record: "
    "perfbot audit show --break-glass."
)


class Opened(Protocol):
    """Knows which restricted cases a person has opened and may still see."""

    async def opened(self, person_id: str, now: datetime) -> frozenset[str]: ...


class OpenedOnRecord:
    """The record of answers is where an opened case is kept: what is not on record is not open."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def opened(self, person_id: str, now: datetime) -> frozenset[str]:
        """Ids, without regard to case, of what this person opened within the last hour."""
        records = self._audit.records(person_id=person_id, event=BREAK_GLASS, since=now - OPEN_FOR)
        return frozenset(
            [
                child.casefold()
                async for record in records
                if record.entry.outcome == "answered"
                for child in record.entry.child_ids
            ]
        )


class Directors:
    """Tells every director, by a post of their own, that somebody has broken the glass; it names no child."""

    def __init__(self, briefings: Briefings) -> None:
        self._briefings = briefings

    async def tell(self, who: str, users: Iterable[User], now: datetime) -> None:
        """who: the name and id of the person who opened a case. The timetable delivers it like any notice."""
        text = TOLD.format(who=who, at=now.isoformat(timespec="minutes"))
        for user in users:
            if not user.active or user.role != DIRECTOR:
                continue
            unit = UnitRef("team", user.unit_id) if user.unit_id and user.unit_id != ALL else AUTHORITY
            payload = {
                "unit": unit.to_json(),
                "audience": "personal",
                "reply": {"text": text, "card": None, "answer": {}},
            }
            await self._briefings.claim(
                NOTICE, user.user_id, now.isoformat(), payload, holder=NOTICE, now=now, lease=timedelta(0),
                until=now + WORTH_SENDING,
            )  # fmt: skip


class RestrictedCases:
    """The list, read again whenever its file changes. Without a file no case is restricted."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._seen: tuple[int, int] | None = None
        self._viewers: Mapping[str, frozenset[str]] = {}

    def hidden_from(
        self, person_id: str | None, audience: Audience, opened: frozenset[str]
    ) -> frozenset[str]:
        """Ids, without regard to case, that may not be named to this person here; all of them where others listen.

        Raises InputError when the list cannot be read: then nothing is answered at all.
        """
        viewers = self._read()
        if audience.kind != "personal" or person_id is None:
            return frozenset(viewers)
        who = person_id.casefold()
        return frozenset(child for child, seen_by in viewers.items() if who not in seen_by) - opened

    def any(self) -> bool:
        """Whether there is a restricted case at all. Raises InputError when the list cannot be read."""
        return bool(self._read())

    def _read(self) -> Mapping[str, frozenset[str]]:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._viewers = None, {}
            return self._viewers
        mark = (stat.st_mtime_ns, stat.st_size)
        if mark != self._seen:
            self._viewers = _viewers_in(self._path)
            self._seen = mark
        return self._viewers


def _viewers_in(path: Path) -> dict[str, frozenset[str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise InputError(f"{FILE} must have the columns {' and '.join(COLUMNS)}.")
            found: dict[str, frozenset[str]] = {}
            for row in reader:
                child = (row["child_id"] or "").strip().casefold()
                if not child or None in row:
                    raise InputError(
                        f"{FILE}, line {reader.line_num}: a child_id and its viewers are needed."
                    )
                viewers = {one.strip().casefold() for one in (row["viewers"] or "").split(";") if one.strip()}
                found[child] = found.get(child, frozenset()) | viewers
            return found
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"{FILE} cannot be read, so nothing can be answered until it is.") from None
