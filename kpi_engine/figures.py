"""How each kind of measure is worked out from its rows (measures.md), for one unit, on one date or over one period."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_engine import periods
from kpi_engine.answer import Figure
from kpi_engine.cases import AS_AT, EVENTS
from kpi_engine.days import Mask, day
from kpi_engine.facts import NO_TEAM, Codes
from kpi_engine.ledger import DONE_IN_TIME, DONE_LATE, DUE, LAPSED, OVERDUE, Ledger
from kpi_engine.measure import Average, Backlog, Flow, Measure, Rate, Share, Stock
from kpi_engine.question import Period
from kpi_engine.rounding import DAYS_IN_MONTH, one_decimal, percentage
from kpi_engine.sheet import Events, Sheet, no_rows, of_children, of_cut
from kpi_engine.view import View
from kpi_engine.world import World

_CHILDREN = 1 << 32
"""More than there are children: team * _CHILDREN + child tells both."""
KEPT_CHILDREN, FEWEST_VIEWS = 2_500_000, 30
"""As-at dates are kept in memory up to so many children in all, and never fewer than the weeks of a trend and those
before them."""
KEPT_FIGURES = 5_000
"""Measures on a date whose numbers of all teams are kept: small, so many more than are asked in a day."""
KEPT_ROWS, FEWEST_ROWS = 5, 1000
"""Rows of measures kept in memory, for each child of the extract (some hundred bytes a row);
and never fewer answers than a briefing and its trends ask for."""

POPULATION_MASKS: dict[str, Callable[[View], Mask]] = {
    "on_cp_plan": lambda view: view.on_cp_plan,
    "looked_after": lambda view: view.looked_after,
    "cin": lambda view: view.cin,
    "cin_plan": lambda view: view.cin_plan,
}
"""Populations by which overdue rows are narrowed: rows of children outside (aged out) are in no backlog."""
POPULATION_OF_CASES = {
    "carer_assessments_unallocated": "carer_assessments_open",
    "caseloads_over_standard": "caseloads",
}


@dataclass
class Rows:
    """The rows of a measure: `parts` are counted (a Backlog) or divided (the rest); `population` is a Backlog's of.
    unknown: the source does not reach back to that date or period: no number, which is not 0."""

    parts: list[Sheet]
    population: Sheet | None = None
    shadows: list[Sheet] | None = None
    unknown: bool = False

    @property
    def weight(self) -> int:
        """How many rows it takes to keep; the population is shared."""
        return sum(len(sheet) for sheet in (*self.parts, *(self.shadows or ())))

    def where(self, keep: Callable[[Sheet], Mask]) -> Rows:
        return Rows(
            [p.where(keep(p)) for p in self.parts],
            None if self.population is None else self.population.where(keep(self.population)),
            None if self.shadows is None else [s.where(keep(s)) for s in self.shadows],
            self.unknown,
        )


class Figures:
    """Every measure of a world, on any date."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ledger = Ledger(world)
        self._views: OrderedDict[int, View] = OrderedDict()
        self._events: dict[str, Events] = {}
        self._rows: OrderedDict[tuple[str, int, Period | None], Rows] = OrderedDict()
        self._kept = 0
        self._teams: dict[tuple[str, int, Period | None], list[Figure]] = {}

    def view(self, as_at: date) -> View:
        number = day(as_at)
        if number not in self._views:
            self._views[number] = View(self.world, self.ledger, number)
            while len(self._views) > max(
                KEPT_CHILDREN // (len(self.world.facts.children.ids) + 1), FEWEST_VIEWS
            ):
                self._views.popitem(last=False)
        self._views.move_to_end(number)
        return self._views[number]

    def missing(
        self, measure: Measure, as_at: date | None = None, period: Period | None = None
    ) -> str | None:
        """Why there is no data (on that date, over that period), in a sentence; None where there is."""
        cannot = self.world.facts.extract.reach.cannot
        for name in (measure.slug, *getattr(measure, "clocks", ())):
            if name in cannot:
                return f"No data: {cannot[name]}"
        absent = [name for name in measure.needs if not self.world.facts[name].present]
        if absent:
            return f"No data: the extract does not hold {' and '.join(absent)}."
        return None if as_at is None else self.out_of_reach(measure, as_at, period)

    def out_of_reach(self, measure: Measure, as_at: date, period: Period | None) -> str | None:
        """Why the source does not reach back that far, in a sentence; None where it does."""
        extract = self.world.facts.extract
        if all(name.startswith("local_") for name in measure.needs):
            return None
        if extract.reach.snapshot and as_at < extract.as_at:
            return f"No data: the source is a snapshot as at {extract.as_at.isoformat()} and holds no earlier state."
        since = extract.reach.events_from
        if since is not None and period is not None and period.first < since:
            return f"No data: the source holds events from {since.isoformat()} on only."
        return None

    # Rows

    def rows(self, measure: Measure, as_at: date, period: Period | None) -> Rows:
        """The measure's rows for the whole authority; cached."""
        key = (measure.slug, day(as_at), period)
        if key not in self._rows:
            if self.out_of_reach(measure, as_at, period):
                self._rows[key] = Rows([no_rows()], no_rows(), unknown=True)
            else:
                self._rows[key] = self._made(measure, self.view(as_at), period)
            self._kept += self._rows[key].weight
            while (
                self._kept > KEPT_ROWS * len(self.world.facts.children.ids) and len(self._rows) > FEWEST_ROWS
            ):
                self._kept -= self._rows.popitem(last=False)[1].weight
        self._rows.move_to_end(key)
        return self._rows[key]

    def _made(self, measure: Measure, view: View, period: Period | None) -> Rows:
        if isinstance(measure, Backlog):
            return self._backlog(measure, view)
        if isinstance(measure, Rate):
            assert period is not None
            return self._rate(measure, view, period)
        if isinstance(measure, Flow) and measure.cases == "cin_net_change":
            assert period is not None
            return self._net_change(period, view)
        if isinstance(measure, Stock) or (isinstance(measure, Share | Average) and measure.on == "as_at"):
            return Rows([_cases(measure.cases, view)])
        assert isinstance(measure, Flow | Share | Average)
        assert period is not None
        if measure.cases not in self._events:
            self._events[measure.cases] = EVENTS[measure.cases](self.world)
        return Rows([self._events[measure.cases].between(day(period.first), day(period.last), view.as_at)])

    def _backlog(self, measure: Backlog, view: View) -> Rows:
        if not measure.clocks:
            assert measure.cases is not None
            population = measure.population or POPULATION_OF_CASES[measure.cases]
            return Rows([_cases(measure.cases, view)], _cases(population, view))
        inside = POPULATION_MASKS.get(measure.population or "")
        parts, open_rows, shadows = [], [], []
        for clock in measure.clocks:
            cut = view.open(clock)
            parts.append(of_cut(cut.where((cut.status == OVERDUE) & _in(inside, view, cut.child))))
            if measure.population is None:
                open_rows.append(of_cut(cut))
            shadow = self._shadows(clock, view, held=None)
            shadows.append(shadow.where(_in(inside, view, shadow.child)))
        of = _cases(measure.population, view) if measure.population else _stacked(open_rows)
        return Rows(parts, of, shadows)

    def _rate(self, measure: Rate, view: View, period: Period) -> Rows:
        first, last = day(period.first), min(day(period.last), view.as_at)
        parts, shadows = [], []
        for clock in measure.clocks:
            if measure.basis == "due":
                cut = self.ledger.due_between(clock, view.as_at, first, last)
                found = cut.where((cut.status != LAPSED) & (cut.status != DUE))
            else:
                cut = self.ledger.done_between(clock, view.as_at, first, last)
                found = cut.where(cut.status <= DONE_LATE)
                shadows.append(self._shadows(clock, view, held=(first, last)))
            parts.append(of_cut(found, found.status == DONE_IN_TIME))
        return Rows(parts, None, shadows)

    def _shadows(self, clock: str, view: View, held: tuple[int, int] | None) -> Sheet:
        """Records without a start date that are open on D (or, for a held rate, were done in the period)."""
        rows = self.ledger.shadows(clock)
        if not len(rows):
            return no_rows()
        if held is None:
            rows = rows.take((rows.done > view.as_at) & (rows.ended > view.as_at))
        else:
            rows = rows.take((rows.done >= held[0]) & (rows.done <= held[1]))
        worker, team = self.world.allocation.of(rows.child, view.as_at, rows.record_team, rows.record_worker)
        team = np.where(rows.fixed, np.maximum(rows.record_team, -1), team)
        return Sheet(rows.child, team, worker, np.zeros(len(rows), dtype=bool))

    def _net_change(self, period: Period, view: View) -> Rows:
        """Children who are CIN cases on the last day (size 1) and on the day before the first (size -1)."""
        end = self.view(min(period.last, date.fromordinal(view.as_at + date(1970, 1, 1).toordinal())))
        start = self.view(period.first - timedelta(days=1))
        now, then = of_children(end.cin, end.owners), of_children(start.cin, start.owners)
        now.size, then.size = np.ones(len(now), dtype=np.int64), -np.ones(len(then), dtype=np.int64)
        now.distinct = then.distinct = False
        return Rows([_stacked([now, then])])

    # Numbers

    def period_of(self, measure: Measure, as_at: date) -> Period | None:
        """The measure's own period as seen from D; None where only the date matters."""
        return default_period(measure, as_at)

    def figure(self, measure: Measure, rows: Rows) -> Figure:
        """The number of some rows."""
        if rows.unknown:
            return Figure(None, None, None)
        if isinstance(measure, Backlog):
            assert rows.population is not None
            value = sum(part.count() for part in rows.parts)
            return Figure(value, rows.population.count(), value)
        sheet = rows.parts[0] if len(rows.parts) == 1 else _stacked(rows.parts)
        if isinstance(measure, Rate | Share):
            met, of = int(sheet.met.sum()), len(sheet)
            return Figure(percentage(met, of), of, met)
        if isinstance(measure, Average):
            return _average(measure, sheet)
        if sheet.size is not None:
            if measure.slug == "in_house_places" and not len(sheet):
                return Figure(None, None, None)
            value = int(sheet.size.sum())
        else:
            value = sheet.count()
        return Figure(value, None, value)

    def by_team(self, measure: Measure, rows: Rows) -> list[Figure]:
        """The number of every team at once, by team code; the last is that of no team. The same as `figure` of the
        rows of each, in one pass over them."""
        teams = len(self.world.facts.teams.ids) + 1
        if rows.unknown:
            return [Figure(None, None, None)] * teams
        if isinstance(measure, Backlog):
            assert rows.population is not None
            found = sum((_counts(part, teams) for part in rows.parts), np.zeros(teams, dtype=np.int64))
            numbers = zip(found.tolist(), _counts(rows.population, teams).tolist(), strict=True)
            return [Figure(value, of, value) for value, of in numbers]
        sheet = rows.parts[0] if len(rows.parts) == 1 else _stacked(rows.parts)
        if isinstance(measure, Rate | Share):
            met, of = _sums(sheet, sheet.met, teams).tolist(), _sums(sheet, None, teams).tolist()
            return [Figure(percentage(m, n), n, m) for m, n in zip(met, of, strict=True)]
        if isinstance(measure, Average) and sheet.base is None:
            total, of = _sums(sheet, sheet.size, teams).tolist(), _sums(sheet, None, teams).tolist()
            return [_mean(measure, t, n) for t, n in zip(total, of, strict=True)]
        if isinstance(measure, Flow | Stock) and measure.slug != "in_house_places":
            found = _counts(sheet, teams) if sheet.size is None else _sums(sheet, sheet.size, teams)
            return [Figure(value, None, value) for value in found.tolist()]
        return [self.figure(measure, rows.where(_of_team(code))) for code in (*range(teams - 1), NO_TEAM)]

    def of_teams(self, measure: Measure, as_at: date, period: Period | None) -> list[Figure]:
        """The number of every team, as `by_team` gives it: worked out once, and kept for the others' briefings."""
        key = (measure.slug, day(as_at), period)
        if key not in self._teams:
            if len(self._teams) >= KEPT_FIGURES:
                self._teams.clear()
            self._teams[key] = self.by_team(measure, self.rows(measure, as_at, period))
        return self._teams[key]

    def bounds(self, measure: Measure, rows: Rows, figure: Figure) -> tuple[float, float] | None:
        """Best and worst, as if the doubtful rows were all met, all not met (rules 7)."""
        shadows = sum(len(s) for s in rows.shadows or [])
        doubtful = sum(int(p.doubtful.sum()) for p in rows.parts)
        if isinstance(measure, Backlog):
            assert figure.value is not None
            return (figure.value - doubtful, figure.value + shadows)
        if not isinstance(measure, Rate):
            return None
        met, of = int(figure.met or 0), int(figure.of or 0) + shadows
        best, worst = percentage(met + doubtful + shadows, of), percentage(met, of)
        return None if best is None or worst is None else (best, worst)


def _cases(name: str, view: View) -> Sheet:
    """The cases of a name as at a date; one sheet for all measures that count of it."""
    if name not in view.sheets:
        view.sheets[name] = AS_AT[name](view)
    return view.sheets[name]


def default_period(measure: Measure, as_at: date) -> Period | None:
    """What is meant when no period is said (measures.md)."""
    if measure.default_period == "last_week":
        return periods.last_week(as_at)
    if measure.default_period == "last_month":
        return periods.last_month(as_at)
    return periods.last_months(as_at, 12) if measure.default_period == "last_12_months" else None


def needs_period(measure: Measure) -> bool:
    """Whether the measure is counted over a period rather than on a date."""
    return measure.default_period != "as_at"


def _in(mask: Callable[[View], Mask] | None, view: View, child: Codes) -> Mask:
    if mask is None:
        return np.ones(len(child), dtype=bool)
    inside: Mask = (child >= 0) & np.append(mask(view), False)[child]
    return inside


def _stacked(sheets: list[Sheet]) -> Sheet:
    """Sheets of the same shape under each other; ledger links are left behind."""

    def joined(name: str) -> Any:
        columns = [getattr(s, name) for s in sheets]
        return None if any(c is None for c in columns) else np.concatenate(columns)

    return Sheet(joined("child"), joined("team"), joined("worker"), joined("met"), joined("size"), joined("base"),
                 sheets[0].distinct, joined("doubt"))  # fmt: skip


def _average(measure: Average, sheet: Sheet) -> Figure:
    assert sheet.size is not None
    total = int(sheet.size.sum())
    if sheet.base is not None:
        base = sum(sheet.base, Fraction(0))
        return Figure(one_decimal(Fraction(total) / base) if base else None, float(base), total)
    return _mean(measure, total, len(sheet))


def _mean(measure: Average, total: int, of: int) -> Figure:
    """So many days in all, of so many: in months or weeks."""
    if not of:
        return Figure(None, 0, 0)
    unit = DAYS_IN_MONTH if measure.counts == "months" else Fraction(7)
    return Figure(one_decimal(Fraction(total, of) / unit), of, total)


def _sums(sheet: Sheet, weights: NDArray[Any] | None, teams: int) -> Codes:
    """What the rows of each team add up to; no team is the last."""
    place = np.where(sheet.team < 0, teams - 1, sheet.team)
    return np.bincount(place, weights, teams).astype(np.int64)


def _counts(sheet: Sheet, teams: int) -> Codes:
    """The rows, or the distinct children, of each team."""
    if not sheet.distinct:
        return _sums(sheet, None, teams)
    place = np.where(sheet.team < 0, teams - 1, sheet.team)
    pairs = np.unique(place * _CHILDREN + sheet.child)
    return np.bincount(pairs // _CHILDREN, minlength=teams)


def _of_team(code: int) -> Callable[[Sheet], Mask]:
    return lambda sheet: sheet.team == code
