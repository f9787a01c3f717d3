"""Published figures by measure: England, the region, the authority, its statistical neighbours.

Source: DfE, Children in need, reporting year 2024 (kpi_engine/data/dfe_cin_2024). A year is the twelve months ending on
its 31 March and is published in the autumn after it: until then it does not exist (nothing dated after D exists).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import yaml

from kpi_engine.errors import InputError
from kpi_engine.rounding import one_decimal

FOLDER = "dfe_cin_2024"
PUBLICATION = "Department for Education, Children in need, reporting year 2024"
PLAN_AUTHORITY = "Hillingdon"
"""Whose improvement plan the targets are: shown where the extract's own authority is not among those published."""
ENGLAND, LONDON = "England", "London"
LONDON_PARTS = ("Inner London", "Outer London")
PUBLISHED_ON = (10, 31)
"""Month and day by which a year has been published."""

Row = Mapping[str, str]
Basis = Literal["percent", "rate", "bands"]


@dataclass(frozen=True)
class Benchmark:
    """What is published of a measure. table: letter and number.  column: of the table, or a sum of bands over a total.
    basis: a percentage, a rate per 10,000 children aged 0 to 17, or shares of several bands.
    definition: what the figure is, in a sentence.  differs: how ours differs, in a sentence ("" = the same).
    """

    table: str
    basis: Basis
    columns: tuple[str, ...]
    definition: str
    differs: str = ""
    total: str | None = None

    def of(self, row: Row) -> dict[str, float | None]:
        """The figures of one row by column; where there is a total, one figure: the columns' share of it."""
        cells = {column: _number(row[column]) for column in self.columns}
        if self.total is None:
            return cells
        parts, whole = list(cells.values()), _number(row[self.total])
        if whole is None or not whole or any(p is None for p in parts):
            return {"share": None}
        return {
            "share": one_decimal(
                100 * sum((Fraction(p) for p in parts if p is not None), Fraction(0)) / Fraction(whole)
            )
        }

    def figure(self, row: Row) -> float | None:
        """The one figure of a percentage or a rate."""
        return next(iter(self.of(row).values()))


IN_45 = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")
LENGTHS = ("3_months_or_less", "more_than_3_months_6_months", "more_than_6_months_less_than_1_year",
           "1_year_less_than_2_years")  # fmt: skip
OF_ASSESSMENTS = "Of the assessments completed in the year, those within 45 working days of their start."
COUNTED_HERE = "Ours is a number, not a rate."

BENCHMARKS: dict[str, Benchmark] = {
    "referrals_received": Benchmark(
        "C1", "rate", ("Referrals_rate",), "Referrals in the year per 10,000 children.", COUNTED_HERE),
    "rereferrals": Benchmark(
        "C1", "percent", ("Re_referrals_percent",),
        "Of the referrals of the year, those within twelve months of an earlier one."),
    "referrals_no_further_action": Benchmark(
        "C1", "percent", ("No_Further_Action_percent",),
        "Of the referrals of the year, those that led to no further action."),
    "assessments_in_time": Benchmark(
        "C2", "percent", IN_45, OF_ASSESSMENTS,
        total="Assessments_completed"),
    "assessments_in_time_from_referral": Benchmark(
        "C2", "percent", IN_45, OF_ASSESSMENTS,
        "Ours counts from the referral, which is stricter.", total="Assessments_completed"),
    "cin_open": Benchmark(
        "B1", "rate", ("At31_episodes_rate",), "Episodes of need open at 31 March per 10,000 children.",
        "The published figure counts every child in need, children on a plan and looked after among them; ours counts "
        "neither."),
    "cin_duration": Benchmark(
        "B5", "bands", tuple(f"{name}_percent" for name in (*LENGTHS, "2years+")),
        "Episodes of need that ended in the year, by length.",
        "The published table counts every episode of need, plans and care among them; our average leaves those out."),
    "cp_open": Benchmark(
        "D1", "rate", ("CPP_At31_rate",), "Child protection plans at 31 March per 10,000 children.", COUNTED_HERE),
    "section_47_started": Benchmark(
        "C4", "rate", ("Section47_rate",),
        "Section 47 enquiries started in the year per 10,000 children.", COUNTED_HERE),
    "initial_conferences_in_time": Benchmark(
        "C4", "percent", ("Duration_0-10_days", "Duration_11-15_days"),
        "Of the initial conferences of the year, those within 15 working days of the start of the enquiry.",
        total="ICPC"),
    "review_conferences_in_time": Benchmark(
        "D6", "percent", ("Reviewed_within_timescales_percent",),
        "Of the plans at 31 March that had run for three months, those of which no review was ever late.",
        "Ours counts reviews, the published figure counts plans: one late review loses the plan for good."),
    "cp_duration": Benchmark(
        "D7", "bands", tuple(f"{name}_percent" for name in (*LENGTHS, "2_years_or_more")),
        "Plans that ended in the year, by length.", "Ours is an average in months; no average is published."),
    "cp_over_two_years": Benchmark(
        "D5", "percent", ("2_years_or_more_percent",), "Of the plans at 31 March, those of two years or more.",
        "Ours is a number of plans; the share is worked out for the comparison."),
    "cp_repeat_plans": Benchmark(
        "D3", "percent", ("CPP_subsequent_percent",),
        "Of the plans started in the year, those of a child who had an earlier plan."),
}  # fmt: skip
"""By slug, in the order of the catalogue."""

INSTEAD: dict[str, str] = {
    "assessments_overdue": "assessments_in_time",
    "initial_conferences_overdue": "initial_conferences_in_time",
    "review_conferences_overdue": "review_conferences_in_time",
}
"""What is overdue on a day is not published; the measure whose published figure is nearest to it."""

_LOOKED_AFTER = "Department for Education, Children looked after in England including adoptions"
_WORKFORCE = "Department for Education, Children's social work workforce"
_COURTS = "Ministry of Justice, Family court statistics quarterly"
ELSEWHERE: dict[str, str] = {
    "lac_open": _LOOKED_AFTER, "review_health_overdue": _LOOKED_AFTER, "dental_overdue": _LOOKED_AFTER,
    "sdq_overdue": _LOOKED_AFTER, "placements_over_20_miles": _LOOKED_AFTER, "ifa_placements": _LOOKED_AFTER,
    "care_leavers_in_touch": _LOOKED_AFTER, "care_leavers_eet": _LOOKED_AFTER,
    "care_leavers_suitable_homes": _LOOKED_AFTER, "caseload_average": _WORKFORCE, "proceedings_duration": _COURTS,
    "proceedings_in_time": _COURTS,
}  # fmt: skip
"""Measures of which something is published in statistics that are not kept here."""


def newest_year(on: date) -> int:
    """The newest statistical year that had been published by a day."""
    return on.year if (on.month, on.day) >= PUBLISHED_ON else on.year - 1


@cache
def rows(table: str) -> tuple[Row, ...]:
    """A published table, as text."""
    folder = resources.files("kpi_engine") / "data" / FOLDER
    (file,) = (f for f in folder.iterdir() if f.name.startswith(f"{table.lower()}_"))
    return tuple(csv.DictReader(io.StringIO(file.read_text("utf-8"))))


def year_of(table: str, on: date) -> int | None:
    """The newest year of a table published by a day; None where the table begins later."""
    years = {int(r["time_period"]) for r in rows(table)}
    known = [year for year in years if year <= newest_year(on)]
    return max(known) if known else None


def row_of(table: str, year: int, area: str) -> Row | None:
    """England's, a region's or a local authority's row; None where it is not kept."""
    for row in rows(table):
        if int(row["time_period"]) == year and _area(row) == area:
            return row
    return None


def _area(row: Row) -> str:
    return row["la_name"] or row["region_name"] or ENGLAND


@cache
def authorities() -> dict[str, str]:
    """The region of every local authority that publishes, by name."""
    return {row["la_name"]: row["region_name"] for row in rows("C1") if row["la_name"]}


def published_name(authority: str) -> str | None:
    """The authority under the name it publishes by ("London Borough of Hillingdon" -> "Hillingdon"), or None."""
    words = authority.casefold()
    found = [name for name in authorities() if name.casefold() in words]
    return max(found, key=len) if found else None


def areas(authority: str) -> tuple[str, ...]:
    """Whose figures are shown: England, the region (for a London borough London and its half of it), the authority."""
    own = published_name(authority) or PLAN_AUTHORITY
    region = authorities()[own]
    wider = (LONDON, region) if region in LONDON_PARTS else (region,)
    return (ENGLAND, *wider, own)


@dataclass(frozen=True)
class Neighbours:
    """Statistical neighbours of the authority. source: where the list comes from, in a sentence."""

    names: tuple[str, ...]
    source: str


def neighbours(home: Path | None) -> Neighbours | None:
    """The authority's own list at home/neighbours.yaml; None without one: the published tables name no neighbours.

    Raises InputError with a sentence for a list that cannot be used.
    """
    file = home / "neighbours.yaml" if home else None
    if file is None or not file.exists():
        return None
    try:
        told = yaml.safe_load(file.read_text("utf-8"))
        names, source = tuple(str(n) for n in told["authorities"]), str(told["source"]).strip()
    except (yaml.YAMLError, KeyError, TypeError):
        raise InputError(
            "neighbours.yaml needs a source and a list of authorities; see data/dfe_cin_2024/README.md."
        ) from None
    unknown = [name for name in names if name not in authorities()]
    if unknown or not names or not source:
        what = f"no authority publishes as {unknown[0]!r}" if unknown else "the source or the list is empty"
        raise InputError(f"neighbours.yaml: {what}; write the names as in the column la_name.")
    return Neighbours(names, source)


def mean(told: Benchmark, year: int, names: tuple[str, ...]) -> tuple[float | None, int]:
    """(the plain mean of what these authorities published, how many of them did)."""
    found = [row_of(told.table, year, name) for name in names]
    values = [v for row in found if row is not None and (v := told.figure(row)) is not None]
    if not values:
        return None, 0
    return one_decimal(sum((Fraction(str(v)) for v in values), Fraction(0)) / len(values)), len(values)


def children_of(authority: str, year: int) -> float | None:
    """Children aged 0 to 17 of a published authority: its referrals divided by their rate (C1). None if not kept."""
    name = published_name(authority)
    row = row_of("C1", year, name) if name else None
    count, rate = (_number(row[c]) if row else None for c in ("Referrals", "Referrals_rate"))
    return count / rate * 10_000 if count and rate else None


def _number(cell: str) -> float | None:
    """A published cell; None for the letters that stand for suppressed, not applicable and unreliable."""
    try:
        return float(cell)
    except ValueError:
        return None
