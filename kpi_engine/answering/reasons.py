"""Why rows came onto or went off a number between two days: fell due, done late, ended, moved, opened, closed."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from kpi_engine.figures import POPULATION_MASKS, Figures, Rows
from kpi_engine.ledger import DONE_LATE, OVERDUE, Cut
from kpi_engine.measure import Backlog, Measure, Stock
from kpi_engine.sheet import Sheet

FELL_DUE, CAME_OVER, CAME_IN = "fell due", "came overdue from elsewhere", "joined the population overdue"
DONE, ENDED, WENT, LEFT, GONE = (
    "done late", "ended undone", "went elsewhere overdue", "left the population", "no longer on record",
)  # fmt: skip
JOINED, LOST_WORKER, GIVEN_WORKER = "joined the population", "lost a worker", "given a worker"
CAME_FROM_TEAM, WENT_TO_TEAM = "from another team or worker", "to another team or worker"
OPENED = {"cin_open": "newly open", "cp_open": "newly on a plan", "lac_open": "newly in care"}
CLOSED = {"cin_open": "closed or turned 18", "cp_open": "plan ended", "lac_open": "left care or turned 18"}
FROM = {"CP": "from a CP plan", "LAC": "from care", "CIN": "from child in need"}
TO = {"CP": "onto a CP plan", "LAC": "into care", "CIN": "to child in need"}
CASE_TYPES = {"cin_open": "CIN", "cp_open": "CP", "lac_open": "LAC"}

Day = tuple[date, Rows]
Reason = Callable[[int], str]


@dataclass
class Moves:
    """came_on, came_off: rows (for numbers of children: children) by reason.  on, off: the rows themselves, those that
    came on as on D, those that came off as they were before."""

    came_on: Tally[str] = field(default_factory=Tally)
    came_off: Tally[str] = field(default_factory=Tally)
    on: list[Sheet] = field(default_factory=list)
    off: list[Sheet] = field(default_factory=list)


def moves(figures: Figures, wanted: Measure, now: Day, then: Day) -> Moves | None:
    """What came on and off between two days; None for numbers of a period and numbers that count no children."""
    if isinstance(wanted, Backlog) and wanted.clocks:
        return _of_ledger(figures, wanted, now, then)
    if isinstance(wanted, Backlog) and wanted.slug.endswith("_unallocated"):
        return _of_children(now, then, *_unallocated(figures, wanted, now[0], then[0]))
    if isinstance(wanted, Stock) and wanted.slug in CASE_TYPES:
        return _of_children(now, then, *_by_case_type(figures, wanted, now[0], then[0]))
    return None


def _of_ledger(figures: Figures, wanted: Backlog, now: Day, then: Day) -> Moves:
    out = Moves()
    was_member, is_member = (_member(figures, wanted, day) for day in (then[0], now[0]))
    for clock, mine, was in zip(wanted.clocks, now[1].parts, then[1].parts, strict=True):
        rows, rows_then = _rows(mine), _rows(was)
        on, off = mine.where(~np.isin(rows, rows_then)), was.where(~np.isin(rows_then, rows))
        out.on.append(on)
        out.off.append(off)
        before, after = figures.view(then[0]).cut(clock), figures.view(now[0]).cut(clock)
        for child, status in _statuses(on, before):
            overdue = CAME_OVER if was_member(child) else CAME_IN
            out.came_on[overdue if status == OVERDUE else FELL_DUE] += 1
        for child, status in _statuses(off, after):
            out.came_off[_why_off(status, is_member(child))] += 1
    return out


def _rows(sheet: Sheet) -> np.ndarray:
    assert sheet.cut is not None
    return sheet.cut.row


def _statuses(sheet: Sheet, other: Cut) -> list[tuple[int, int | None]]:
    """(child, status in the other cut) of each row; None where the other cut does not hold it."""
    known = dict(zip(other.row.tolist(), other.status.tolist(), strict=True))
    return [(c, known.get(r)) for c, r in zip(sheet.child.tolist(), _rows(sheet).tolist(), strict=True)]


def _why_off(status: int | None, member: bool) -> str:
    if status is None:
        return GONE
    if status <= DONE_LATE:
        return DONE
    if status == OVERDUE:
        return WENT if member else LEFT
    return ENDED


def _member(figures: Figures, wanted: Backlog, on: date) -> Callable[[int], bool]:
    """Whether a child is in the measure's population on a day (rows without a child always are)."""
    inside = POPULATION_MASKS.get(wanted.population or "")
    if inside is None:
        return lambda child: True
    mask = inside(figures.view(on))
    return lambda child: child >= 0 and bool(mask[child])


def _of_children(now: Day, then: Day, why_on: Reason, why_off: Reason) -> Moves:
    (mine,), (was,) = now[1].parts, then[1].parts
    on, off = mine.where(~np.isin(mine.child, was.child)), was.where(~np.isin(was.child, mine.child))
    return Moves(
        Tally(why_on(c) for c in np.unique(on.child).tolist()),
        Tally(why_off(c) for c in np.unique(off.child).tolist()),
        [on],
        [off],
    )


def _unallocated(figures: Figures, wanted: Backlog, now: date, then: date) -> tuple[Reason, Reason]:
    was_member, is_member = _member(figures, wanted, then), _member(figures, wanted, now)
    return (
        lambda child: LOST_WORKER if was_member(child) else JOINED,
        lambda child: GIVEN_WORKER if is_member(child) else LEFT,
    )


def _by_case_type(figures: Figures, wanted: Measure, now: date, then: date) -> tuple[Reason, Reason]:
    own = CASE_TYPES[wanted.slug]

    def why(on: date, moved: str, other: dict[str, str], otherwise: str) -> Reason:
        view = figures.view(on)

        def reason(child: int) -> str:
            kind = view.case_type(child)
            return moved if kind == own else other.get(kind or "", otherwise)

        return reason

    return why(then, CAME_FROM_TEAM, FROM, OPENED[wanted.slug]), why(
        now, WENT_TO_TEAM, TO, CLOSED[wanted.slug]
    )
