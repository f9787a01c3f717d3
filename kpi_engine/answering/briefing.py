"""Monday's briefing of a team, a service or the authority: what to talk about, the table, what falls due."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import date, timedelta
from typing import Any

import numpy as np

from kpi_engine.answer import Answer, MeasureAnswer, Point
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.contract import managed, summary
from kpi_engine.answering.numbers import Counter
from kpi_engine.answering.shows import falling_due
from kpi_engine.answering.words import counted
from kpi_engine.facts import NOBODY
from kpi_engine.measure import Average, Backlog, Measure, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE, measure
from kpi_engine.question import ALL, Period
from kpi_engine.sheet import Sheet
from kpi_engine.signals import signal

LONGEST = 5
TRAJECTORY_WEEKS = 13


def briefing(asked: Asked) -> Answer:
    """The parts of the briefing, JSON-ready, in `Answer.briefing`."""
    asked = Asked(
        asked.engine, asked.question.but(filters=()), asked.scope
    )  # a briefing is about all its children
    engine, as_at = asked.engine, asked.question.as_at
    unit = engine.units[asked.question.unit.id]
    wanted = [m for m in CATALOGUE.values() if m.briefed and engine.holds_population(m.slug, unit.id, as_at)]
    found = {m.slug: asked.counter.headline(m, as_at, None) for m in wanted}
    table = [m for m in wanted if _worth_showing(m, found[m.slug])]
    week = _week(as_at)
    overdue = _overdue(asked, table)
    due: list[tuple[Measure, Sheet]] = [
        (m, s)
        for m in table
        if isinstance(m, Backlog) and m.clocks
        for s in falling_due(asked.counter, m, as_at, week)
    ]
    parts: dict[str, Any] = {
        "unit": {"id": unit.id, "name": unit.name, "kind": unit.kind},
        "week": week.to_json(),
        "as_at": as_at.isoformat(),
        "talk_about": _talk_about(asked, table, found, overdue),
        "table": [_line(m, found[m.slug]) | {"signal": _signal(asked, m)} for m in table],
        "trajectory": _trajectory(asked),
        "due_this_week": _due_by(asked, due),
        "due_total": sum(s.count() for _, s in due),
        "longest_overdue": _longest(asked, overdue),
        "contracts": [summary(asked, one) for one in managed(asked) if one.id in engine.units_below(unit.id)],
        "teams": None if unit.kind == "team" else _teams(asked, table),
        "findings": sum(
            1 for f in engine.all_findings if unit.id == ALL or f.team_id in engine.units_below(unit.id)
        ),
        "no_data": [m.slug for m in wanted if found[m.slug].no_data],
    }
    return Answer("answered", asked.question, data=engine.stamp, briefing=parts)


def _worth_showing(wanted: Measure, found: MeasureAnswer) -> bool:
    """Left out: what has no data, and what there is nothing of."""
    if found.no_data:
        return False
    if isinstance(wanted, Backlog):
        return bool(found.of)
    return found.value is not None and not (
        isinstance(wanted, Stock) and not found.value and not found.previous
    )


def _week(as_at: date) -> Period:
    """From tomorrow to the Sunday that ends tomorrow's week."""
    tomorrow = as_at + timedelta(days=1)
    return Period(tomorrow, tomorrow + timedelta(days=6 - tomorrow.weekday()))


def _line(wanted: Measure, found: MeasureAnswer) -> dict[str, Any]:
    change = None if found.value is None or found.previous is None else round(found.value - found.previous, 1)
    return {"measure": wanted.slug, "value": found.value, "of": found.of, "target": found.target, "rag": found.rag,
            "previous": found.previous, "change": change, "unit": wanted.counts}  # fmt: skip


def _signal(asked: Asked, wanted: Measure) -> dict[str, Any] | None:
    """The control chart's word on the newest of the last 13 weeks; None where nothing can be said. Averages are left to
    their own trend: they are slow to move and slow to work out."""
    if isinstance(wanted, Average):
        return None
    points = []
    for weeks in reversed(range(TRAJECTORY_WEEKS)):
        when = asked.question.as_at - timedelta(weeks=weeks)
        figure = asked.counter.figure(wanted, when)
        points.append(Point(when, figure.value, figure.of))
    told = signal(wanted, points)
    return None if told is None or told.rule is None else told.to_json()


def _overdue(asked: Asked, table: list[Measure]) -> list[tuple[Measure, Sheet]]:
    """Overdue ledger rows of the unit, by measure."""
    out: list[tuple[Measure, Sheet]] = []
    for wanted in table:
        if isinstance(wanted, Backlog) and wanted.clocks and not wanted.staff:
            out += [
                (wanted, s) for s in asked.counter.rows(wanted, asked.question.as_at, None).parts if len(s)
            ]
    return out


# The three things to talk about


def _talk_about(
    asked: Asked, table: list[Measure], found: dict[str, MeasureAnswer], overdue: list[tuple[Measure, Sheet]]
) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    off = [(gap, m) for m in table if (gap := _gap(m, found[m.slug])) > 0]
    if off:
        _, wanted = max(off, key=lambda pair: pair[0])
        out.append(
            {
                "why": "worst against target",
                "measure": wanted.slug,
                "sentence": _against(wanted, found[wanted.slug]),
            }
        )
    moved = [(move, m) for m in table if (move := _worse(m, found[m.slug])) > 0]
    moved = [pair for pair in moved if not out or pair[1].slug != out[0]["measure"]]
    if moved:
        _, wanted = max(moved, key=lambda pair: pair[0])
        out.append(
            {"why": "worst change", "measure": wanted.slug, "sentence": _changed(wanted, found[wanted.slug])}
        )
    longest = _oldest(asked, overdue)
    if longest:
        out.append(longest)
    return out


def _gap(wanted: Measure, found: MeasureAnswer) -> float:
    """How far off a red number is, from 0 to about 1."""
    if found.rag != "red" or found.value is None or found.target is None:
        return 0.0
    short = abs(found.value - found.target)
    if isinstance(wanted, Rate | Share):
        return short / 100
    base = found.of if isinstance(wanted, Backlog) else found.target
    return short / base if base else short


def _worse(wanted: Measure, found: MeasureAnswer) -> float:
    """How much a number got worse since last week, from 0 to about 1."""
    if found.value is None or found.previous is None or wanted.good_is == "neutral":
        return 0.0
    move = found.value - found.previous if wanted.good_is == "low" else found.previous - found.value
    base = 100.0 if isinstance(wanted, Rate | Share) else float(found.of or found.previous or 1)
    return max(move, 0.0) / base


def _shown(wanted: Measure, value: float | None) -> str:
    text = "none" if value is None else f"{value:,g}"
    return f"{text}%" if isinstance(wanted, Rate | Share) and value is not None else text


def _against(wanted: Measure, found: MeasureAnswer) -> str:
    of = f" of {found.of:,g}" if isinstance(wanted, Backlog) and found.of else ""
    return f"{wanted.title}: {_shown(wanted, found.value)}{of} against a target of {_shown(wanted, found.target)}."


def _changed(wanted: Measure, found: MeasureAnswer) -> str:
    return (
        f"{wanted.title}: from {_shown(wanted, found.previous)} to {_shown(wanted, found.value)} in a week."
    )


def _oldest(asked: Asked, overdue: list[tuple[Measure, Sheet]]) -> dict[str, Any] | None:
    best: tuple[int, Measure, Sheet, int] | None = None
    for wanted, sheet in overdue:
        assert sheet.cut is not None
        place = int(np.argmax(sheet.cut.over))
        over = int(sheet.cut.over[place])
        if best is None or over > best[0]:
            best = (over, wanted, sheet, place)
    if best is None:
        return None
    over, wanted, sheet, place = best
    out: dict[str, Any] = {
        "why": "longest overdue", "measure": wanted.slug, "days_overdue": over,
        "sentence": f"{wanted.title}: the longest has waited {counted(over, 'day')} past its due date.",
    }  # fmt: skip
    if asked.scope.staff_named and asked.visible(wanted)[sheet.team[place]] and sheet.child[place] >= 0:
        out["child_id"] = asked.engine.world.facts.children.name(int(sheet.child[place]))
    return out


# Trajectory, what falls due, longest overdue, teams


def _trajectory(asked: Asked) -> dict[str, Any] | None:
    trajectory = asked.engine.targets.trajectory
    as_at = asked.question.as_at
    if trajectory is None or not asked.engine.holds_population(
        trajectory.measure, asked.question.unit.id, as_at
    ):
        return None
    wanted = measure(trajectory.measure)
    baseline = asked.counter.baseline(as_at)
    if asked.engine.figures.missing(wanted) or baseline is None:
        return None
    points = []
    for weeks in reversed(range(TRAJECTORY_WEEKS)):
        when = as_at - timedelta(weeks=weeks)
        points.append({"date": when.isoformat(), "value": asked.counter.figure(wanted, when).value,
                       "target": asked.counter.trajectory_target(when)})  # fmt: skip
    if not any(p["value"] for p in points):
        return None
    net = asked.counter.figure(measure("cin_net_change"), as_at).value
    floor = trajectory.value(baseline[1], baseline[2], 10**6)
    return {"points": points, "value": points[-1]["value"], "target": points[-1]["target"], "net_last_week": net,
            "baseline": baseline[1], "floor": floor}  # fmt: skip


def _due_by(asked: Asked, due: list[tuple[Measure, Sheet]]) -> list[dict[str, Any]]:
    """A team's by worker; a service's and the authority's by team."""
    facts = asked.engine.world.facts
    by_worker = asked.engine.units[asked.question.unit.id].kind == "team"
    counts: dict[tuple[int, int], Tally[str]] = {}
    for wanted, sheet in due:
        named = by_worker and (not wanted.staff or asked.scope.staff_named)
        visible = asked.engine.organisation.mask_of(asked.scope.worker_units)
        for worker, team in zip(sheet.worker.tolist(), sheet.team.tolist(), strict=True):
            key = (worker if named and visible[team] else NOBODY, team)
            counts.setdefault(key, Tally())[wanted.slug] += 1
    out = [
        {"worker_id": facts.workers.name(worker), "team_id": facts.teams.id(team), "count": sum(tally.values()),
         "by_measure": {slug: tally[slug] for slug in CATALOGUE if tally[slug]}}
        for (worker, team), tally in counts.items()
    ]  # fmt: skip
    return sorted(out, key=lambda e: (-e["count"], e["worker_id"] or "~", e["team_id"] or "~"))


def _longest(asked: Asked, overdue: list[tuple[Measure, Sheet]]) -> list[dict[str, Any]] | None:
    """Rows of the children longest overdue; None in a channel, or where none of the unit's rows may be shown."""
    if not asked.scope.staff_named:
        return None
    rows: list[dict[str, Any]] = []
    seen = False
    for wanted, sheet in overdue:
        assert sheet.cut is not None
        visible = asked.visible(wanted)[sheet.team]
        seen = seen or bool(visible.any())
        mine = sheet.where(visible & (sheet.child >= 0))
        assert mine.cut is not None
        top = np.argsort(-mine.cut.over, kind="stable")[: LONGEST * 4]
        rows += asked.engine.figures.ledger.records(mine.cut.where(top))
    if overdue and not seen:
        return None
    ranked = sorted(rows, key=lambda r: (-r["days_overdue"], r["due_date"], r["child_id"], r["clock"]))
    return ranked[:LONGEST]


def _teams(asked: Asked, table: list[Measure]) -> list[dict[str, Any]]:
    engine, as_at = asked.engine, asked.question.as_at
    out = []
    for one in sorted(engine.units_below(asked.question.unit.id)):
        unit = engine.units[one]
        if unit.kind != "team":
            continue
        counter = Counter(engine, one)
        overdue = unallocated = 0
        worst: tuple[float, str] | None = None
        held = 0.0
        for wanted in table:
            if not isinstance(wanted, Backlog):
                continue
            found = counter.figure(wanted, as_at)
            value, of = int(found.value or 0), float(found.of or 0)
            held += of
            if wanted.clocks:
                overdue += value
            elif wanted.slug.endswith("_unallocated"):
                unallocated += value
            if value and (worst is None or value / max(of, 1) > worst[0]):
                worst = (value / max(of, 1), wanted.slug)
        if held:
            out.append({"team_id": one, "name": unit.name, "overdue": overdue, "unallocated": unallocated,
                        "worst": worst[1] if worst else None})  # fmt: skip
    return sorted(out, key=lambda t: (-t["overdue"], -t["unallocated"], t["name"]))
