"""The ledger: every clock's rows as at a date D, with status and owner (rules 4).

Duties (kpi_engine.clocks) are worked out once; the ledger as at D is a cut through them: what is dated after D does
not exist, so any past Monday is the same filter with another date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kpi_engine import working_days
from kpi_engine.clocks import Duties, empty
from kpi_engine.days import NEVER, Days, Mask, day, iso
from kpi_engine.duties import CLOCKS, NEEDS
from kpi_engine.facts import NO_TEAM, NOBODY, TEAM_NOT_GIVEN, Codes
from kpi_engine.world import World

STATUSES = ("done_in_time", "done_late", "lapsed", "missed", "overdue", "due")
DONE_IN_TIME, DONE_LATE, LAPSED, MISSED, OVERDUE, DUE = range(6)
COLUMNS = (
    "clock", "child_id", "subject_id", "sequence", "start_date", "due_date", "done_date", "ended_date", "status",
    "days_overdue", "working_days_overdue", "team_id", "worker_id",
)  # fmt: skip


@dataclass
class Cut:
    """Rows of one clock as at D, one array entry each.

    row: the place in the clock's Duties.  status: place in STATUSES.  over, wd_over: days overdue, working days
    overdue (-1 = not counted in working days).  doubt: open only because its done date cannot be right.
    team, worker: codes, NO_TEAM and NOBODY for none.
    """

    clock: str
    as_at: int
    row: Codes
    child: Codes
    start: Days
    due: Days
    done: Days
    ended: Days
    status: Codes
    over: Codes
    doubt: Mask
    team: Codes
    worker: Codes
    duties: Duties

    def __len__(self) -> int:
        return len(self.row)

    def where(self, rows: Mask | Codes) -> Cut:
        return Cut(
            self.clock, self.as_at, self.row[rows], self.child[rows], self.start[rows], self.due[rows],
            self.done[rows], self.ended[rows], self.status[rows], self.over[rows], self.doubt[rows], self.team[rows],
            self.worker[rows], self.duties,
        )  # fmt: skip

    @cached_property
    def wd_over(self) -> Codes:
        """Working days in (due, D] of overdue rows counted in working days, -1 elsewhere."""
        counted = (self.status == OVERDUE) & self.duties.wd[self.row]
        out = np.full(len(self.row), -1, dtype=np.int64)
        out[counted] = working_days.between(self.due[counted], self.as_at)
        return out

    @property
    def subject(self) -> NDArray[np.object_]:
        return self.duties.subject[self.row]

    @property
    def sequence(self) -> Codes:
        return self.duties.sequence[self.row]


class Ledger:
    """Every clock of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._duties: dict[str, Duties] = {}
        self._shadows: dict[str, Duties] = {}

    def duties(self, clock: str) -> Duties:
        """The clock's rows whatever the as-at date, worked out on first use."""
        if clock not in self._duties:
            extract = self.world.facts.extract
            known = self.world.facts.present(NEEDS.get(clock, ())) and clock not in extract.reach.cannot
            rows = CLOCKS[clock](self.world) if known else empty()
            if clock in extract.reach.newest_only:
                as_at = day(extract.as_at)
                rows = rows.take((rows.done > as_at) & (rows.ended > as_at))
            self._duties[clock] = rows.squeezed()
        return self._duties[clock]

    def open(self, clock: str, as_at: int) -> Cut:
        """The clock's rows that are overdue or due on a day."""
        rows = self.duties(clock)
        return self.cut(clock, as_at, (rows.done > as_at) & (rows.ended > as_at))

    def due_between(self, clock: str, as_at: int, first: int, last: int) -> Cut:
        """The clock's rows as at a day that fall due from first to last, both included."""
        rows = self.duties(clock)
        return self.cut(clock, as_at, (rows.due >= first) & (rows.due <= last))

    def done_between(self, clock: str, as_at: int, first: int, last: int) -> Cut:
        """The clock's rows as at a day that were done from first to last, both included."""
        rows = self.duties(clock)
        return self.cut(clock, as_at, (rows.done >= first) & (rows.done <= min(last, as_at)))

    def cut(self, clock: str, as_at: int, among: Mask | None = None) -> Cut:
        """The clock's rows as at a day; `among` marks the rows of its Duties to look at (default all)."""
        rows = self.duties(clock)
        alive = (
            (rows.start <= as_at) & (rows.valid_from <= as_at) & (as_at < rows.valid_to) & (rows.due < NEVER)
        )
        place = np.flatnonzero(alive if among is None else alive & among)
        done, ended = rows.done[place], rows.ended[place]
        done, ended = np.where(done <= as_at, done, NEVER), np.where(ended <= as_at, ended, NEVER)
        made = (rows.start[place] < ended) | rows.brief[place] | (rows.own[place] & (done < NEVER))
        place, done, ended = place[made], done[made], ended[made]
        start, due = rows.start[place], rows.due[place]
        finished, over_by_end = done < NEVER, ended < NEVER
        status = np.where(due < as_at, OVERDUE, DUE)
        status = np.where(
            over_by_end,
            np.where(((ended <= due) & ~rows.ended_late[place]) | rows.lapses[place], LAPSED, MISSED),
            status,
        )
        in_time = (done <= due) & ~rows.late[place]
        status = np.where(finished, np.where(in_time, DONE_IN_TIME, DONE_LATE), status)
        until = np.select(
            [status == OVERDUE, status == DONE_LATE, status == MISSED], [as_at, done, ended], due
        )
        worker, team = self._owners(rows, place, as_at, status, np.minimum.reduce([due, done, ended]))
        return Cut(clock, as_at, place, rows.child[place], start, due, done, ended, status, until - due,
                   rows.doubt[place] & (status >= OVERDUE), team, worker, rows)  # fmt: skip

    def _owners(
        self, rows: Duties, place: Codes, as_at: int, status: Codes, earliest: Days
    ) -> tuple[Codes, Codes]:
        """Overdue and due rows belong to the allocation on D; all others to that on the earliest of due, done, ended
        and D, reaching back up to 30 days if nobody held the case then (rules 3.5)."""
        is_open = status >= OVERDUE
        on = np.where(is_open, as_at, np.minimum(earliest, as_at))
        team_given, worker_given = rows.record_team[place], rows.record_worker[place]
        worker, team = self.world.allocation.of(rows.child[place], on, team_given, worker_given, ~is_open)
        fixed = rows.fixed[place]
        if fixed.any():
            team = np.where(fixed, np.where(team_given == TEAM_NOT_GIVEN, NO_TEAM, team_given), team)
            worker = np.where(fixed, worker_given, worker)
        lead = rows.lead_team[place]
        led = lead != TEAM_NOT_GIVEN
        if led.any():
            worker = np.where(led & (team != lead) | (lead == NO_TEAM), NOBODY, worker)
            team = np.where(led, lead, team)
        return worker, team

    def shadows(self, clock: str) -> Duties:
        """Records of the clock without a start date: in no ledger, but in the worst bound (rules 7)."""
        if clock not in self._shadows:
            rows = self.duties(clock)
            self._shadows[clock] = rows.take(rows.start >= NEVER)
        return self._shadows[clock]

    def frames(self, as_at: int, clocks: Iterable[str] | None = None) -> Iterator[pd.DataFrame]:
        """The ledger as at a day as contract.md gives it, clock by clock (the whole is large): COLUMNS, ISO dates,
        null = none; sorted by clock, child_id, subject_id, sequence."""
        facts = self.world.facts
        child_ids, worker_ids, team_ids = (
            _names(i) for i in (facts.children.ids, facts.workers.ids, facts.teams.ids)
        )
        for clock in sorted(clocks or CLOCKS):
            cut = self.cut(clock, as_at)
            child = child_ids[cut.child]
            part = pd.DataFrame({
                "clock": clock, "child_id": np.where(cut.child >= 0, child, cut.subject), "subject_id": cut.subject,
                "sequence": cut.sequence, "start_date": _iso(cut.start), "due_date": _iso(cut.due),
                "done_date": _iso(cut.done), "ended_date": _iso(cut.ended),
                "status": _names(list(STATUSES))[cut.status], "days_overdue": cut.over,
                "working_days_overdue": pd.array(np.where(cut.wd_over >= 0, cut.wd_over, -1), dtype="Int64"),
                "team_id": team_ids[cut.team], "worker_id": worker_ids[cut.worker],
            })  # fmt: skip
            part.loc[cut.wd_over < 0, "working_days_overdue"] = pd.NA
            yield part.sort_values(["child_id", "subject_id", "sequence"], kind="stable")[list(COLUMNS)]

    def rows(self, as_at: int, clocks: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """`frames` as dicts, None = none."""
        out: list[dict[str, Any]] = []
        for clock in clocks or CLOCKS:
            out += self.records(self.cut(clock, as_at))
        return sorted(out, key=lambda r: (r["clock"], r["child_id"], r["subject_id"], r["sequence"]))

    def records(self, cut: Cut) -> list[dict[str, Any]]:
        """The rows of a cut, JSON-ready."""
        facts = self.world.facts
        child_ids, worker_ids, team_ids = facts.children.ids, facts.workers.ids, facts.teams.ids
        out = []
        columns = zip(
            cut.child.tolist(), cut.subject.tolist(), cut.sequence.tolist(), cut.start.tolist(), cut.due.tolist(),
            cut.done.tolist(), cut.ended.tolist(), cut.status.tolist(), cut.over.tolist(), cut.wd_over.tolist(),
            cut.team.tolist(), cut.worker.tolist(), strict=True,
        )  # fmt: skip
        for child, subject, sequence, start, due, done, ended, status, over, wd_over, team, worker in columns:
            out.append({
                "clock": cut.clock, "child_id": child_ids[child] if child >= 0 else subject, "subject_id": subject,
                "sequence": sequence, "start_date": iso(start), "due_date": iso(due), "done_date": iso(done),
                "ended_date": iso(ended), "status": STATUSES[status], "days_overdue": over,
                "working_days_overdue": wd_over if wd_over >= 0 else None,
                "team_id": team_ids[team] if team >= 0 else None,
                "worker_id": worker_ids[worker] if worker >= 0 else None,
            })  # fmt: skip
        return out


def _names(ids: list[str]) -> NDArray[np.object_]:
    """Ids by code, with None in the last place for the code -1."""
    out = np.empty(len(ids) + 1, dtype=object)
    out[: len(ids)] = ids
    return out


def _iso(days: Days) -> NDArray[np.object_]:
    """ISO dates of day numbers, None for NEVER; each different day is written once."""
    unique, place = np.unique(days, return_inverse=True)
    written = np.empty(len(unique), dtype=object)
    written[:] = [iso(int(d)) for d in unique]
    return written[place]
