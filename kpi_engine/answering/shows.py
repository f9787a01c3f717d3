"""Headline, list, trend, compare, coming_up, quality, help."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from kpi_engine import periods, signals
from kpi_engine.answer import Answer, Group, MeasureAnswer, Point, Row
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import Counter, when
from kpi_engine.answering.small_numbers import SMALL
from kpi_engine.days import Mask, day
from kpi_engine.errors import NotPermitted
from kpi_engine.figures import POPULATION_MASKS, default_period, needs_period
from kpi_engine.ledger import DUE
from kpi_engine.measure import Average, Backlog, Measure, Rate, Share
from kpi_engine.question import ALL, Period
from kpi_engine.sheet import Sheet, of_cut

TREND_WEEKS = 13


def headline(asked: Asked) -> Answer:
    """Number, colour, change."""
    check_worker(asked)
    return asked.answer(asked.headline(m) for m in asked.measures)


def helping(asked: Asked) -> Answer:
    """No numbers: what can be asked is the bot's to say."""
    return Answer("answered", asked.question, data=asked.engine.stamp)


def quality(asked: Asked) -> Answer:
    """Data-quality findings of the unit."""
    below = asked.engine.units_below(asked.question.unit.id)
    whole = asked.question.unit.id == ALL
    found = [f for f in asked.engine.findings(asked.scope) if whole or f["team_id"] in below]
    return Answer("answered", asked.question, findings=tuple(found), data=asked.engine.stamp)


def check_worker(asked: Asked) -> None:
    """A named worker's number is worker level (rights.md 2)."""
    if asked.question.worker is None:
        return
    worker = asked.engine.workers[asked.question.worker]
    if not asked.scope.sees_workers_of(worker.team_id):
        raise NotPermitted(
            "I can't show figures by named worker outside your own unit. I can give you the team's."
        )
    if any(m.staff for m in asked.measures) and not asked.scope.staff_named:
        raise NotPermitted(
            "Named workers' supervision, appraisal and caseload are for the personal chat only."
        )


# List


def listing(asked: Asked) -> Answer:
    """Who: the rows behind the number, complete."""
    check_worker(asked)
    asked.check_rows(asked.measures)
    answers, held_back = [], []
    for wanted in asked.measures:
        found = asked.headline(wanted)
        if found.no_data or found.elsewhere:
            answers.append(found)
            continue
        sheets = failing(asked, wanted)
        held_back += asked.hidden_units(wanted, sheets)
        visible = asked.visible(wanted)
        rows = [r for s in sheets for r in asked.records(wanted, s.where(visible[s.team]))]
        answers.append(replace(found, rows=asked.limited(asked.ordered(rows))))
    return asked.answer(answers, held_back)


def failing(asked: Asked, wanted: Measure) -> list[Sheet]:
    """The rows a list shows: a Backlog's and Stock's own; of a Rate or Share those that fail it; of team_span the teams
    over the limit."""
    as_at, period = when(wanted, asked.question.as_at, asked.question.period)
    sheets = asked.counter.rows(wanted, as_at, period).parts
    if wanted.slug == "team_span":
        return [_wide_teams(asked, wanted, s) for s in sheets]
    if isinstance(wanted, Rate) or (isinstance(wanted, Share) and wanted.good_is == "high"):
        return [s.where(~s.met) for s in sheets]
    if isinstance(wanted, Share):
        # Of a share that is better low (or a mere volume) the rows of interest are those that are in it.
        return [s.where(s.met) for s in sheets]
    return sheets


def _wide_teams(asked: Asked, wanted: Measure, sheet: Sheet) -> Sheet:
    """Teams with more social workers to a manager than the target."""
    limit = asked.counter.target(wanted, asked.question.as_at, None) or 6
    assert sheet.size is not None
    assert sheet.base is not None
    teams = asked.engine.world.facts.teams
    rows = []
    for code in sorted(set(sheet.team.tolist())):
        mine = sheet.team == code
        workers, managers = int(sheet.size[mine].sum()), int(sum(sheet.base[mine]))
        value = workers / managers if managers else float(workers)
        if value > limit:
            rows.append((code, round(value, 1)))
    codes = np.array([code for code, _ in rows], dtype=np.int64)
    nobody = np.full(len(rows), -1, dtype=np.int64)

    def made(place: int) -> dict[str, Any]:
        return {"team_id": teams.id(rows[place][0]), "value": rows[place][1]}

    return Sheet(nobody, codes, nobody, np.ones(len(rows), dtype=bool), made=made)


# Trend


def trend(asked: Asked) -> Answer:
    """The number week by week (default the last 13 weeks) or month by month."""
    check_worker(asked)
    answers = []
    for wanted in asked.measures:
        found = replace_period(asked.headline(wanted), wanted, asked)
        if found.no_data or found.elsewhere or found.suppressed:
            answers.append(found)
            continue
        shown = points(asked.counter, wanted, asked)
        told = signals.signal(wanted, shown)
        answers.append(replace(found, points=shown, sentences=signals.sentences(wanted, told),
                               extra={"signal": told.to_json()} if told else {}))  # fmt: skip
    return asked.answer(answers)


def replace_period(found: MeasureAnswer, wanted: Measure, asked: Asked) -> MeasureAnswer:
    """A trend's own number is the newest point's kind: as at D for a number of a date."""
    return replace(found, period=asked.question.period or found.period) if needs_period(wanted) else found


def spans(asked: Asked) -> list[Period]:
    """The weeks or months of a trend."""
    as_at, told = asked.question.as_at, asked.question.period
    by_month = asked.question.by == "month"
    if told is None:
        told = periods.last_months(as_at, 12) if by_month else periods.last_weeks(as_at, TREND_WEEKS)
    told = Period(told.first, min(told.last, as_at))
    found = periods.months_of(told) if by_month else periods.weeks_of(told)
    if not found or (
        found[-1].last < told.last and not by_month and told.last == as_at and asked.question.period
    ):
        monday = as_at - timedelta(days=as_at.weekday())
        found.append(Period(max(monday, told.first), as_at))
    return found


def points(counter: Counter, wanted: Measure, asked: Asked) -> tuple[Point, ...]:
    """One point for each span: a number of a date as at its last day, a number of a period over it. Where a week is too
    short to mean anything, the measure's own rolling period ending on the last day. A small number of another unit, or
    one that would give it away, is left out of its point."""
    out = []
    for span in spans(asked):
        if not needs_period(wanted):
            as_at, period = span.last, None
        elif isinstance(wanted, Average) or wanted.default_period == "last_12_months":
            as_at, period = span.last, default_period(wanted, span.last)
        else:
            as_at, period = min(span.last, asked.question.as_at), span
        figure = counter.figure(wanted, as_at, period)
        told = MeasureAnswer(wanted.slug, figure.value, figure.of, figure.met, wanted.counts)
        safe = asked.suppress(told, counter.unit_id, as_at, period)
        target = counter.target(wanted, span.last, period)
        out.append(Point(span.last, safe.value, safe.of, target, safe.withheld))
    return tuple(out)


# Compare


def compare(asked: Asked) -> Answer:
    """Teams, services, named units or workers side by side, worst first."""
    check_worker(asked)
    if asked.question.by == "worker":
        return _by_worker(asked)
    answers = []
    for wanted in asked.measures:
        found = asked.headline(wanted)
        if found.no_data or found.elsewhere:
            answers.append(found)
            continue
        groups = [_group(asked, wanted, one) for one in _units_compared(asked, wanted)]
        answers.append(replace(found, groups=_sorted(asked, wanted, groups)))
    return asked.answer(answers)


def _units_compared(asked: Asked, wanted: Measure) -> list[str]:
    engine, question = asked.engine, asked.question
    if question.units:
        return list(question.units)
    below = engine.units_below(question.unit.id)
    if question.by == "service":
        inner = {u.parent_id for u in engine.units.values() if u.kind == "team"}
        found = [
            u.id for u in engine.units.values() if u.kind == "service" and u.id in below and u.id in inner
        ]
        found = [one for one in found if one != question.unit.id or len(found) == 1]
    else:
        found = [u.id for u in engine.units.values() if u.kind == "team" and u.id in below]
    return [one for one in found if engine.holds_population(wanted.slug, one, question.as_at)]


def _group(asked: Asked, wanted: Measure, unit_id: str) -> Group:
    as_at, period = when(wanted, asked.question.as_at, asked.question.period)
    counter = asked.counter_for(unit_id)
    found = counter.figure(wanted, as_at, period)
    target = counter.target(wanted, as_at, period)
    value, of, met = found.value, found.of, found.met
    safe = asked.suppress(MeasureAnswer(wanted.slug, value, of, met, wanted.counts), unit_id, as_at, period)
    rag = None if safe.suppressed else asked.engine.targets.rag(wanted, value, of, target)
    name = asked.engine.units[unit_id].name
    return Group(unit_id, name, safe.value, safe.of, rag, target, safe.suppressed, safe.withheld)


def _sorted(asked: Asked, wanted: Measure, groups: list[Group]) -> tuple[Group, ...]:
    """Worst first: for what is better high the lowest, else the highest; units with nothing last."""
    order = asked.question.order or "worst"
    high_first = (wanted.good_is != "high") == (order != "best")
    sign = -1 if high_first else 1

    def key(group: Group) -> tuple[bool, float, str, str]:
        return (group.value is None, sign * (group.value or 0), group.name, group.id or "")

    ranked = sorted(groups, key=key)
    return tuple(ranked if asked.question.limit is None else ranked[: asked.question.limit])


def _by_worker(asked: Asked) -> Answer:
    engine = asked.engine
    asked.check_rows(asked.measures) if any(m.staff for m in asked.measures) else _check_workers_of(asked)
    visible = engine.organisation.mask_of(asked.scope.worker_units)
    answers, held_back = [], []
    for wanted in asked.measures:
        found = asked.headline(wanted)
        if found.no_data or found.elsewhere:
            answers.append(found)
            continue
        as_at, period = when(wanted, asked.question.as_at, asked.question.period)
        rows = asked.counter.rows(wanted, as_at, period)
        seen = visible if not wanted.staff or asked.scope.staff_named else np.zeros_like(visible)
        held_back += [
            engine.world.facts.teams.id(int(c)) or ALL
            for s in rows.parts for c in np.unique(s.team[~seen[s.team]])
        ]  # fmt: skip
        groups = []
        workers = {int(w) for s in [*rows.parts, *([rows.population] if rows.population else [])]
                   for w in np.unique(s.worker[seen[s.team]])}  # fmt: skip
        for worker in sorted(workers):

            def mine(sheet: Sheet, worker: int = worker, seen: Mask = seen) -> Mask:
                found: Mask = (sheet.worker == worker) & seen[sheet.team]
                return found

            figure = engine.figures.figure(wanted, rows.where(mine))
            one = engine.world.facts.workers.name(worker)
            name = "No worker" if one is None else engine.workers[one].name
            groups.append(Group(one, name, figure.value, figure.of))
        answers.append(replace(found, groups=_sorted(asked, wanted, groups)))
    return asked.answer(answers, held_back)


def _check_workers_of(asked: Asked) -> None:
    unit = asked.engine.organisation.team_mask(asked.question.unit.id)
    if not (asked.engine.organisation.mask_of(asked.scope.worker_units) & unit).any():
        raise NotPermitted(
            "I can't show figures by named worker outside your own unit. I can give you the team's."
        )


# Coming up


def coming_up(asked: Asked) -> Answer:
    """What falls due in the period, from the ledger's open rows."""
    check_worker(asked)
    as_at = asked.question.as_at
    period = asked.question.period or Period(as_at + timedelta(days=1), as_at + timedelta(days=7))
    answers, held_back = [], []
    for wanted in asked.measures:
        missing = asked.engine.figures.missing(wanted, asked.question.as_at)
        if missing:
            answers.append(MeasureAnswer(wanted.slug, unit=wanted.counts, no_data=missing))
            continue
        if asked.question.worker is None and not asked.engine.holds_population(
            wanted.slug, asked.question.unit.id, as_at
        ):
            answers.append(asked.elsewhere(wanted))
            continue
        if not isinstance(wanted, Backlog) or not wanted.clocks:
            sentence = f"{wanted.title} has no due dates, so nothing of it falls due."
            answers.append(MeasureAnswer(wanted.slug, unit=wanted.counts, no_data=sentence))
            continue
        sheets = falling_due(asked.counter, wanted, as_at, period)
        value = sum(s.count() for s in sheets)
        visible = asked.visible(wanted)
        held_back += asked.hidden_units(wanted, sheets)
        rows: list[dict[str, Any]] = [
            r for s in sheets for r in asked.records(wanted, s.where(visible[s.team]))
        ]
        found = MeasureAnswer(wanted.slug, value, None, value, wanted.counts, period=period)
        if asked.hides_parts() and value:  # what falls due by one day less what does by another is a child's
            found = replace(found, value=None, met=None, suppressed=True, withheld=value > SMALL)
        shown = None if value and not rows else asked.limited(_by_due(rows))
        answers.append(replace(found, rows=shown))
    return asked.answer(answers, held_back)


def falling_due(counter: Counter, wanted: Backlog, as_at: date, period: Period) -> list[Sheet]:
    """Rows of the measure's clocks that are due, not done, in the period."""
    view = counter.figures.view(as_at)
    inside = POPULATION_MASKS.get(wanted.population or "")
    first, last = day(period.first), day(period.last)
    out = []
    for clock in wanted.clocks:
        cut = view.open(clock)
        rows = (cut.status == DUE) & (cut.due >= first) & (cut.due <= last)
        if inside is not None:
            rows &= (cut.child >= 0) & np.append(inside(view), False)[cut.child]
        sheet = of_cut(cut.where(rows))
        out.append(sheet.where(counter.keeps(as_at)(sheet)))
    return out


def _by_due(rows: list[dict[str, Any]]) -> list[Row]:
    return sorted(rows, key=lambda r: (r["due_date"], r["child_id"], r["subject_id"], r["sequence"]))
