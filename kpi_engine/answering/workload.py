"""What falls due before the next meeting, by worker (a team's) or team, against what they have been getting done.

The next meeting is seven days on. Capacity is what was done in a week on average over the last 13 weeks, of the same
clocks, by whoever the ledger says it belonged to. Workers are named only to those who may see them (rights.md 2 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from kpi_engine.answering.asked import Asked
from kpi_engine.answering.words import counted, listed, said
from kpi_engine.days import Mask, day
from kpi_engine.facts import NOBODY, Codes
from kpi_engine.figures import POPULATION_MASKS
from kpi_engine.ledger import DONE_LATE, DUE, OVERDUE
from kpi_engine.measure import Backlog, Measure
from kpi_engine.sheet import Sheet, of_cut

WEEKS = 13
NAMED = 5
MEETING = timedelta(days=7)


@dataclass
class _Load:
    """due: falls due before the next meeting.  overdue: already.  done: in the last 13 weeks."""

    due: int = 0
    overdue: int = 0
    done: int = 0

    @property
    def weekly(self) -> float:
        return round(self.done / WEEKS, 1)

    @property
    def short(self) -> float:
        """How much more there is to do than a usual week gets done; nought where it can be done."""
        return round(max(self.due + self.overdue - self.done / WEEKS, 0.0), 1)


def workload(asked: Asked, wanted: Measure) -> tuple[list[str], dict[str, Any]]:
    """(sentences, extra): nothing for measures without clocks. extra["falls_due"]: rows with name, falls_due,
    overdue_now, done_a_week, short; counts of rows, the last two per week."""
    clocks = getattr(wanted, "clocks", ())
    if not clocks:
        return [], {}
    loads: dict[tuple[int, int], _Load] = {}
    total = _Load()
    for kind, sheet in _sheets(asked, wanted, clocks):
        setattr(total, kind, getattr(total, kind) + len(sheet))
        for key in zip(_shown_worker(asked, wanted, sheet).tolist(), sheet.team.tolist(), strict=True):
            load = loads.setdefault(key, _Load())
            setattr(load, kind, getattr(load, kind) + 1)
    if not (total.due or total.overdue):
        return [], {}
    until = asked.question.as_at + MEETING
    lines = [
        f"Before {said(until)} {counted(total.due, 'more falls due', 'more fall due')} and {total.overdue:,} "
        f"{'is' if total.overdue == 1 else 'are'} overdue now; in a usual week {total.weekly:g} get done "
        f"(mean of the last {WEEKS} weeks)."
    ]
    rows = _rows(asked, loads)
    behind = [r for r in rows if r["short"]]
    if behind and len(rows) > 1:
        parts = [
            f"{r['name']} ({r['falls_due'] + r['overdue_now']} to do, {r['done_a_week']:g} a week)"
            for r in behind[:NAMED]
        ]
        lines.append(f"More than a usual week's work: {listed(parts)}.")
    return lines, {"falls_due": rows}


def _sheets(asked: Asked, wanted: Measure, clocks: tuple[str, ...]) -> list[tuple[str, Sheet]]:
    """The unit's rows of each kind of load."""
    as_at = asked.question.as_at
    view, keeps = asked.engine.figures.view(as_at), asked.counter.keeps(as_at)
    inside = POPULATION_MASKS.get(wanted.population or "") if isinstance(wanted, Backlog) else None
    today, until = view.as_at, day(as_at + MEETING)
    out = []
    for clock in clocks:
        cut = view.cut(clock)
        member: Mask = np.ones(len(cut), dtype=bool)
        if inside is not None:
            member = (cut.child >= 0) & np.append(inside(view), False)[cut.child]
        for kind, rows in (
            ("due", (cut.status == DUE) & (cut.due < until) & member),
            ("overdue", (cut.status == OVERDUE) & member),
            ("done", (cut.status <= DONE_LATE) & (cut.done > today - 7 * WEEKS)),
        ):
            sheet = of_cut(cut.where(rows))
            out.append((kind, sheet.where(keeps(sheet))))
    return out


def _shown_worker(asked: Asked, wanted: Measure, sheet: Sheet) -> Codes:
    """The worker of each row where a team is asked about and the worker may be named, else NOBODY."""
    nobody = np.full(len(sheet), NOBODY, dtype=np.int64)
    if asked.engine.units[asked.question.unit.id].kind != "team":
        return nobody
    if wanted.staff and not asked.scope.staff_named:
        return nobody
    visible = asked.engine.organisation.mask_of(asked.scope.worker_units)
    return np.where(visible[sheet.team], sheet.worker, NOBODY)


def _rows(asked: Asked, loads: dict[tuple[int, int], _Load]) -> list[dict[str, Any]]:
    """Most behind first; those with nothing to do are left out."""
    facts, engine = asked.engine.world.facts, asked.engine
    out = []
    for (worker, team), load in loads.items():
        if not (load.due or load.overdue):
            continue
        team_id, worker_id = facts.teams.id(team), facts.workers.name(worker)
        name = engine.units[team_id].name if team_id else "No team"
        if worker_id is not None:
            name = engine.workers[worker_id].name
        elif engine.units[asked.question.unit.id].kind == "team" and len(loads) > 1:
            name = "No worker"
        out.append({"name": name, "team_id": team_id, "worker_id": worker_id, "falls_due": load.due,
                    "overdue_now": load.overdue, "done_a_week": load.weekly, "short": load.short})  # fmt: skip
    return sorted(
        out, key=lambda r: (-r["short"], -r["falls_due"] - r["overdue_now"], r["name"], r["worker_id"] or "")
    )
