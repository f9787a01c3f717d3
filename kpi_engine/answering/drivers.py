"""What moved a number since the week (or period) before: by team, by worker, by reason.

Each unit's part adds up to the whole change. For a count that is its own change; for a percentage it is how far the
unit's rows lie above or below the earlier percentage, now minus then, in points of the whole. Workers are named only to
those who may see them; a number's parts by team are open as the number is (rights.md 2, 3).
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np

from kpi_engine.answer import Answer, Figure, Group, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import week_before, when
from kpi_engine.answering.reasons import Moves, moves
from kpi_engine.answering.shows import check_worker
from kpi_engine.answering.words import counted, listed
from kpi_engine.days import Mask
from kpi_engine.facts import Codes
from kpi_engine.figures import Rows, needs_period
from kpi_engine.ledger import DONE_IN_TIME, DONE_LATE, MISSED, OVERDUE
from kpi_engine.measure import Average, Measure, Rate, Share
from kpi_engine.question import CHARACTERISTIC_FILTERS, Period
from kpi_engine.rounding import one_decimal
from kpi_engine.sheet import Sheet
from kpi_engine.signals import family_note

NAMED = 4


@dataclass(frozen=True)
class _Part:
    """A team's or worker's part of a change. now, then: its own numbers; change: its part of the whole."""

    id: str | None
    name: str
    now: Figure
    then: Figure
    change: float


@dataclass(frozen=True)
class _Moved:
    """A measure of the unit on D and before: the day, its rows, its number."""

    wanted: Measure
    now_on: date
    then_on: date
    now: Rows
    then: Rows
    value: Figure
    before: Figure


def drivers(asked: Asked) -> Answer:
    """The headline with its change broken down."""
    check_worker(asked)
    return asked.answer(_one(asked, m) for m in asked.measures)


def _one(asked: Asked, wanted: Measure) -> MeasureAnswer:
    found = asked.headline(wanted)
    if found.no_data or found.elsewhere or found.suppressed or _hidden_parts(asked):
        return found
    as_at, period = when(wanted, asked.question.as_at, asked.question.period)
    before_at, before = _before(asked, wanted, as_at, period)
    now, then = asked.counter.rows(wanted, as_at, period), asked.counter.rows(wanted, before_at, before)
    figures = asked.engine.figures
    moved = _Moved(
        wanted, as_at, before_at, now, then, figures.figure(wanted, now), figures.figure(wanted, then)
    )
    if moved.value.value is None or moved.before.value is None:
        return replace(
            found, sentences=(f"{wanted.title}: there is nothing to compare with the time before.",)
        )
    teams, workers = _by_team(asked, moved), _by_worker(asked, moved)
    lines, reasons = _reasons(asked, moved)
    one_team = asked.engine.units[asked.question.unit.id].kind == "team"
    lines = [_head(moved), *lines, *([] if one_team else _listed_parts("By team", wanted, teams)),
             *_listed_parts("By worker", wanted, workers)]  # fmt: skip
    if len(lines) == 1 and moved.value.value != moved.before.value:
        lines.append("No single team or worker moved it.")
    extra = {"by_team": _told(teams), "by_worker": _told(workers), "reasons": reasons}
    groups = tuple(Group(p.id, p.name, p.now.value, p.now.of) for p in (workers if one_team else teams))
    return replace(
        found,
        previous=moved.before.value,
        sentences=tuple(lines),
        groups=groups,
        extra={k: v for k, v in extra.items() if v},
    )


def _before(asked: Asked, wanted: Measure, as_at: date, period: Period | None) -> tuple[date, Period | None]:
    """What it moved from: a number of a date asked over a period moved since the day before the period began."""
    told = asked.question.period
    if told is not None and not needs_period(wanted):
        return told.first - timedelta(days=1), None
    return week_before(wanted, as_at, period, told)


def _hidden_parts(asked: Asked) -> bool:
    """Small numbers of other units under characteristic filters may not be taken apart (rights.md 4)."""
    own, unit = asked.scope.own_units, asked.question.unit.id
    mine = own is None or asked.engine.units_below(unit) <= own
    return bool(CHARACTERISTIC_FILTERS & set(asked.question.filter_map)) and not mine


def _head(moved: _Moved) -> str:
    wanted, now, then = moved.wanted, moved.value, moved.before
    assert now.value is not None
    assert then.value is not None
    change = one_decimal(Fraction(str(now.value)) - Fraction(str(then.value)))
    if not change:
        return f"{wanted.title} did not change: {_shown(wanted, now)}."
    unit = " points" if isinstance(wanted, Rate | Share) else ""
    return f"{wanted.title} went from {_shown(wanted, then)} to {_shown(wanted, now)} ({change:+g}{unit})."


def _shown(wanted: Measure, figure: Figure) -> str:
    if isinstance(wanted, Rate | Share):
        return f"{figure.value:g}% ({figure.met:,g} of {figure.of:,g})"
    return f"{figure.value:,g}"


# By team and by worker


def _by_team(asked: Asked, moved: _Moved) -> list[_Part]:
    engine = asked.engine
    below = engine.units_below(asked.question.unit.id)
    teams = engine.world.facts.teams

    def named(code: int) -> tuple[str | None, str] | None:
        one = teams.id(code)
        return (None, "No team") if one is None else (one, engine.units[one].name) if one in below else None

    return _parts(asked, moved, lambda sheet: sheet.team, named)


def _by_worker(asked: Asked, moved: _Moved) -> list[_Part]:
    """Workers of a team; those of other units, and staff figures in a channel, stay unnamed and are left out."""
    engine, wanted = asked.engine, moved.wanted
    if engine.units[asked.question.unit.id].kind != "team" or (wanted.staff and not asked.scope.staff_named):
        return []
    visible = engine.organisation.mask_of(asked.scope.worker_units)
    if not (visible & engine.organisation.team_mask(asked.question.unit.id)).any():
        return []
    workers = engine.world.facts.workers

    def named(code: int) -> tuple[str | None, str] | None:
        one = workers.name(code)
        return (None, "no worker") if one is None else (one, engine.workers[one].name)

    return _parts(asked, moved, lambda sheet: sheet.worker, named)


def _parts(
    asked: Asked,
    moved: _Moved,
    by: Callable[[Sheet], Codes],
    named: Callable[[int], tuple[str | None, str] | None],
) -> list[_Part]:
    figures, wanted = asked.engine.figures, moved.wanted
    codes = sorted({int(c) for rows in (moved.now, moved.then) for s in rows.parts for c in np.unique(by(s))})
    out = []
    for code in codes:
        known = named(code)
        if known is None:
            continue

        def mine(sheet: Sheet, code: int = code) -> Mask:
            found: Mask = by(sheet) == code
            return found

        now, then = (figures.figure(wanted, rows.where(mine)) for rows in (moved.now, moved.then))
        change = _part_of_change(moved, now, then)
        if change:
            out.append(_Part(*known, now, then, change))
    return sorted(out, key=lambda p: (-abs(p.change), p.name, p.id or ""))


def _part_of_change(moved: _Moved, now: Figure, then: Figure) -> float:
    """The unit's part of the change; the parts add up to the whole."""
    if isinstance(moved.wanted, Average):
        # A mean of means does not add up: the unit's own change is given.
        if now.value is None or then.value is None:
            return 0.0
        return one_decimal(Fraction(str(now.value)) - Fraction(str(then.value)))
    if not isinstance(moved.wanted, Rate | Share):
        return float((now.value or 0) - (then.value or 0))
    level = Fraction(int(moved.before.met or 0), int(moved.before.of or 1))

    def excess(part: Figure, whole: Figure) -> Fraction:
        return (int(part.met or 0) - level * int(part.of or 0)) / int(whole.of or 1)

    return one_decimal(100 * (excess(now, moved.value) - excess(then, moved.before)))


def _listed_parts(heading: str, wanted: Measure, parts: list[_Part]) -> list[str]:
    if not parts:
        return []
    unit = ", in points" if isinstance(wanted, Rate | Share) else ""
    own = ", each its own change" if isinstance(wanted, Average) else ""
    named = [f"{p.name} {p.change:+g}" for p in parts[:NAMED]]
    rest = len(parts) - len(named)
    if rest:
        named.append(counted(rest, "other", "others"))
    return [f"{heading}{unit}{own}, most first: {listed(named)}."]


def _told(parts: Iterable[_Part]) -> list[dict[str, Any]]:
    return [
        {"id": p.id, "name": p.name, "now": p.now.value, "before": p.then.value, "change": p.change}
        for p in parts
    ]


# By reason


def _reasons(asked: Asked, moved: _Moved) -> tuple[list[str], dict[str, dict[str, int]]]:
    figures = asked.engine.figures
    if isinstance(moved.wanted, Rate):
        return _of_rate(moved)
    found = moves(figures, moved.wanted, (moved.now_on, moved.now), (moved.then_on, moved.then))
    if found is None:
        return [], {}
    lines = [_came(found)] if found.came_on or found.came_off else []
    lines += family_note(figures.view(moved.now_on), found.on, "came on")
    lines += family_note(figures.view(moved.then_on), found.off, "came off")
    told = {"came_on": _ordered(found.came_on), "came_off": _ordered(found.came_off)}
    return lines, {name: tally for name, tally in told.items() if tally}


def _came(found: Moves) -> str:
    parts = []
    for way, tally in (("on", found.came_on), ("off", found.came_off)):
        why = [f"{count:,} {reason}" for reason, count in _ordered(tally).items()]
        parts.append(f"{tally.total():,} came {way}" + (f" ({listed(why)})" if why else ""))
    return f"{parts[0]}; {parts[1]}."


def _of_rate(moved: _Moved) -> tuple[list[str], dict[str, dict[str, int]]]:
    """How the rows of the period and of the one before ended."""
    now, then = _outcomes(moved.now), _outcomes(moved.then)

    def said(tally: dict[str, int]) -> str:
        return listed([f"{count:,} {what}" for what, count in tally.items()]) or "none"

    lines = [f"In this period: {said(now)}; in the one before: {said(then)}."]
    return lines, {"now": now, "before": then}


def _outcomes(rows: Rows) -> dict[str, int]:
    words = {DONE_IN_TIME: "in time", DONE_LATE: "done late", MISSED: "ended undone", OVERDUE: "not done yet"}
    tally: Tally[int] = Tally()
    for sheet in rows.parts:
        if sheet.cut is not None:
            tally.update(sheet.cut.status.tolist())
    return {word: tally[status] for status, word in words.items() if tally[status]}


def _ordered(tally: Tally[str]) -> dict[str, int]:
    return dict(sorted(tally.items(), key=lambda pair: (-pair[1], pair[0])))
