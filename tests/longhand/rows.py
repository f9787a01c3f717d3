"""A row of the ledger: how its status comes about (rules 4), and the chain of a rhythm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.longhand.counting import add_months, add_working_days, in_calendar, working_days_between

Day = dt.date


@dataclass(frozen=True)
class Limit:
    """So many working days (WD), calendar days (CD) or months (m)."""

    number: int
    unit: str

    def due(self, start: Day) -> Day | None:
        """The due date; None for working days that start outside the calendar."""
        if self.unit == "CD":
            return start + dt.timedelta(days=self.number)
        if self.unit == "m":
            return add_months(start, self.number)
        return add_working_days(start, self.number) if in_calendar(start) else None


@dataclass
class LedgerRow:
    """One duty. The holder comes later. in_time: where the minute decides and not the day."""

    clock: str
    child: str | None
    subject: str | None
    sequence: int
    start: Day
    due: Day
    done: Day | None
    ended: Day | None
    working_days: bool
    record_team: str | None = None
    record_worker: str | None = None
    owner: str = "child"  # child, contact or record
    done_in_time: bool | None = None
    ended_in_time: bool | None = None

    def status(self, as_at: Day) -> str:
        if self.done is not None:
            in_time = self.done <= self.due if self.done_in_time is None else self.done_in_time
            return "done_in_time" if in_time else "done_late"
        if self.ended is not None:
            in_time = self.ended <= self.due if self.ended_in_time is None else self.ended_in_time
            return "lapsed" if in_time else "missed"
        return "overdue" if self.due < as_at else "due"

    def days_overdue(self, as_at: Day) -> int:
        until = {"overdue": as_at, "done_late": self.done, "missed": self.ended}.get(self.status(as_at))
        return (until - self.due).days if until else 0

    def working_days_overdue(self, as_at: Day) -> int | None:
        if self.status(as_at) != "overdue" or not self.working_days:
            return None
        return working_days_between(self.due, as_at)


def deadline(
    clock: str,
    child: str | None,
    subject: str | None,
    start: Day | None,
    limit: Limit | Day | None,
    done: Day | None,
    ended: Day | None = None,
    *,
    own_date: bool,
    sequence: int = 1,
    before_start_counts: bool = False,
    always_lapsed: bool = False,
) -> list[LedgerRow]:
    """The one row of a deadline, or none.

    own_date: the done date stands on the row's own record and wins over the end; else it must fall inside.
    limit: a Limit, or the due date itself.
    """
    if start is None or limit is None:
        return []
    due = limit.due(start) if isinstance(limit, Limit) else limit
    if due is None:
        return []
    if done is not None and done < start and not before_start_counts:
        done = None
    if done is not None and ended is not None and done > ended and not own_date:
        done = None
    if ended is not None and start >= ended and not (own_date and done is not None):
        return []
    working = isinstance(limit, Limit) and limit.unit == "WD"
    return [
        LedgerRow(
            clock,
            child,
            subject,
            sequence,
            start,
            due,
            done,
            ended,
            working,
            ended_in_time=True if always_lapsed else None,
        )
    ]


def rhythm(
    clock: str,
    child: str | None,
    subject: str | None,
    start: Day | None,
    ended: Day | None,
    events: Iterable[Day | None],
    limit: Callable[[int, Day], Limit | Day | None],
    *,
    start_day_counts: bool = True,
    first_sequence: int = 1,
) -> list[LedgerRow]:
    """The chain of rows inside one regime. limit(number, start) of each row; None: the chain stops there."""
    if start is None:
        return []
    happened = sorted({day for day in events if day and day >= start and (ended is None or day <= ended)})
    rows: list[LedgerRow] = []
    number = 1
    while ended is None or start < ended:
        length = limit(number, start)
        if length is None:
            break
        due = length.due(start) if isinstance(length, Limit) else length
        if due is None:
            break
        on_start = number == 1 and start_day_counts
        later = [day for day in happened if day > start or (on_start and day == start)]
        done = later[0] if later else None
        working = isinstance(length, Limit) and length.unit == "WD"
        rows.append(
            LedgerRow(clock, child, subject, first_sequence + number - 1, start, due, done, ended, working)
        )
        if done is None:
            break
        start = done
        number += 1
    return rows
