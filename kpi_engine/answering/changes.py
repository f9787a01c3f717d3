"""Who came on, who came off, who stayed, since the same day a week before (or since the period began)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from kpi_engine.answer import Answer, MeasureAnswer, Row
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.shows import check_worker, failing
from kpi_engine.days import day
from kpi_engine.figures import needs_period
from kpi_engine.measure import Measure
from kpi_engine.question import ALL
from kpi_engine.sheet import Sheet

Key = tuple[Any, ...]


def changes(asked: Asked) -> Answer:
    """Rows of the measure on D and on the day before the period, compared by clock, subject and sequence."""
    check_worker(asked)
    answers, held_back = [], []
    for wanted in asked.measures:
        found = asked.headline(wanted)
        if found.no_data or found.elsewhere or needs_period(wanted):
            answers.append(found)
            continue
        unknown = asked.engine.figures.missing(wanted, _before(asked))
        if unknown:
            answers.append(MeasureAnswer(wanted.slug, unit=wanted.counts, no_data=unknown))
            continue
        now, then = failing(asked, wanted), failing(_as_at(asked, _before(asked)), wanted)
        held_back += _hidden_units(asked, wanted, now, then)
        answers.append(_compared(asked, wanted, found, now, then))
    return asked.answer(answers, held_back)


def _before(asked: Asked) -> date:
    period = asked.question.period
    return period.first - timedelta(days=1) if period else asked.question.as_at - timedelta(days=7)


def _as_at(asked: Asked, when: date) -> Asked:
    return Asked(asked.engine, asked.question.but(as_at=when, period=None), asked.scope)


def _compared(
    asked: Asked, wanted: Measure, found: MeasureAnswer, now: list[Sheet], then: list[Sheet]
) -> MeasureAnswer:
    visible = asked.visible(wanted)

    def shown(sheets: list[Sheet]) -> dict[Key, Row]:
        rows = [r for s in sheets for r in asked.records(wanted, s.where(visible[s.team]))]
        return {_key(r): r for r in rows}

    every_now = {_key(r) for s in now for r in asked.records(wanted, s)}
    every_then = {_key(r) for s in then for r in asked.records(wanted, s)}
    rows_now, rows_then = shown(now), shown(then)
    if (every_now or every_then) and not visible.any():
        return replace(found, stayed=len(every_now & every_then), previous=len(every_then))
    came_on = asked.ordered([dict(r) for k, r in rows_now.items() if k not in every_then])
    gone = [dict(r) for k, r in rows_then.items() if k not in every_now]
    return replace(
        found, came_on=tuple(came_on), came_off=tuple(asked.ordered(_as_they_are(asked, gone))),
        stayed=len(every_now & every_then), previous=len(every_then),
    )  # fmt: skip


def _hidden_units(asked: Asked, wanted: Measure, now: list[Sheet], then: list[Sheet]) -> list[str]:
    """Units of which something came on or off that may not be shown; what stayed is in no list. Under characteristics
    of children every unit with rows: that nothing came or went would tell two days of a small number apart."""
    coarse = asked.hidden_units(wanted, [*now, *then])
    if asked.may_reveal or not coarse:
        return coarse
    every_now, every_then = (
        {_key(r): r for s in sheets for r in asked.records(wanted, s)} for sheets in (now, then)
    )
    moved = [row for key, row in every_now.items() if key not in every_then]
    moved += [row for key, row in every_then.items() if key not in every_now]
    units = {row.get("team_id") or ALL for row in moved}
    return [unit for unit in coarse if unit in units]


def _key(row: Row) -> Key:
    if "clock" in row:
        return (row["clock"], row["subject_id"], row["sequence"])
    return (row.get("child_id"), row.get("worker_id") if "child_id" not in row else None)


def _as_they_are(asked: Asked, gone: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that came off, with their status as at D (done, missed ...) where the ledger still has them."""
    if not gone or "clock" not in gone[0]:
        return gone
    ledger, as_at = asked.engine.figures.ledger, day(asked.question.as_at)
    today: dict[Key, dict[str, Any]] = {}
    for clock in {r["clock"] for r in gone}:
        subjects = {r["subject_id"] for r in gone if r["clock"] == clock}
        named = np.array([s in subjects for s in ledger.duties(clock).subject], dtype=bool)
        today |= {_key(r): r for r in ledger.records(ledger.cut(clock, as_at, named))}
    told = ("done_date", "ended_date", "status", "days_overdue")
    return [r | {name: today[_key(r)][name] for name in told} if _key(r) in today else r for r in gone]
