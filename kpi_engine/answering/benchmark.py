"""A number beside the published ones: England, the region, the authority itself, statistical neighbours.

Ours is counted over the twelve months ending on D (a published year), unless a period is asked for; where the
published definition differs, ours by that definition is worked out beside it (kpi_engine.dfe) and the difference said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from kpi_engine import benchmarks, periods
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.shows import check_worker
from kpi_engine.answering.words import counted, listed, said
from kpi_engine.benchmarks import BENCHMARKS, Benchmark
from kpi_engine.dfe import Statistics
from kpi_engine.figures import needs_period
from kpi_engine.measure import Measure
from kpi_engine.measures import measure
from kpi_engine.question import ALL, CHARACTERISTIC_FILTERS
from kpi_engine.rounding import one_decimal, percentage

BAND_WORDS = {
    "3_months_or_less_percent": "3 months or less",
    "more_than_3_months_6_months_percent": "over 3 to 6 months",
    "more_than_6_months_less_than_1_year_percent": "over 6 months, under a year",
    "1_year_less_than_2_years_percent": "1 year, under 2",
    "2years+_percent": "2 years or more",
    "2_years_or_more_percent": "2 years or more",
}
BY_THEIR_DEFINITION = {"review_conferences_in_time": "D6", "cp_over_two_years": "D5"}
"""Measures whose published definition is worked out as well (kpi_engine.dfe)."""


def benchmark(asked: Asked) -> Answer:
    """The headline over a year with the published figures of the same thing beside it."""
    check_worker(asked)
    return asked.answer(_one(asked, m) for m in asked.measures)


def _one(asked: Asked, wanted: Measure) -> MeasureAnswer:
    found = _over_a_year(asked, wanted)
    if found.no_data or found.elsewhere or found.suppressed:
        return found
    told = BENCHMARKS.get(wanted.slug)
    if told is None:
        return replace(found, sentences=(_nothing(wanted),))
    year = benchmarks.year_of(told.table, asked.question.as_at)
    if year is None:
        sentence = (
            f"The first published figure kept here ({told.table}) is newer than {said(asked.question.as_at)}."
        )
        return replace(found, sentences=(sentence,))
    return _beside(asked, wanted, found, told, year)


def _over_a_year(asked: Asked, wanted: Measure) -> MeasureAnswer:
    """Our own number: of a number of a period over the twelve months ending on D, unless a period is asked for."""
    own = not needs_period(wanted) or wanted.default_period == "last_12_months"
    if own or asked.question.period is not None:
        return asked.headline(wanted)
    year = periods.last_months(asked.question.as_at, 12)
    return Asked(asked.engine, asked.question.but(period=year), asked.scope).headline(wanted)


def _nothing(wanted: Measure) -> str:
    """Why nothing stands beside the number."""
    near, source = benchmarks.INSTEAD.get(wanted.slug), benchmarks.ELSEWHERE.get(wanted.slug)
    if near:
        return f"What is overdue on a day is not published; the nearest to it that is: {measure(near).title}."
    if source:
        return f"It is not among the published figures kept here; see {source}."
    return f"Nothing is published that {wanted.title} could be set beside."


def _beside(asked: Asked, wanted: Measure, found: MeasureAnswer, told: Benchmark, year: int) -> MeasureAnswer:
    extra: dict[str, Any] = {}
    if told.basis == "bands":
        lines = _bands(asked, told, year, extra)
    else:
        ours, lines = _ours(asked, wanted, found, told, year, extra)
        lines += _published(asked, told, year, ours, extra)
    extra["source"] = f"{benchmarks.PUBLICATION}, table {told.table}, year ending 31 March {year}"
    closing = [told.definition if not told.differs else f"{told.definition} {told.differs}"]
    return replace(found, extra=extra, sentences=(*lines, *closing))


def _ours(
    asked: Asked, wanted: Measure, found: MeasureAnswer, told: Benchmark, year: int, extra: dict[str, Any]
) -> tuple[float | None, list[str]]:
    """(our number in the published unit, sentences): None where it cannot be had."""
    if told.basis == "rate":
        return _our_rate(asked, found, year, extra)
    table = BY_THEIR_DEFINITION.get(wanted.slug)
    if table is None:
        return found.value, []
    if _narrowed(asked):
        return None, ["The published definition is not worked out for one worker or some of the children."]
    when = _as_at(asked)
    filled = Statistics(asked.engine, when, asked.question.unit.id).table(
        table, periods.last_months(when, 12)
    )
    of = int(filled["of"])
    met = int(filled["met"]) if table == "D6" else int(filled["bands"]["2_years_or_more"])
    ours = percentage(met, of)
    if ours is None:
        return None, ["By the published definition there is nothing to count here."]
    extra["ours_by_that_definition"] = f"{ours:g}% ({met:,} of {of:,} plans)"
    return ours, []


def _our_rate(
    asked: Asked, found: MeasureAnswer, year: int, extra: dict[str, Any]
) -> tuple[float | None, list[str]]:
    children = benchmarks.children_of(asked.engine.authority, year)
    if asked.question.unit.id != ALL or _narrowed(asked):
        return None, ["A rate per 10,000 children is worked out for the whole authority only."]
    if children is None or found.value is None:
        return None, ["The extract does not say how many children live in the authority, so ours is no rate."]
    ours = one_decimal(Fraction(found.value) * 10_000 / Fraction(children))
    extra["ours_per_10,000_children"] = ours
    return ours, []


def _narrowed(asked: Asked) -> bool:
    return asked.question.worker is not None or bool(CHARACTERISTIC_FILTERS & set(asked.question.filter_map))


def _as_at(asked: Asked) -> date:
    period = asked.question.period
    return min(period.last, asked.question.as_at) if period else asked.question.as_at


def _published(
    asked: Asked, told: Benchmark, year: int, ours: float | None, extra: dict[str, Any]
) -> list[str]:
    """Fills extra["published"]; the sentences compare ours with each area."""
    name = "percent" if told.basis == "percent" else "per_10,000_children"
    rows: list[Mapping[str, Any]] = []
    hidden: list[str] = []
    for area in benchmarks.areas(asked.engine.authority):
        row = benchmarks.row_of(told.table, year, area)
        if row is None:
            continue
        value = told.figure(row)
        rows.append({"name": area, name: value, "year": str(year)})
        hidden += [area] if value is None else []
    beside = [(r["name"], r[name]) for r in rows if r[name] is not None]
    lines = [_compared(ours, beside, told)] if ours is not None and beside else []
    near, sentence = _neighbours(asked, told, year, name)
    rows += near
    extra["published"] = rows
    if hidden:
        lines.append(f"The figure of {listed(hidden)} is suppressed by the publisher or not reliable.")
    return [*lines, sentence] if sentence else lines


def _compared(ours: float, beside: list[tuple[str, float]], told: Benchmark) -> str:
    """ "75.9% here: 5.6 points below England (81.5%), 3.1 above Hillingdon (72.8%)." """
    sign, unit = ("%", "points ") if told.basis == "percent" else ("", "")
    parts = []
    for area, value in beside:
        gap = one_decimal(Fraction(str(ours)) - Fraction(str(value)))
        way = "the same as" if not gap else f"{abs(gap):g} {unit}{'above' if gap > 0 else 'below'}"
        parts.append(f"{way} {area} ({value:g}{sign})")
    return f"{ours:g}{sign} here: {listed(parts)}."


def _neighbours(
    asked: Asked, told: Benchmark, year: int, name: str
) -> tuple[list[Mapping[str, Any]], str | None]:
    told_by = benchmarks.neighbours(asked.engine.world.home)
    if told_by is None:
        return [], None
    value, how_many = benchmarks.mean(told, year, told_by.names)
    if value is None:
        return [], f"No figure of the statistical neighbours is kept for {year}."
    row: Mapping[str, Any] = {"name": "Statistical neighbours", name: value, "year": str(year)}
    of = counted(how_many, "authority", "authorities")
    sentence = f"Statistical neighbours: the plain mean of {of}; list: {told_by.source.rstrip('.')}."
    return [row], sentence


def _bands(asked: Asked, told: Benchmark, year: int, extra: dict[str, Any]) -> list[str]:
    """Fills extra["bands"]: ours and each area's share of every band."""
    named = benchmarks.areas(asked.engine.authority)
    shown = [named[0], named[-1], *named[1:-1]]
    published = {
        area: row for area in shown if (row := benchmarks.row_of(told.table, year, area)) is not None
    }
    shares = {area: told.of(row) for area, row in published.items()}
    ours: Mapping[str, float | None] = {}
    if not _narrowed(asked):
        when = _as_at(asked)
        filled = Statistics(asked.engine, when, asked.question.unit.id).table(
            told.table, periods.last_months(when, 12)
        )
        ours = {f"{band}_percent": share for band, share in filled["percents"].items()}
    extra["bands"] = [
        {"name": BAND_WORDS[band]}
        | ({"ours": _share(ours[band])} if ours else {})
        | {area: _share(share[band]) for area, share in shares.items()}
        for band in told.columns
    ]
    first = told.columns[0]
    here = ours.get(first)
    england = shares[benchmarks.ENGLAND][first]
    if here is None or england is None:
        return []
    return [f"{here:g}% here lasted 3 months or less, {england:g}% in England."]


def _share(value: float | None) -> str:
    return "not published" if value is None else f"{value:g}%"
