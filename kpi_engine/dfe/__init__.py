"""The published statistics' own definitions, worked out from the extract, so that a year-end figure can be foretold.

Source: DfE, Children in need (Children in need census), tables B1, B4, B5, C1, C2, C4, D1, D3, D5, D6, D7. Columns
have the names of the published files. Where a table's definition differs from the measure beside it, it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from kpi_engine import periods
from kpi_engine.days import Mask, day
from kpi_engine.dfe import bands, populations
from kpi_engine.dfe.year_end import foretold
from kpi_engine.errors import InputError, Unknown
from kpi_engine.measures import measure
from kpi_engine.question import ALL, Period
from kpi_engine.rounding import percentage
from kpi_engine.sheet import Events, Sheet
from kpi_engine.view import View

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

__all__ = ["Statistics", "dfe_figures"]


@dataclass(frozen=True)
class Table:
    """A published table. needs: tables of the extract.  beside: our measure of the same thing, if there is one.
    differs: how the published definition differs from it, in a sentence."""

    title: str
    needs: tuple[str, ...]
    fill: Callable[[Statistics, Period], dict[str, Any]]
    beside: str | None = None
    differs: str = ""


class Statistics:
    """The published tables of one unit. Events are worked out once and cut by period."""

    def __init__(self, engine: Engine, as_at: date, unit_id: str = ALL) -> None:
        if unit_id not in engine.units:
            raise Unknown(f"There is no unit {unit_id!r} in this extract.")
        if as_at > engine.as_at:
            raise InputError(
                f"The newest data is as at {engine.as_at.isoformat()}; ask for that date or earlier."
            )
        self.engine, self.as_at, self.unit_id = engine, as_at, unit_id
        self.mask: Mask = engine.organisation.team_mask(unit_id)
        self.view: View = engine.figures.view(as_at)
        self._events: dict[str, Events] = {}

    def year(self, name: str, period: Period) -> Sheet:
        """The unit's events of a period, as known on D."""
        if name not in self._events:
            self._events[name] = populations.YEAR[name](self.engine.world)
        found = self._events[name].between(day(period.first), day(period.last), day(self.as_at))
        return self.mine(found)

    def mine(self, sheet: Sheet) -> Sheet:
        return sheet.where(self.mask[sheet.team])

    def missing(self, needs: Iterable[str]) -> str | None:
        absent = [name for name in needs if not self.engine.world.facts[name].present]
        return f"No data: the extract does not hold {' and '.join(absent)}." if absent else None

    def table(self, name: str, period: Period) -> dict[str, Any]:
        """One published table, JSON-ready; `no_data` where a table of the extract is absent."""
        told = TABLES[name]
        out: dict[str, Any] = {"title": told.title}
        missing = self.missing(told.needs)
        if missing:
            return out | {"no_data": missing}
        out |= told.fill(self, period)
        if told.beside:
            out["ours"] = self._ours(told.beside, period) | {"differs": told.differs or None}
        return out

    def _ours(self, slug: str, period: Period) -> dict[str, Any]:
        """Our own measure over the same period."""
        wanted = measure(slug)
        figures = self.engine.figures
        if figures.missing(wanted):
            return {"measure": slug, "value": None, "of": None}
        rows = figures.rows(wanted, self.as_at, period)
        found = figures.figure(wanted, rows.where(lambda sheet: self.mask[sheet.team]))
        return {"measure": slug, "value": found.value, "of": found.of}


def dfe_figures(engine: Engine, as_at: date, unit_id: str = ALL) -> dict[str, Any]:
    """The published tables for the twelve months ending on D, and what the statistical year will show at its end.

    {"as_at", "unit", "period": {"from", "to"}, "tables": {"C2": {"title", "of", "bands", "in_time", "percent",
    "ours"}, ...}, "year_end": {...}}. Counts are whole children, plans, episodes or assessments; percentages have one
    decimal, None of nothing. Raises Unknown for a unit, InputError for a date after the extract's.
    """
    statistics = Statistics(engine, as_at, unit_id)
    period = periods.last_months(as_at, 12)
    return {
        "as_at": as_at.isoformat(),
        "unit": unit_id,
        "period": period.to_json(),
        "tables": {name: statistics.table(name, period) for name in TABLES},
        "year_end": foretold(statistics),
    }


def _banded(sheet: Sheet, names: Iterable[str]) -> dict[str, int]:
    """Rows in each band, by its published name."""
    assert sheet.size is not None
    names = list(names)
    found = np.bincount(sheet.size[sheet.size >= 0], minlength=len(names))
    return dict(zip(names, found.tolist(), strict=True))


def _within(sheet: Sheet, limits: dict[str, int], limit: int) -> dict[str, Any]:
    counted = _banded(sheet, limits)
    met = sum(counted[name] for name, most in limits.items() if most <= limit)
    return {"of": len(sheet), "bands": counted, "in_time": met, "percent": percentage(met, len(sheet))}


def _lengths(sheet: Sheet, names: tuple[str, ...]) -> dict[str, Any]:
    counted = _banded(sheet, names)
    return {
        "of": len(sheet), "bands": counted,
        "percents": {name: percentage(count, len(sheet)) for name, count in counted.items()},
    }  # fmt: skip


def _share(sheet: Sheet) -> dict[str, Any]:
    met = int(sheet.met.sum())
    return {"of": len(sheet), "met": met, "percent": percentage(met, len(sheet))}


def _b1(s: Statistics, year: Period) -> dict[str, Any]:
    return {
        "Started_episodes": len(s.year("episodes_started", year)),
        "Ended_episodes": len(s.year("episodes_ended", year)),
        "At31_episodes": len(s.mine(populations.episodes_open(s.view))),
    }


def _c1(s: Statistics, year: Period) -> dict[str, Any]:
    again, nothing = s.year("rereferrals", year), s.year("referrals_nfa", year)
    return {
        "Referrals": len(again), "Re_referrals": int(again.met.sum()), "No_Further_Action": int(nothing.met.sum()),
        "Re_referrals_percent": percentage(int(again.met.sum()), len(again)),
        "No_Further_Action_percent": percentage(int(nothing.met.sum()), len(nothing)),
    }  # fmt: skip


def _c4(s: Statistics, year: Period) -> dict[str, Any]:
    held = _within(s.year("conferences", year), bands.CONFERENCE_BANDS, bands.CONFERENCE_LIMIT)
    return {"Section47": len(s.year("enquiries", year))} | held


def _d1(s: Statistics, year: Period) -> dict[str, Any]:
    return {
        "CPP_start": len(s.year("plans_started", year)),
        "CPP_end": len(s.year("plans_ended", year)),
        "CPP_At31": len(s.mine(populations.plans_open(s.view))),
    }


OFF_DAYS = (
    "The table counts working days that passed; ours asks for the due date, so what was done on a weekend or bank "
    "holiday just after it is in time there and late here."
)

TABLES: dict[str, Table] = {
    "B1": Table("Children in need: episodes started, ended and open", ("ssd_cin_episodes",), _b1),
    "B4": Table(
        "Open episodes by length", ("ssd_cin_episodes",),
        lambda s, year: _lengths(s.mine(populations.episodes_open(s.view)), bands.EPISODE_LENGTHS)),
    "B5": Table(
        "Ended episodes by length", ("ssd_cin_episodes",),
        lambda s, year: _lengths(s.year("episodes_ended", year), bands.EPISODE_LENGTHS), "cin_duration",
        "The table counts every episode of need that ended; our average leaves out those with a plan or care."),
    "C1": Table("Referrals and re-referrals", ("ssd_cin_episodes",), _c1, "rereferrals"),
    "C2": Table(
        "Assessments completed by duration", ("ssd_cin_assessments",),
        lambda s, year: _within(s.year("assessments", year), bands.ASSESSMENT_BANDS, bands.ASSESSMENT_LIMIT),
        "assessments_in_time", OFF_DAYS),
    "C4": Table(
        "Section 47 enquiries, and initial conferences by duration", ("ssd_s47_enquiry", "ssd_initial_cp_conference"),
        _c4, "initial_conferences_in_time", OFF_DAYS),
    "D1": Table("Child protection plans started, ended and open", ("ssd_cp_plans",), _d1),
    "D3": Table(
        "Plans started that were a second or later one", ("ssd_cp_plans",),
        lambda s, year: _share(s.year("plans_started", year)), "cp_repeat_plans"),
    "D5": Table(
        "Open plans by length", ("ssd_cp_plans",),
        lambda s, year: _lengths(s.mine(populations.plans_open(s.view)), bands.PLAN_LENGTHS), "cp_over_two_years",
        "The table's last band begins at two years to the day; ours counts plans that have run for longer."),
    "D6": Table(
        "Plans reviewed within timescales", ("ssd_cp_plans", "ssd_cp_reviews"),
        lambda s, year: _share(s.mine(populations.plans_reviewed(s.view))), "review_conferences_in_time",
        "The table counts plans of at least 91 days that were never late, by 91 and 183 days; ours counts reviews, by "
        "calendar months."),
    "D7": Table(
        "Plans ended by length", ("ssd_cp_plans",),
        lambda s, year: _lengths(s.year("plans_ended", year), bands.PLAN_LENGTHS), "cp_duration",
        "The table gives bands; ours is the average in months."),
}  # fmt: skip
"""The published tables that the extract can fill, by the letter and number the publisher gives them."""
