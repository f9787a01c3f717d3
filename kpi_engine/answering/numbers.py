"""Numbers of a unit: value, denominator, target, colour, change, bounds, longer periods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from kpi_engine import periods
from kpi_engine.answer import Figure, MeasureAnswer
from kpi_engine.days import Mask
from kpi_engine.figures import Rows, default_period, needs_period
from kpi_engine.measure import Average, Flow, Measure, Rate, Share
from kpi_engine.measures import measure
from kpi_engine.question import ALL, Period
from kpi_engine.sheet import Sheet

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

Cutter = Callable[[Sheet], Mask]
WEEK = timedelta(days=7)


class Counter:
    """Works out measures for one unit, optionally one worker's rows and filtered children.

    rows_only: cuts a Backlog's counted rows further, never its population (days overdue).
    teams: by team code, narrower than the unit: a list of two teams of a service.
    """

    def __init__(
        self, engine: Engine, unit_id: str = ALL, worker: int | None = None,
        children: Callable[[date], Mask] | None = None, rows_only: Cutter | None = None, teams: Mask | None = None,
    ) -> None:  # fmt: skip
        self.engine, self.figures, self.unit_id = engine, engine.figures, unit_id
        self._mask = engine.organisation.team_mask(unit_id) if teams is None else teams
        self._worker, self._children, self._rows_only = worker, children, rows_only
        whole = all(each is None for each in (worker, children, rows_only, teams))
        self._team = engine.organisation.team_alone(unit_id) if whole else None
        self._kept = engine.kept if whole else None

    def keeps(self, as_at: date) -> Cutter:
        """Which rows belong to the unit (and worker, and filters)."""
        children = self._children(as_at) if self._children else None

        def keep(sheet: Sheet) -> Mask:
            found = self._mask[sheet.team]
            if self._worker is not None:
                found = found & (sheet.worker == self._worker)
            if children is not None:
                found = found & (sheet.child >= 0) & np.append(children, False)[sheet.child]
            return found

        return keep

    def rows(self, wanted: Measure, as_at: date, period: Period | None) -> Rows:
        """The unit's rows of a measure."""
        found = self.figures.rows(wanted, as_at, period).where(self.keeps(as_at))
        if self._rows_only is not None:
            found = replace(found, parts=[part.where(self._rows_only(part)) for part in found.parts])
        return found

    def figure(self, wanted: Measure, as_at: date, period: Period | None = None) -> Figure:
        """The number; a period given for a measure of a date means as at its last day."""
        as_at, period = when(wanted, as_at, period)
        if self._team is not None:
            return self.figures.of_teams(wanted, as_at, period)[self._team]
        if self._kept is None:
            return self.figures.figure(wanted, self.rows(wanted, as_at, period))
        return self._kept.figure(
            (self.unit_id, wanted.slug, as_at, period),
            lambda: self.figures.figure(wanted, self.rows(wanted, as_at, period)),
        )

    def target(self, wanted: Measure, as_at: date, period: Period | None) -> float | None:
        """The target in force on D for this unit."""
        targets = self.engine.targets
        if targets.trajectory is not None and wanted.slug == targets.trajectory.measure:
            return self.trajectory_target(as_at)
        told = targets.targets.get(wanted.slug)
        if told is None:
            return None
        if told.weekly is not None and period is not None:
            weeks = ((period.last - period.first).days + 1) / 7
            return round(told.weekly * weeks * self.share_of_baseline(as_at), 1)
        kind = self.engine.units[self.unit_id].team_kind if self.unit_id in self.engine.units else ""
        return told.on(as_at, kind, self.engine.path(self.unit_id))

    def baseline(self, as_at: date) -> tuple[date, int, int] | None:
        """(baseline day, the unit's count on it, the authority's count on it) of the CIN trajectory in force."""
        trajectory = self.engine.targets.trajectory
        if trajectory is None:
            return None
        day = trajectory.baseline_on(as_at)
        if day is None or self.figures.missing(measure(trajectory.measure), day):
            return None
        whole = self.figures.rows(measure(trajectory.measure), day, None).parts[0]
        mine = whole.where(self._mask[whole.team])
        return day, mine.count(), whole.count()

    def share_of_baseline(self, as_at: date) -> float:
        found = self.baseline(as_at)
        return found[1] / found[2] if found and found[2] else 0.0

    def trajectory_target(self, as_at: date) -> float | None:
        found, trajectory = self.baseline(as_at), self.engine.targets.trajectory
        if found is None or trajectory is None:
            return None
        day, mine, whole = found
        return trajectory.value(mine, whole, (as_at - day).days // 7)

    def headline(self, wanted: Measure, as_at: date, period: Period | None) -> MeasureAnswer:
        """A measure's number with everything that travels with it."""
        if self._kept is None:
            return self._headline(wanted, as_at, period)
        return self._kept.headline(
            (self.unit_id, wanted.slug, as_at, period), lambda: self._headline(wanted, as_at, period)
        )

    def _headline(self, wanted: Measure, as_at: date, period: Period | None) -> MeasureAnswer:
        asked, (as_at, period) = period, when(wanted, as_at, period)
        missing = self.figures.missing(wanted, as_at, period)
        if missing:
            return MeasureAnswer(wanted.slug, unit=wanted.counts, no_data=missing)
        rows = self.rows(wanted, as_at, period)
        found = self.figures.figure(wanted, rows)
        target = self.target(wanted, as_at, period)
        before_at, before = week_before(wanted, as_at, period, asked)
        long = self._longer(wanted, as_at)
        return MeasureAnswer(
            wanted.slug, found.value, found.of, found.met, wanted.counts, target,
            self.engine.targets.rag(wanted, found.value, found.of, target),
            self.figures.figure(wanted, self.rows(wanted, before_at, before)).value, period,
            self.figures.bounds(wanted, rows, found), *long,
        )  # fmt: skip

    def _longer(self, wanted: Measure, as_at: date) -> tuple[Figure | None, Figure | None]:
        """The last four weeks and the year to date, of measures of a period."""
        if not isinstance(wanted, Flow | Rate | Share | Average) or not needs_period(wanted):
            return None, None
        spans = (periods.last_weeks(as_at, 4), periods.year_to_date(as_at))
        first, second = (self.figures.figure(wanted, self.rows(wanted, as_at, span)) for span in spans)
        return first, second


def when(wanted: Measure, as_at: date, period: Period | None) -> tuple[date, Period | None]:
    """(as-at date, period) under which a measure is counted: a past period asked of a number of a date means as at its
    last day; nothing said of a number of a period means its own default (asking.md, Time)."""
    if not needs_period(wanted):
        if period is not None and period.last < as_at:
            return period.last, None
        return as_at, None
    return as_at, period or default_period(wanted, as_at)


def week_before(
    wanted: Measure, as_at: date, period: Period | None, asked: Period | None
) -> tuple[date, Period | None]:
    """(as-at date, period) of the number before: a week earlier, or the period of the same length just before."""
    if period is None:
        return as_at - WEEK, None
    if (
        asked is None
        and isinstance(wanted, Share | Average | Rate)
        and wanted.default_period == "last_12_months"
    ):
        return as_at - WEEK, default_period(wanted, as_at - WEEK)
    if asked is None and wanted.default_period == "last_month":
        return as_at, periods.last_month(period.first - timedelta(days=1))
    length = period.last - period.first
    last = period.first - timedelta(days=1)
    return as_at, Period(last - length, last)
